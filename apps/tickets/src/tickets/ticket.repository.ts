import { Injectable } from '@nestjs/common';
import { scopeToSql, type TicketScope } from '@helpdesk/access';
import type { ConversationStarted, Priority, TicketAccessFacts, TicketAction, TicketSource } from '@helpdesk/contracts';
import { Database, newId, type Tx } from '@helpdesk/platform';
import { AssociationsRepository } from './associations.repository.js';

export interface StoredTicket {
  id: string;
  account_id: string;
  number: number;
  name: string;
  pipeline_id: string;
  stage_id: string;
  owner_id: string | null;
  team_id: string | null;
  priority: Priority | null;
  category: string[];
  /** Values of custom properties by name; what is empty is not there. */
  properties: Record<string, unknown>;
  source: TicketSource;
  contact_id: string | null;
  contact_name: string | null;
  company_id: string | null;
  excerpt: string;
  is_unreadable: boolean;
  is_shared: boolean;
  thread_version: number;
  version: number;
  created_at: Date;
  last_activity_at: Date;
  closed_at: Date | null;
  deleted_at: Date | null;
  /** Why it is on no desk; says something only while `deleted_at` is set. */
  removal: Removal;
  /** The earliest due time of the clocks that run. */
  sla_due_at: Date | null;
  sla_timer_at: Date | null;
}

/** In the trash, among spam, or gone into another ticket. */
export type Removal = 'trash' | 'spam' | 'merged';
/** Where a ticket is looked for. */
export type Whereabouts = 'desk' | Removal;

/** Columns of a ticket that a change may set. */
export interface TicketUpdate {
  name?: string;
  pipeline_id?: string;
  stage_id?: string;
  owner_id?: string | null;
  team_id?: string | null;
  priority?: Priority | null;
  category?: string[];
  /** All of them as they are to be. */
  properties?: Record<string, unknown>;
  excerpt?: string;
  thread_version?: number;
  last_activity_at?: Date;
  contact_id?: string | null;
  contact_name?: string | null;
  company_id?: string | null;
  created_at?: Date;
  closed_at?: Date | null;
  deleted_at?: Date | null;
  removal?: Removal;
}

export interface ActivityEntry {
  field: string;
  old: unknown;
  new: unknown;
}

export interface ActivityActor {
  type: 'user' | 'system' | 'contact';
  id: string | null;
  name: string;
}

export const userNamed = ({ userId }: Pick<TicketScope, 'userId'>, name: string): ActivityActor => ({ type: 'user', id: userId, name });

const isThere = (where: Whereabouts) => (where === 'desk' ? 't.deleted_at IS NULL' : `t.deleted_at IS NOT NULL AND t.removal = '${where}'`);

@Injectable()
export class TicketRepository {
  constructor(
    private readonly database: Database,
    private readonly associations: AssociationsRepository,
  ) {}

  /** The ticket if the scope covers it, in one query: absent and invisible take the same path. */
  async inScope(
    scope: TicketScope,
    action: TicketAction,
    id: string,
    tx?: Tx,
    from: Whereabouts[] = ['desk'],
  ): Promise<StoredTicket | undefined> {
    const values: unknown[] = [id];
    const predicate = scopeToSql(scope, action, 't', (value) => `$${values.push(value)}`);
    const lock = tx ? ' FOR UPDATE' : '';
    const sql = `SELECT t.* FROM tickets.ticket t WHERE t.id = $1 AND (${from.map(isThere).join(' OR ')}) AND ${predicate}${lock}`;
    return (tx ?? this.database.within(scope)).queryOne<StoredTicket>(sql, values);
  }

  /** Everything that decides who sees the ticket. The usual one is shared with nobody and costs no query. */
  async accessFacts(ask: Pick<Tx, 'query'>, ticket: StoredTicket): Promise<TicketAccessFacts> {
    const { account_id, id, owner_id, team_id } = ticket;
    const rows = ticket.is_shared
      ? await ask.query<{ user_id: string | null; team_id: string | null; expires_at: Date | null }>(
          'SELECT user_id, team_id, expires_at FROM tickets.ticket_share WHERE account_id = $1 AND ticket_id = $2 ORDER BY id',
          [account_id, id],
        )
      : [];
    const shares = rows.map((row) => ({ userId: row.user_id, teamId: row.team_id, expiresAt: row.expires_at?.toISOString() ?? null }));
    return { accountId: account_id, ownerId: owner_id, teamId: team_id, shares };
  }

  /** Which of these the scope covers; a merged one is covered by the one that it went into. */
  async visible(scope: TicketScope, ids: string[], tx?: Tx): Promise<string[]> {
    const values: unknown[] = [ids];
    const predicate = scopeToSql(scope, 'view', 't', (value) => `$${values.push(value)}`);
    const rows = await (tx ?? this.database.within(scope)).query<{ id: string }>(
      `SELECT asked.id FROM unnest($1::uuid[]) asked (id) LEFT JOIN tickets.ticket_redirect r ON r.merged_id = asked.id
       JOIN tickets.ticket t ON t.id = coalesce(r.survivor_id, asked.id) WHERE t.deleted_at IS NULL AND ${predicate}`,
      values,
    );
    return rows.map((row) => row.id);
  }

  /** Where a merged ticket went; undefined for one that was not, or is not there. */
  async survivorOf(scope: TicketScope, id: string, tx?: Tx): Promise<string | undefined> {
    const sql = 'SELECT survivor_id FROM tickets.ticket_redirect WHERE account_id = $1 AND merged_id = $2';
    return (await (tx ?? this.database.within(scope)).queryOne<{ survivor_id: string }>(sql, [scope.accountId, id]))?.survivor_id;
  }

