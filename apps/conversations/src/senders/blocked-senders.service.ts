import { Injectable } from '@nestjs/common';
import type { Address, BlockedSender } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, invalidField, notFound, type Tx } from '@helpdesk/platform';
import type { Author } from '../replies/replies.service.js';
import { domainOf, isFreeMail } from '../threading/threading.rules.js';

interface Row {
  id: string;
  value: string;
  blocked_by: string;
  created_at: Date;
}

const COLUMNS = 'id, value, blocked_by, created_at';
const toView = ({ id, value, blocked_by, created_at }: Row): BlockedSender => ({
  id,
  value,
  blockedBy: blocked_by,
  createdAt: created_at.toISOString(),
});

/** Senders whose messages are taken for spam (D-67). Their contacts and tickets stay as they are. */
@Injectable()
export class BlockedSendersService {
  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
  ) {}

  async list(accountId: string): Promise<BlockedSender[]> {
    const sql = `SELECT ${COLUMNS} FROM conversations.blocked_sender WHERE account_id = $1 ORDER BY value`;
    return (await this.database.query<Row>(accountId, sql, [accountId])).map(toView);
  }

  block(author: Author, id: string, value: string): Promise<BlockedSender> {
    const { accountId, userId } = author;
    const blocked = value.trim().toLowerCase();
    if (blocked.startsWith('@') && isFreeMail(blocked.slice(1)))
      throw invalidField('/value', 'free_mail', 'is where everybody has an address');
    return this.database.transaction(accountId, async (tx) => {
      const made = await tx.queryOne<Row>(
        `INSERT INTO conversations.blocked_sender (account_id, id, value, blocked_by) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, value) DO NOTHING RETURNING ${COLUMNS}`,
        [accountId, id, blocked, userId],
      );
      if (made) await this.bus.audit(tx, accountId, author, { action: 'sender.blocked', subject: `sender/${id}`, new: blocked });
      const sql = `SELECT ${COLUMNS} FROM conversations.blocked_sender WHERE account_id = $1 AND value = $2`;
      const row = made ?? (await tx.queryOne<Row>(sql, [accountId, blocked]));
      if (!row) throw notFound();
      return toView(row);
    });
  }

  async unblock(author: Author, id: string): Promise<void> {
    const { accountId } = author;
    await this.database.transaction(accountId, async (tx) => {
      const sql = 'DELETE FROM conversations.blocked_sender WHERE account_id = $1 AND id = $2 RETURNING value';
      const gone = await tx.queryOne<{ value: string }>(sql, [accountId, id]);
      if (!gone) throw notFound();
      await this.bus.audit(tx, accountId, author, { action: 'sender.unblocked', subject: `sender/${id}`, old: gone.value });
    });
  }
}

export async function isBlocked(tx: Tx, accountId: string, sender: Address | null): Promise<boolean> {
  if (!sender) return false;
  const values = sender.kind === 'email' ? [sender.value, `@${domainOf(sender.value)}`] : [sender.value];
  const sql = 'SELECT 1 FROM conversations.blocked_sender WHERE account_id = $1 AND value = ANY ($2::text[])';
  return (await tx.queryOne(sql, [accountId, values.map((value) => value.toLowerCase())])) !== undefined;
}
