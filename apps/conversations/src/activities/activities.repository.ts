import { Injectable } from '@nestjs/common';
import { ACTIVITY_KINDS, type ActivitiesAttached, type ActivityView, type ListActivitiesArgs } from '@helpdesk/contracts';
import { Database, newId, type Tx } from '@helpdesk/platform';
import { sameAs } from '../contacts/merged-records.js';

interface Row {
  id: string;
  kind: ActivityView['kind'];
  ticket_id: string;
  direction: ActivityView['direction'];
  subject: string | null;
  excerpt: string;
  created_at: Date;
}

const KINDS = ACTIVITY_KINDS.map((kind) => `'${kind}'`).join(', ');

/** What has been said: neither taken back nor waiting for its time. `$1` is the account. */
const ACTIVITY = `
  SELECT m.id, m.kind, m.ticket_id, m.direction, m.subject, left(btrim(regexp_replace(left(m.text, 600), '\\s+', ' ', 'g')), 300) AS excerpt, m.created_at
  FROM conversations.message m
  WHERE m.account_id = $1 AND m.kind IN (${KINDS}) AND (m.state IS NULL OR m.state NOT IN ('scheduled', 'cancelled'))`;

/** `$2`: the contact; what he wrote before a merge is his. */
const OF_CONTACT = sameAs('contact', '$2');
/** `$2`: the company; of those who belong to it now. */
const OF_COMPANY = `
  SELECT p.id FROM conversations.contact p JOIN conversations.contact now ON now.account_id = p.account_id AND now.id = coalesce(p.merged_into, p.id)
  WHERE p.account_id = $1 AND now.company_id IN (${sameAs('company', '$2')})`;

const listOf = (people: string) => `
  WITH people AS MATERIALIZED (${people})
  ${ACTIVITY} AND m.id IN (
    SELECT x.id FROM conversations.conversation c JOIN conversations.message x ON x.account_id = c.account_id AND x.conversation_id = c.id
    WHERE c.account_id = $1 AND c.contact_id IN (SELECT id FROM people)
    UNION ALL
    SELECT x.id FROM conversations.message x WHERE x.account_id = $1 AND x.author_type = 'contact' AND x.author_id IN (SELECT id FROM people))
  AND ($3::uuid IS NULL OR m.id < $3) ORDER BY m.id DESC LIMIT $4`;
const [LIST_OF_CONTACT, LIST_OF_COMPANY] = [listOf(OF_CONTACT), listOf(OF_COMPANY)];

@Injectable()
export class ActivitiesRepository {
  constructor(private readonly database: Database) {}

  async list(accountId: string, { of, limit, cursor }: ListActivitiesArgs): Promise<ActivityView[]> {
    const [sql, id] = 'contactId' in of ? [LIST_OF_CONTACT, of.contactId] : [LIST_OF_COMPANY, of.companyId];
    return (await this.database.query<Row>(accountId, sql, [accountId, id, cursor ?? null, limit])).map(toView);
  }

  /** In the order asked for. */
  async byIds(accountId: string, ids: string[], ask: Pick<Tx, 'query'> = this.database.within(accountId)): Promise<ActivityView[]> {
    const sql = `${ACTIVITY} AND m.id = ANY ($2::uuid[]) ORDER BY array_position($2::uuid[], m.id)`;
    return (await ask.query<Row>(sql, [accountId, ids])).map(toView);
  }

  /** In the order of the ticket's timeline. */
  async attached(accountId: string, ticketId: string): Promise<ActivityView[]> {
    const rows = await this.database.query<{ refers_to: string }>(
      accountId,
      'SELECT refers_to FROM conversations.message WHERE account_id = $1 AND ticket_id = $2 AND refers_to IS NOT NULL ORDER BY seq',
      [accountId, ticketId],
    );
    return rows.length === 0
      ? []
      : this.byIds(
          accountId,
          rows.map((row) => row.refers_to),
        );
  }

  async isAttached(tx: Tx, accountId: string, ticketId: string, messageId: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM conversations.message WHERE account_id = $1 AND ticket_id = $2 AND refers_to = $3';
    return (await tx.queryOne(sql, [accountId, ticketId, messageId])) !== undefined;
  }

  async attach(tx: Tx, accountId: string, event: ActivitiesAttached, messageId: string, seq: number): Promise<void> {
    await tx.query(
      `INSERT INTO conversations.message (id, account_id, ticket_id, seq, kind, direction, author_type, author_id, author_name, text, facts, refers_to, created_at)
       VALUES ($1, $2, $3, $4, 'event', 'internal', 'user', $5, $6, '', $7, $8, $9)`,
      [
        newId(),
        accountId,
        event.ticketId,
        seq,
        event.actorUserId,
        event.actorName,
        JSON.stringify([{ field: 'activity', old: null, new: messageId }]),
        messageId,
        event.at,
      ],
    );
  }
}

const toView = (row: Row): ActivityView => ({
  id: row.id,
  kind: row.kind,
  ticketId: row.ticket_id,
  direction: row.direction,
  subject: row.subject,
  excerpt: row.excerpt,
  at: row.created_at.toISOString(),
});