  /** For events: no person asks. A merged ticket is found as the one that it went into. */
  async lockSurvivor(tx: Tx, accountId: string, id: string): Promise<StoredTicket | undefined> {
    for (;;) {
      const ticket = await tx.queryOne<StoredTicket>(
        `SELECT t.* FROM tickets.ticket t WHERE t.account_id = $1 AND t.id = coalesce(
           (SELECT survivor_id FROM tickets.ticket_redirect WHERE account_id = $1 AND merged_id = $2), $2) FOR UPDATE OF t`,
        [accountId, id],
      );
      // Merged while it was waited for.
      if (!ticket?.deleted_at || ticket.removal !== 'merged') return ticket;
    }
  }

  async lock(tx: Tx, accountId: string, id: string): Promise<StoredTicket | undefined> {
    return tx.queryOne<StoredTicket>('SELECT * FROM tickets.ticket WHERE account_id = $1 AND id = $2 FOR UPDATE', [accountId, id]);
  }

  /** No ticket is made in the account by others until the transaction ends: each takes its number from this row. */
  async holdNewTickets(tx: Tx, accountId: string): Promise<void> {
    await tx.query('SELECT 1 FROM tickets.account_counter WHERE account_id = $1 FOR NO KEY UPDATE', [accountId]);
  }

  /** Makes the ticket of a conversation with the account's next number; undefined when it is there already. */
  async create(
    tx: Tx,
    accountId: string,
    event: ConversationStarted,
    place: { pipelineId: string; stageId: string; ownerId: string | null; teamId: string | null },
  ): Promise<number | undefined> {
    const row = await tx.queryOne<{ number: number }>(
      `WITH n AS (
         UPDATE tickets.account_counter SET last_number = last_number + 1
         WHERE account_id = $2 AND NOT EXISTS (SELECT 1 FROM tickets.ticket WHERE id = $1) RETURNING last_number
       )
       INSERT INTO tickets.ticket (id, account_id, number, name, pipeline_id, stage_id, team_id, source, contact_id, contact_name, company_id, excerpt,
         is_unreadable, thread_version, created_at, last_activity_at, deleted_at, removal, owner_id)
       SELECT $1, $2, n.last_number, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14,
         CASE WHEN $15 THEN $14::timestamptz END, CASE WHEN $15 THEN 'spam' ELSE 'trash' END, $16 FROM n
       ON CONFLICT (account_id, id) DO NOTHING RETURNING number`,
      [
        event.ticketId,
        accountId,
        event.name,
        place.pipelineId,
        place.stageId,
        place.teamId,
        event.source,
        event.contactId,
        event.contactName,
        event.companyId,
        event.message.excerpt,
        event.isUnreadable,
        event.message.seq,
        event.message.at,
        event.isSpam ?? false,
        place.ownerId,
      ],
    );
    if (row)
      await this.associations.associate(
        tx,
        accountId,
        event.ticketId,
        event.contactId ? [event.contactId] : [],
        event.companyId ? [event.companyId] : [],
      );
    return row?.number;
  }

  /** Sets columns and makes the next version. */
  async update(tx: Tx, { account_id, id }: Pick<StoredTicket, 'id' | 'account_id'>, update: TicketUpdate): Promise<number> {
    const values: unknown[] = [account_id, id];
    const sets = Object.entries(update).map(([column, value]) => `${column} = $${values.push(value)}`);
    const row = await tx.queryOne<{ version: number }>(
      `UPDATE tickets.ticket SET ${[...sets, 'version = version + 1'].join(', ')} WHERE account_id = $1 AND id = $2 RETURNING version`,
      values,
    );
    return row?.version ?? 0;
  }

  /** The one with the lowest number. */
  async lowest(tx: Tx, accountId: string, ids: string[]): Promise<string | undefined> {
    const sql = 'SELECT id FROM tickets.ticket WHERE account_id = $1 AND id = ANY ($2::uuid[]) ORDER BY number LIMIT 1';
    return (await tx.queryOne<{ id: string }>(sql, [accountId, ids]))?.id;
  }

  async record(
    tx: Tx,
    ticket: Pick<StoredTicket, 'id' | 'account_id'>,
    version: number,
    at: Date,
    actor: ActivityActor,
    source: string,
    entries: ActivityEntry[],
  ) {
    for (const entry of entries) {
      await tx.query(
        `INSERT INTO tickets.ticket_activity (id, account_id, ticket_id, version, at, actor_type, actor_id, actor_name, source, field, old_value, new_value)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
        [
          newId(),
          ticket.account_id,
          ticket.id,
          version,
          at,
          actor.type,
          actor.id,
          actor.name,
          source,
          entry.field,
          JSON.stringify(entry.old ?? null),
          JSON.stringify(entry.new ?? null),
        ],
      );
    }
  }

  async history(scope: TicketScope, ticketId: string) {
    const rows = await this.database.query<{
      at: Date;
      actor_type: ActivityActor['type'];
      actor_id: string | null;
      actor_name: string;
      source: string;
      field: string;
      old_value: unknown;
      new_value: unknown;
    }>(scope, 'SELECT * FROM tickets.ticket_activity WHERE account_id = $1 AND ticket_id = $2 ORDER BY version, id', [
      scope.accountId,
      ticketId,
    ]);
    return rows.map((r) => ({
      at: r.at.toISOString(),
      actor: { type: r.actor_type, id: r.actor_id, name: r.actor_name },
      source: r.source,
      field: r.field,
      old: r.old_value,
      new: r.new_value,
    }));
  }
}
