import { Injectable } from '@nestjs/common';
import { CommentAdded, type CommentArgs, type TimelineItem } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, invalidField, notFound, withComments } from '@helpdesk/platform';
import { contentOf } from '../replies/outgoing-content.js';
import { RepliesRepository } from '../replies/replies.repository.js';
import type { Author } from '../replies/replies.service.js';
import { TimelineRepository } from '../timeline/timeline.repository.js';

/** What agents write for each other. The only writer of conversations.comment; customers never see a byte of it. */
@Injectable()
export class CommentsService {
  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
    private readonly threads: RepliesRepository,
    private readonly timeline: TimelineRepository,
  ) {}

  /** Repeating it with the same commentId gives the comment that is there. */
  async add(author: Author, { grant, commentId, html, text, mentions, followers, attachmentIds }: CommentArgs): Promise<TimelineItem> {
    const { accountId } = author;
    if (!html?.trim() && !text?.trim() && attachmentIds.length === 0)
      throw invalidField('/text', 'required', 'a comment needs text or HTML');
    return this.database.transaction(withComments(accountId), async (tx) => {
      await this.threads.lockThread(tx, accountId, grant.ticketId);
      const known = await this.timeline.comment(accountId, grant.ticketId, commentId, tx);
      if (known) return known;
      const files = await this.threads.checkFiles(tx, accountId, attachmentIds, author.userId);
      const content = contentOf(html, text);
      const seq = await this.threads.nextSeq(tx, accountId, grant.ticketId, false);
      const at = new Date();
      await tx.query(
        `INSERT INTO conversations.comment (account_id, id, ticket_id, seq, author_id, author_name, text, html, mentions, attachment_count, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [accountId, commentId, grant.ticketId, seq, author.userId, author.name, content.text, content.html, mentions, files.length, at],
      );
      if (files.length > 0)
        await tx.query('UPDATE conversations.attachment SET comment_id = $3 WHERE account_id = $1 AND id = ANY ($2::uuid[])', [
          accountId,
          files.map((file) => file.id),
          commentId,
        ]);
      await this.bus.publish(
        tx,
        accountId,
        new CommentAdded({
          ticketId: grant.ticketId,
          commentId,
          seq,
          authorUserId: author.userId,
          authorName: author.name,
          mentions,
          followers,
          at: at.toISOString(),
        }),
      );
      const made = await this.timeline.comment(accountId, grant.ticketId, commentId, tx);
      if (!made) throw notFound();
      return made;
    });
  }
}
