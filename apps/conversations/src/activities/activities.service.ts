import { Injectable } from '@nestjs/common';
import type { ActivitiesAttached, ActivityView, ListActivitiesArgs, Page } from '@helpdesk/contracts';
import { pageOf, type Tx } from '@helpdesk/platform';
import { RepliesRepository } from '../replies/replies.repository.js';
import { ActivitiesRepository } from './activities.repository.js';

/** What was said with people and companies, on all their tickets (D-60). Which of these the asker sees is asked of tickets. */
@Injectable()
export class ActivitiesService {
  constructor(
    private readonly activities: ActivitiesRepository,
    private readonly threads: RepliesRepository,
  ) {}

  async list(accountId: string, args: ListActivitiesArgs): Promise<Page<ActivityView>> {
    return pageOf(await this.activities.list(accountId, { ...args, limit: args.limit + 1 }), args.limit);
  }

  find(accountId: string, ids: string[]): Promise<ActivityView[]> {
    return this.activities.byIds(accountId, ids);
  }

  attached(accountId: string, ticketId: string): Promise<ActivityView[]> {
    return this.activities.attached(accountId, ticketId);
  }

  /** Entries in the ticket's timeline that stand for the messages (S-23). */
  async attach(tx: Tx, accountId: string, event: ActivitiesAttached): Promise<void> {
    await this.threads.lockThread(tx, accountId, event.ticketId);
    for (const messageId of event.messageIds) {
      if (await this.activities.isAttached(tx, accountId, event.ticketId, messageId)) continue;
      const seq = await this.threads.nextSeq(tx, accountId, event.ticketId, false);
      await this.activities.attach(tx, accountId, event, messageId, seq);
    }
  }
}
