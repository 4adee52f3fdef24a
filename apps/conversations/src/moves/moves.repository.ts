import { Injectable } from '@nestjs/common';
import { newId, type Tx } from '@helpdesk/platform';
import { excerptOf } from '../threading/excerpt.js';

export interface Entry {
  id: string;
  seq: number;
  kind: 'message' | 'comment' | 'call' | 'form' | 'event';
  /** Null unless it is a message of ours. */
  state: string | null;
  subject: string | null;
  created_at: Date;
}

export interface ThreadSummary {
  threadVersion: number;
  excerpt: string | null;
  lastMessageAt: string | null;
}

/** What waits for its time or was taken back was not said yet. */
const IS_SAID = `kind <> 'event' AND coalesce(state, '') NOT IN ('scheduled', 'cancelled')`;

/** Entries on their way from one ticket to another. All of it needs a transaction that reads comments, and locked threads. */
@Injectable()
export class MovesRepository {
  /** The ticket that has the entries of this one by now: itself, or where it was merged to, over any number of steps. */
  async survivor(tx: Tx, accountId: string, ticketId: string): Promise<string> {
    const row = await tx.queryOne<{ ticket_id: string }>(
      `WITH RECURSIVE way AS (
         SELECT ticket_id, merged_into FROM conversations.ticket_thread WHERE account_id = $1 AND ticket_id = $2
         UNION SELECT t.ticket_id, t.merged_into FROM way JOIN conversations.ticket_thread t ON t.account_id = $1 AND t.ticket_id = way.merged_into
       ) SELECT ticket_id FROM way WHERE merged_into IS NULL`,
      [accountId, ticketId],
    );
    return row?.ticket_id ?? ticketId;
  }

  /** In the order in which everybody locks several; those that are not there yet are made. */
  async lock(tx: Tx, accountId: string, ticketIds: string[]): Promise<void> {
    const ids = ticketIds.toSorted();
    await tx.query(
      'INSERT INTO conversations.ticket_thread (account_id, ticket_id) SELECT $1, t FROM unnest($2::uuid[]) t ON CONFLICT DO NOTHING',
      [accountId, ids],
    );
    await tx.query(
      'SELECT 1 FROM conversations.ticket_thread WHERE account_id = $1 AND ticket_id = ANY ($2::uuid[]) ORDER BY ticket_id FOR UPDATE',
      [accountId, ids],
    );
  }

  async isMerged(tx: Tx, accountId: string, ticketId: string): Promise<boolean> {
    const sql = 'SELECT merged_into FROM conversations.ticket_thread WHERE account_id = $1 AND ticket_id = $2';
    return Boolean((await tx.queryOne<{ merged_into: string | null }>(sql, [accountId, ticketId]))?.merged_into);
  }

  setMergedInto(tx: Tx, accountId: string, ticketId: string, into: string | null): void {
    void tx.query('UPDATE conversations.ticket_thread SET merged_into = $3 WHERE account_id = $1 AND ticket_id = $2', [
      accountId,
      ticketId,
      into,
    ]);
  }

  /** Everything on a ticket, comments and lines about changes among it, in order. */
  entries(tx: Tx, accountId: string, ticketId: string): Promise<Entry[]> {
    return tx.query<Entry>(
      `SELECT id, seq, kind, state, subject, created_at FROM conversations.message WHERE account_id = $1 AND ticket_id = $2
       UNION ALL SELECT id, seq, 'comment', NULL, NULL, created_at FROM conversations.comment WHERE account_id = $1 AND ticket_id = $2 ORDER BY seq`,
      [accountId, ticketId],
    );
  }

  /** Those the operation moved from `fromTicketId` and that are on `ticketId` now. */
  async movedBy(tx: Tx, accountId: string, operationId: string, fromTicketId: string, ticketId: string): Promise<string[]> {
    const rows = await tx.query<{ entry_id: string }>(
      `SELECT e.entry_id FROM conversations.moved_entry e WHERE e.account_id = $1 AND e.operation_id = $2 AND e.from_ticket_id = $3 AND (
         EXISTS (SELECT 1 FROM conversations.message m WHERE m.account_id = $1 AND m.id = e.entry_id AND m.ticket_id = $4)
         OR EXISTS (SELECT 1 FROM conversations.comment c WHERE c.account_id = $1 AND c.id = e.entry_id AND c.ticket_id = $4))`,
      [accountId, operationId, fromTicketId, ticketId],
    );
    return rows.map((row) => row.entry_id);
  }

