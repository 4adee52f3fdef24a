import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { BulkAction, BulkSet, OperationKind, OperationState, OperationView } from '@helpdesk/contracts';
import { Database, notFound, type Tx } from '@helpdesk/platform';
import { TicketRepository } from '../tickets/ticket.repository.js';
import type { FieldChanges } from './field-changes.rules.js';

/** For thirty days everything can be undone (I-09). */
const UNDO_DAYS = 30;
/** Failures that are named one by one. */
const MAX_FAILED = 1_000;

export interface StoredOperation {
  id: string;
  account_id: string;
  kind: OperationKind;
  made_by: string;
  maker_name: string;
  state: OperationState;
  ticket_id: string | null;
  request: BulkRequest | null;
  created_at: Date;
  undo_until: Date | null;
}

/** What a bulk does, with whose rights: each item is held to them. */
export interface BulkRequest {
  action: BulkAction;
  set: BulkSet;
  primaryId?: string;
  scope: TicketScope;
}

/** What an item changed, and so what is to be undone. */
export interface ItemChanges {
  fields?: FieldChanges;
  /** What a merged ticket added to the one it went into. */
  added?: { followers: string[]; mentions: string[]; contacts: string[]; companies: string[]; links: [kind: string, otherId: string][] };
  follows?: boolean;
  /** Where it was and where it was put. */
  removal?: ['desk' | 'trash' | 'spam', 'desk' | 'trash' | 'spam'];
  sourceId?: string;
}

export interface StoredItem {
  position: number;
  ticket_id: string;
  state: 'pending' | 'done' | 'failed' | 'undone';
  changed: ItemChanges | null;
}

interface NewOperation {
  id: string;
  kind: OperationKind;
  ticketId: string | null;
  by: { userId: string; name: string };
  state?: OperationState;
  request?: BulkRequest;
}

@Injectable()
export class OperationsRepository {
  constructor(
    private readonly database: Database,
    private readonly tickets: TicketRepository,
  ) {}

  /** False when it is there already. */
  async insert(tx: Tx, accountId: string, { id, kind, ticketId, by, state = 'done', request }: NewOperation): Promise<boolean> {
    const rows = await tx.query(
      `INSERT INTO tickets.operation (account_id, id, kind, made_by, maker_name, state, ticket_id, request, undo_until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 day') ON CONFLICT DO NOTHING RETURNING 1`,
      [accountId, id, kind, by.userId, by.name, state, ticketId, request ? JSON.stringify(request) : null, UNDO_DAYS],
    );
    return rows.length > 0;
  }

  /** Items that are done, in their order. */
  async insertDone(tx: Tx, accountId: string, operationId: string, items: { ticketId: string; changed: ItemChanges }[]): Promise<void> {
    await tx.query(
      `INSERT INTO tickets.operation_item (account_id, operation_id, position, ticket_id, state, changed)
       SELECT $1, $2, x.position - 1, x.id, 'done', x.changed FROM unnest($3::uuid[], $4::jsonb[]) WITH ORDINALITY x (id, changed, position)`,
      [accountId, operationId, items.map(({ ticketId }) => ticketId), items.map(({ changed }) => JSON.stringify(changed))],
    );
  }

  /** Items that wait, in the order in which everybody locks many tickets. */
  async insertPending(tx: Tx, accountId: string, operationId: string, ticketIds: string[]): Promise<void> {
    await tx.query(
      `INSERT INTO tickets.operation_item (account_id, operation_id, position, ticket_id)
       SELECT $1, $2, row_number() OVER (ORDER BY x) - 1, x FROM unnest($3::uuid[]) x`,
      [accountId, operationId, ticketIds],
    );
  }

  async lock(tx: Tx, accountId: string, id: string): Promise<StoredOperation | undefined> {
    return tx.queryOne<StoredOperation>('SELECT * FROM tickets.operation WHERE account_id = $1 AND id = $2 FOR UPDATE', [accountId, id]);
  }

  items(tx: Tx, accountId: string, id: string, state: StoredItem['state'], limit = 10_000): Promise<StoredItem[]> {
    return tx.query<StoredItem>(
      `SELECT position, ticket_id, state, changed FROM tickets.operation_item
       WHERE account_id = $1 AND operation_id = $2 AND state = $3 ORDER BY position LIMIT $4`,
      [accountId, id, state, limit],
    );
  }

  async setItem(
    tx: Tx,
    accountId: string,
    operationId: string,
    position: number,
    to: { state: StoredItem['state']; changed?: ItemChanges; code?: string; detail?: string },
  ): Promise<void> {
    await tx.query(
      `UPDATE tickets.operation_item SET state = $4, changed = coalesce($5, changed), code = $6, detail = $7
       WHERE account_id = $1 AND operation_id = $2 AND position = $3`,
      [accountId, operationId, position, to.state, to.changed ? JSON.stringify(to.changed) : null, to.code ?? null, to.detail ?? null],
    );
  }

  async setState(tx: Tx, accountId: string, id: string, state: OperationState): Promise<void> {
    await tx.query(
      `UPDATE tickets.operation SET state = $3, undo_until = CASE WHEN $3 IN ('undone', 'failed') THEN NULL ELSE undo_until END WHERE account_id = $1 AND id = $2`,
      [accountId, id, state],
    );
  }

  /** 404 unless he made it, or is a super admin. */
  async view(scope: TicketScope, id: string, tx?: Tx): Promise<OperationView> {
    const row = await (tx ?? this.database.within(scope.accountId)).queryOne<
      Pick<StoredOperation, 'kind' | 'state' | 'ticket_id' | 'created_at' | 'undo_until'> & {
        total: number;
        done: number;
        failed: OperationView['failed'];
      }
    >(
      `SELECT o.kind, o.state, o.ticket_id, o.created_at, o.undo_until, i.total, i.done, coalesce(f.failed, '[]') AS failed FROM tickets.operation o,
         LATERAL (SELECT count(*)::int AS total, (count(*) FILTER (WHERE state <> 'pending'))::int AS done
           FROM tickets.operation_item WHERE account_id = o.account_id AND operation_id = o.id) i,
         LATERAL (SELECT json_agg(json_build_object('id', ticket_id, 'code', code, 'detail', detail) ORDER BY position) AS failed FROM (
           SELECT * FROM tickets.operation_item WHERE account_id = o.account_id AND operation_id = o.id AND code IS NOT NULL ORDER BY position LIMIT ${MAX_FAILED}) x) f
       WHERE o.account_id = $1 AND o.id = $2 AND (o.made_by = $3 OR $4)`,
      [scope.accountId, id, scope.userId, scope.isSuperAdmin],
    );
    if (!row) throw notFound();
    const seen = row.ticket_id ? await this.tickets.visible(scope, [row.ticket_id], tx) : [];
    return {
      id,
      kind: row.kind,
      state: row.state,
      ticketId: seen[0] ?? null,
      total: row.total,
      done: row.done,
      failed: row.failed,
      undoUntil: row.undo_until?.toISOString() ?? null,
      createdAt: row.created_at.toISOString(),
    };
  }
}
