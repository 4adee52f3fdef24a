import { Injectable } from '@nestjs/common';
import { UnsentChanged, type Draft, type DraftContent, type DraftTab, type TicketGrant } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, Problem, withComments, type Tx } from '@helpdesk/platform';
import { RepliesRepository } from '../replies/replies.repository.js';
import type { Author } from '../replies/replies.service.js';

interface Row {
  tab: DraftTab;
  revision: number;
  content: DraftContent;
  updated_at: Date;
}

const toDraft = (row: Row): Draft => ({ ...row.content, revision: row.revision, updatedAt: row.updated_at.toISOString() });

/** What somebody has begun to write on a ticket, one per user and tab. Read with the agents' role: a draft is as internal as a comment. */
@Injectable()
export class DraftsService {
  constructor(
    private readonly database: Database,
    private readonly threads: RepliesRepository,
    private readonly bus: MessageBus,
  ) {}

  async ofTicket({ accountId, userId }: Author, grant: TicketGrant): Promise<{ reply: Draft | null; comment: Draft | null }> {
    const rows = await this.database.query<Row>(
      withComments(accountId),
      'SELECT tab, revision, content, updated_at FROM conversations.draft WHERE account_id = $1 AND ticket_id = $2 AND user_id = $3',
      [accountId, grant.ticketId, userId],
    );
    const of = (tab: DraftTab) => rows.find((row) => row.tab === tab);
    const [reply, comment] = [of('reply'), of('comment')];
    return { reply: reply ? toDraft(reply) : null, comment: comment ? toDraft(comment) : null };
  }

  /** `revision` is the one the change was made from; without it only a first draft is made. 409 with the current draft when another came first. */
  async put(
    { accountId, userId }: Author,
    grant: TicketGrant,
    tab: DraftTab,
    { revision, ...content }: DraftContent & { revision?: number },
  ): Promise<Draft> {
    return this.database.transaction(withComments(accountId), async (tx) => {
      await this.threads.checkFiles(tx, accountId, content.attachmentIds ?? [], userId);
      const key = [accountId, grant.ticketId, userId, tab];
      const row = await tx.queryOne<Row>(
        `INSERT INTO conversations.draft AS d (account_id, ticket_id, user_id, tab, revision, content) SELECT $1, $2, $3, $4, 1, $5 WHERE $6::int IS NULL
           OR EXISTS (SELECT 1 FROM conversations.draft WHERE account_id = $1 AND ticket_id = $2 AND user_id = $3 AND tab = $4)
         ON CONFLICT (account_id, ticket_id, user_id, tab) DO UPDATE SET revision = d.revision + 1, content = excluded.content, updated_at = now()
           WHERE d.revision = $6::int
         RETURNING tab, revision, content, updated_at`,
        [...key, JSON.stringify(content), revision ?? null],
      );
      if (row?.revision === 1) await this.tell(tx, { accountId, userId }, grant, tab, true);
      if (row) return toDraft(row);
      const current = await tx.queryOne<Row>(
        'SELECT tab, revision, content, updated_at FROM conversations.draft WHERE account_id = $1 AND ticket_id = $2 AND user_id = $3 AND tab = $4',
        key,
      );
      throw new DraftConflict(current ? toDraft(current) : null);
    });
  }

  async delete({ accountId, userId }: Author, grant: TicketGrant, tab: DraftTab): Promise<boolean> {
    return this.database.transaction(withComments(accountId), async (tx) => {
      const sql = 'DELETE FROM conversations.draft WHERE account_id = $1 AND ticket_id = $2 AND user_id = $3 AND tab = $4 RETURNING 1';
      const isGone = (await tx.query(sql, [accountId, grant.ticketId, userId, tab])).length > 0;
      if (isGone) await this.tell(tx, { accountId, userId }, grant, tab, false);
      return isGone;
    });
  }

  private tell(
    tx: Tx,
    { accountId, userId }: Omit<Author, 'name'>,
    { ticketId }: TicketGrant,
    key: DraftTab,
    isThere: boolean,
  ): Promise<void> {
    return this.bus.publish(tx, accountId, new UnsentChanged({ ticketId, what: 'draft', key, userId, isThere }));
  }
}

/** Another window saved in between: the answer carries what is there now. */
class DraftConflict extends Problem {
  constructor(current: Draft | null) {
    super(409, 'draft_conflict', 'Conflict', 'The draft was changed elsewhere.', undefined, undefined, { current });
  }
}