  /** Of these entries, those that are neither comments nor lines about changes. */
  async messagesAmong(tx: Tx, accountId: string, ids: string[]): Promise<string[]> {
    const sql = "SELECT id FROM conversations.message WHERE account_id = $1 AND id = ANY ($2::uuid[]) AND kind <> 'event'";
    return (await tx.query<{ id: string }>(sql, [accountId, ids])).map(({ id }) => id);
  }

  async isDone(tx: Tx, accountId: string, operationId: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM conversations.moved_entry WHERE account_id = $1 AND operation_id = $2 LIMIT 1';
    return (await tx.queryOne(sql, [accountId, operationId])) !== undefined;
  }

  async remember(tx: Tx, accountId: string, operationId: string, fromTicketId: string, entryIds: string[]): Promise<void> {
    await tx.query(
      `INSERT INTO conversations.moved_entry (account_id, operation_id, entry_id, from_ticket_id)
       SELECT $1, $2, e, $4 FROM unnest($3::uuid[]) e ON CONFLICT DO NOTHING`,
      [accountId, operationId, entryIds, fromTicketId],
    );
  }

  /** The entries join `to`, each at its time; the conversations they are part of go along, or are parted. */
  async move(tx: Tx, accountId: string, from: string, to: string, entryIds: string[]): Promise<void> {
    await this.partConversations(tx, accountId, from, to, entryIds);
    await this.interleave(tx, accountId, to, entryIds);
    await tx.query('UPDATE conversations.ticket_thread SET arrangement = arrangement + 1 WHERE account_id = $1 AND ticket_id = $2', [
      accountId,
      from,
    ]);
  }

  /** Unsent texts go along, unless their writer has one there already: that one stays where it is, and comes to light when this is undone. */
  async moveDrafts(tx: Tx, accountId: string, from: string, to: string): Promise<void> {
    await tx.query(
      `UPDATE conversations.draft d SET ticket_id = $3 WHERE d.account_id = $1 AND d.ticket_id = $2 AND NOT EXISTS (
         SELECT 1 FROM conversations.draft o WHERE o.account_id = $1 AND o.ticket_id = $3 AND o.user_id = d.user_id AND o.tab = d.tab)`,
      [accountId, from, to],
    );
  }

  /** A line in the timeline that tells where entries went, or where they came from. */
  async tell(tx: Tx, accountId: string, ticketId: string, by: { userId: string; name: string }, change: { field: string; new: unknown }) {
    await tx.query(
      `WITH thread AS (UPDATE conversations.ticket_thread SET last_seq = last_seq + 1 WHERE account_id = $2 AND ticket_id = $3 RETURNING last_seq)
       INSERT INTO conversations.message (id, account_id, ticket_id, seq, kind, direction, author_type, author_id, author_name, text, facts, created_at)
       SELECT $1, $2, $3, last_seq, 'event', 'internal', 'user', $4, $5, $6, $7, now() FROM thread`,
      [newId(), accountId, ticketId, by.userId, by.name, change.field, JSON.stringify([{ ...change, old: null }])],
    );
  }

  async noteDecision(tx: Tx, accountId: string, messageId: string, by: string): Promise<void> {
    const decision = { rule: 'moved', reason: `Moved here by ${by}.`, compared: [], matched: null, guards: [] };
    await tx.query('UPDATE conversations.message SET decision = $3 WHERE account_id = $1 AND id = $2', [
      accountId,
      messageId,
      JSON.stringify(decision),
    ]);
  }

  async summary(tx: Tx, accountId: string, ticketId: string): Promise<ThreadSummary> {
    const thread = await tx.queryOne<{ thread_version: number }>(
      `UPDATE conversations.ticket_thread t SET thread_version = greatest(t.thread_version, coalesce((
         SELECT max(seq) FROM conversations.message WHERE account_id = $1 AND ticket_id = $2 AND ${IS_SAID}), 0))
       WHERE t.account_id = $1 AND t.ticket_id = $2 RETURNING thread_version`,
      [accountId, ticketId],
    );
    const last = await tx.queryOne<{ text: string; created_at: Date }>(
      `SELECT left(text, 1000) AS text, created_at FROM conversations.message WHERE account_id = $1 AND ticket_id = $2 AND ${IS_SAID} ORDER BY seq DESC LIMIT 1`,
      [accountId, ticketId],
    );
    return {
      threadVersion: thread?.thread_version ?? 0,
      excerpt: last ? excerptOf(last.text) : null,
      lastMessageAt: last?.created_at.toISOString() ?? null,
    };
  }

