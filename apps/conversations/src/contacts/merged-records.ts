import type { RecordKind } from '@helpdesk/contracts';
import { Problem, type Tx } from '@helpdesk/platform';

export type Asked = Pick<Tx, 'query'>;

/** The records that the ids `$2` lead to, `$1` the account, each once: a merged one leads to the one it has become. */
export const wanted = (kind: RecordKind) => `WITH wanted AS (
  SELECT coalesce(x.merged_into, x.id) AS id, min(array_position($2::uuid[], x.id)) AS place FROM conversations.${kind} x
  WHERE x.account_id = $1 AND x.id = ANY ($2::uuid[]) GROUP BY 1)`;

/** The ids that lead to the same record as `id`, a parameter; `$1` the account. What was handled during a merge may hold any of them. */
export const sameAs = (kind: RecordKind, id: string) => `SELECT x.id FROM conversations.${kind} x, conversations.${kind} w
  WHERE w.account_id = $1 AND w.id = ${id} AND x.account_id = $1 AND coalesce(w.merged_into, w.id) IN (x.id, x.merged_into)`;

/** A list of addresses that somebody read before the merge would take away those that came with it. */
export function refuseMerged(kind: RecordKind, into: string | null): void {
  if (into === null) return;
  const detail = `The ${kind} was merged into another.`;
  throw new Problem(409, `${kind}_merged`, 'Conflict', detail, undefined, undefined, { [`${kind}Id`]: into });
}
