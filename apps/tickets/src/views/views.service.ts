import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { ChangeViewArgs, CustomView, ViewFields } from '@helpdesk/contracts';
import { conflict, Database, forbidden, invalid, invalidField, notFound, type Tx } from '@helpdesk/platform';
import { compileFilter } from '../listing/filter.rules.js';
import { PropertiesService } from '../properties/properties.service.js';

const MAX_OWN = 200;
const MAX_LISTED = 500;
/** Characters, as much as a list takes in its address. */
const MAX_FILTER = 20_000;
const COLUMNS = `id, owner_id AS "ownerId", name, filter, columns, sort, shared_with AS "sharedWith", team_ids AS "teamIds"`;
/** $2 = who asks, $3 = his teams. */
const VISIBLE = `(owner_id = $2 OR shared_with = 'everyone' OR (shared_with = 'team' AND team_ids && $3::uuid[]))`;

const ONE = `SELECT ${COLUMNS} FROM tickets.view WHERE account_id = $1 AND ${VISIBLE} AND id = $4`;

/** Views that people make. They hold a filter, never tickets: everybody sees in them what he may see anyway. */
@Injectable()
export class ViewsService {
  constructor(
    private readonly database: Database,
    private readonly properties: PropertiesService,
  ) {}

  /** By name, at most `limit`. */
  list(scope: TicketScope, limit = MAX_LISTED): Promise<CustomView[]> {
    const sql = `SELECT ${COLUMNS} FROM tickets.view WHERE account_id = $1 AND ${VISIBLE} ORDER BY lower(name), id LIMIT $4`;
    return this.database.query<CustomView>(scope, sql, [scope.accountId, scope.userId, scope.teamIds, limit]);
  }

  find(scope: TicketScope, id: string): Promise<CustomView | undefined> {
    return this.database.queryOne<CustomView>(scope, ONE, [scope.accountId, scope.userId, scope.teamIds, id]);
  }

  async create(scope: TicketScope, { id, ...fields }: ViewFields & { id: string }): Promise<CustomView> {
    return this.database.transaction(scope, async (tx) => {
      await this.check(scope, fields, tx);
      const sql = 'SELECT count(*)::int AS own FROM tickets.view WHERE account_id = $1 AND owner_id = $2';
      const known = await tx.queryOne<{ own: number }>(sql, [scope.accountId, scope.userId]);
      if (known && known.own >= MAX_OWN) throw conflict('too_many_views', `You have ${MAX_OWN} views already.`);
      return write(tx, scope, { ...fields, id, ownerId: scope.userId });
    });
  }

  async change(scope: TicketScope, { id, managesAll, ...fields }: ChangeViewArgs): Promise<CustomView> {
    return this.database.transaction(scope, async (tx) => {
      const old = await this.his(scope, id, managesAll, tx);
      const view = { ...old, ...fields };
      await this.check(scope, view, tx);
      return write(tx, scope, view);
    });
  }

  async delete(scope: TicketScope, id: string, managesAll: boolean): Promise<void> {
    await this.database.transaction(scope, async (tx) => {
      await this.his(scope, id, managesAll, tx);
      await tx.query('DELETE FROM tickets.view WHERE account_id = $1 AND id = $2', [scope.accountId, id]);
    });
  }

  /** Seen by him and changed by him: 404 and 403 otherwise. */
  private async his(scope: TicketScope, id: string, managesAll: boolean, tx: Tx): Promise<CustomView> {
    const view = await tx.queryOne<CustomView>(`${ONE} FOR UPDATE`, [scope.accountId, scope.userId, scope.teamIds, id]);
    if (!view) throw notFound();
    if (view.ownerId !== scope.userId && !managesAll)
      throw forbidden('not_your_view', 'Only who made a view, or who may change settings, changes it.');
    return view;
  }

  private async check(scope: TicketScope, { filter, sharedWith, teamIds }: ViewFields, tx: Tx): Promise<void> {
    const { problems } = compileFilter(filter, await this.properties.list(scope.accountId, tx));
    if (problems.length > 0) throw invalid(problems);
    if (JSON.stringify(filter).length > MAX_FILTER) throw invalidField('/filter', 'too_long', `has more than ${MAX_FILTER} characters`);
    if (sharedWith === 'team' && teamIds.length === 0) throw invalidField('/teamIds', 'required', 'name at least one team');
  }
}

/** Gives what is stored. */
async function write(tx: Tx, { accountId }: TicketScope, view: CustomView): Promise<CustomView> {
  const stored = await tx.queryOne<CustomView>(
    `INSERT INTO tickets.view (account_id, id, owner_id, name, filter, columns, sort, shared_with, team_ids) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, filter = excluded.filter, columns = excluded.columns, sort = excluded.sort,
       shared_with = excluded.shared_with, team_ids = excluded.team_ids
     RETURNING ${COLUMNS}`,
    [
      accountId,
      view.id,
      view.ownerId,
      view.name,
      JSON.stringify(view.filter),
      view.columns,
      view.sort,
      view.sharedWith,
      view.sharedWith === 'team' ? view.teamIds : [],
    ],
  );
  if (!stored) throw notFound();
  return stored;
}