  private async partConversations(tx: Tx, accountId: string, from: string, to: string, entryIds: string[]): Promise<void> {
    const parts = await tx.query<{ id: string; is_whole: boolean }>(
      `SELECT c.id, NOT EXISTS (SELECT 1 FROM conversations.message m
         WHERE m.account_id = $1 AND m.ticket_id = $2 AND m.conversation_id = c.id AND m.id <> ALL ($3::uuid[])) AS is_whole
       FROM conversations.conversation c WHERE c.account_id = $1 AND c.id IN (
         SELECT conversation_id FROM conversations.message WHERE account_id = $1 AND id = ANY ($3::uuid[]))`,
      [accountId, from, entryIds],
    );
    for (const { id, is_whole } of parts) {
      if (is_whole) {
        await tx.query('UPDATE conversations.conversation SET ticket_id = $3 WHERE account_id = $1 AND id = $2', [accountId, id, to]);
        continue;
      }
      const part = newId();
      // The adapter's thread stays with what was there: what comes next belongs to that.
      await tx.query(
        `INSERT INTO conversations.conversation (id, account_id, ticket_id, channel_id, channel_type, team_id, contact_id, counterpart_kind,
           counterpart_value, counterpart_name, participants, subject, is_automatic, via_channel_ids, origin_id)
         SELECT $3, account_id, $4, channel_id, channel_type, team_id, contact_id, counterpart_kind, counterpart_value, counterpart_name,
           participants, subject, is_automatic, via_channel_ids, coalesce(origin_id, id)
         FROM conversations.conversation WHERE account_id = $1 AND id = $2`,
        [accountId, id, part, to],
      );
      await tx.query(
        'UPDATE conversations.message SET conversation_id = $3 WHERE account_id = $1 AND conversation_id = $2 AND id = ANY ($4::uuid[])',
        [accountId, id, part, entryIds],
      );
    }
  }

  /**
   * Numbers the entries of a ticket anew, with those that join, by time; each keeps its place among those it came with. The numbers go on
   * from the last one there was, so that whoever has read up to an older one, or answers it, knows that there is more.
   */
  private async interleave(tx: Tx, accountId: string, ticketId: string, joining: string[]): Promise<void> {
    await tx.query(
      `WITH entry AS (
         SELECT id, ticket_id, seq, created_at, false AS is_comment FROM conversations.message WHERE account_id = $1 AND (ticket_id = $2 OR id = ANY ($3::uuid[]))
         UNION ALL
         SELECT id, ticket_id, seq, created_at, true FROM conversations.comment WHERE account_id = $1 AND (ticket_id = $2 OR id = ANY ($3::uuid[]))
       ), reached AS (
         SELECT *, max(created_at) OVER (PARTITION BY ticket_id ORDER BY seq) AS at FROM entry
       ), placed AS (
         SELECT id, is_comment, t.last_seq + row_number() OVER (ORDER BY reached.at, reached.ticket_id, seq) AS seq
         FROM reached, (SELECT last_seq FROM conversations.ticket_thread WHERE account_id = $1 AND ticket_id = $2) t
       ), messages AS (
         UPDATE conversations.message m SET ticket_id = $2, seq = p.seq FROM placed p WHERE m.account_id = $1 AND m.id = p.id AND NOT p.is_comment
       ), comments AS (
         UPDATE conversations.comment c SET ticket_id = $2, seq = p.seq FROM placed p WHERE c.account_id = $1 AND c.id = p.id AND p.is_comment
       )
       UPDATE conversations.ticket_thread SET last_seq = greatest(last_seq, (SELECT max(seq) FROM placed)) WHERE account_id = $1 AND ticket_id = $2`,
      [accountId, ticketId, joining],
    );
  }
}
