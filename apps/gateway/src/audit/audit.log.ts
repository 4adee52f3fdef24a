import { Injectable } from '@nestjs/common';
import { Database, newId, pageOf, type Tx } from '@helpdesk/platform';
import type { Principal } from '../auth/principal.js';

export interface AuditLine {
  id: string;
  accountId: string;
  actorId: string | null;
  actorName: string;
  action: string;
  subject: string;
  old?: unknown;
  new?: unknown;
  at: Date;
}

/** Who did it. */
export type AuditActor = Pick<Principal, 'accountId' | 'userId' | 'name'>;

const json = (value: unknown) => (value === undefined || value === null ? null : JSON.stringify(value));

@Injectable()
export class AuditLog {
  constructor(private readonly database: Database) {}

  /** Written in the transaction of the change itself. */
  async record(by: AuditActor, action: string, subject: string, change: { old?: unknown; new?: unknown }, tx: Tx): Promise<void> {
    const { accountId, userId, name } = by;
    await this.write(tx, { id: newId(), accountId, actorId: userId, actorName: name, action, subject, at: new Date(), ...change });
  }

  async write(tx: Tx, line: AuditLine): Promise<void> {
    await tx.query(
      `INSERT INTO gateway.audit (id, account_id, actor_id, actor_name, action, subject, old_value, new_value, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (account_id, id) DO NOTHING`,
      [line.id, line.accountId, line.actorId, line.actorName, line.action, line.subject, json(line.old), json(line.new), line.at],
    );
  }

  async list(accountId: string, limit: number, cursor?: string) {
    const rows = await this.database.query<{
      id: string;
      at: Date;
      actor_id: string | null;
      actor_name: string;
      action: string;
      subject: string;
      old_value: unknown;
      new_value: unknown;
    }>(accountId, 'SELECT * FROM gateway.audit WHERE account_id = $1 AND ($2::uuid IS NULL OR id < $2::uuid) ORDER BY id DESC LIMIT $3', [
      accountId,
      cursor ?? null,
      limit + 1,
    ]);
    const items = rows.map((r) => ({
      id: r.id,
      at: r.at.toISOString(),
      actor: { id: r.actor_id, name: r.actor_name },
      action: r.action,
      subject: r.subject,
      old: r.old_value,
      new: r.new_value,
    }));
    return pageOf(items, limit);
  }
}
