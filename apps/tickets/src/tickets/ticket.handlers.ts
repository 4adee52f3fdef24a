import { Inject, Injectable } from '@nestjs/common';
import { CommentAdded, ContactRenamed, ConversationStarted, MessageAdded, MessageDeliveryFailed, TicketCreated } from '@helpdesk/contracts';
import { LiveBus, MessageBus, OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Runtime, Tx } from '@helpdesk/platform';
import { MergedRecordsService } from '../associations/merged-records.service.js';
import { FollowingService } from '../following/following.service.js';
import { PipelinesService } from '../pipelines/pipelines.service.js';
import { RoutingService } from '../routing/routing.service.js';
import { SearchService } from '../search/search.service.js';
import { RUNTIME } from '../tokens.js';
import { UnsentRepository } from '../unsent/unsent.repository.js';
import { AssociationsRepository } from './associations.repository.js';
import { TicketChanges } from './ticket-changes.js';
import { TicketNotices, type Notice } from './ticket-notices.js';
import { TicketRepository, type StoredTicket, type TicketUpdate } from './ticket.repository.js';
import { creationPlace, stageAfterMessage, type Place } from './ticket.rules.js';

/** Turns what conversations says into work. */
@Injectable()
export class TicketHandlers {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly repository: TicketRepository,
    private readonly associations: AssociationsRepository,
    private readonly pipelines: PipelinesService,
    private readonly changes: TicketChanges,
    private readonly following: FollowingService,
    private readonly records: MergedRecordsService,
    private readonly routing: RoutingService,
    private readonly bus: MessageBus,
    private readonly live: LiveBus,
    private readonly notices: TicketNotices,
    private readonly unsent: UnsentRepository,
    private readonly search: SearchService,
  ) {}

  @OnEvent(ConversationStarted)
  async onConversationStarted(event: ConversationStarted, tx: Tx, { accountId }: Delivery): Promise<void> {
    const place = creationPlace(event.channel, await this.pipelines.list(accountId, tx));
    if (!place) throw new Error('the account has no pipeline yet');
    const assignment = await this.routing.decide(tx, accountId, event);
    const { ownerId, teamId } = assignment;
    const number = await this.repository.create(tx, accountId, event, { ...place, ownerId, teamId });
    if (number === undefined) return;
    await this.records.follow(tx, accountId, event.ticketId);
    this.search.keep(tx, accountId, event.ticketId, event.message);
    if (event.isSpam) await this.changes.removed(tx, { account_id: accountId, id: event.ticketId }, new Date(event.message.at));
    else {
      await this.routing.assigned(tx, accountId, event, number, assignment);
      const begun = { ...timedTicket(event, place), account_id: accountId, owner_id: ownerId, team_id: teamId };
      await this.changes.begun(tx, begun, event.message);
    }
    if (event.link) await this.associations.link(tx, accountId, event.ticketId, event.link.kind, event.link.ticketId);
    if (event.wantsNumber) {
      await this.bus.publish(tx, accountId, new TicketCreated({ ticketId: event.ticketId, number, conversationId: event.conversationId }));
    }
  }

  @OnEvent(MessageAdded)
  async onMessageAdded(event: MessageAdded, tx: Tx, { accountId }: Delivery): Promise<void> {
    const ticket = await this.repository.lockSurvivor(tx, accountId, event.ticketId);
    if (!ticket) throw new Error('the ticket of the message is not there yet');
    const { message } = event;
    if (message.authorUserId) await this.unsent.isSent(tx, ticket, message.messageId);
    this.search.keep(tx, accountId, ticket.id, message);
    const pipeline = await this.pipelines.find(accountId, ticket.pipeline_id, tx);
    const current = pipeline?.stages.find((stage) => stage.id === ticket.stage_id);
    const stage = pipeline && current ? stageAfterMessage(message, current, pipeline) : undefined;
    const at = new Date(message.at);
    // A message that had waited for its time may come after newer ones: what the list shows stays the newest.
    // One that was said on a ticket merged since stands among others now, and conversations tells how.
    const isNewest = ticket.id === event.ticketId && message.seq > ticket.thread_version;
    const update: TicketUpdate = isNewest
      ? { thread_version: message.seq, last_activity_at: at, excerpt: message.excerpt }
      : { last_activity_at: later(ticket.last_activity_at, at) };
    if (stage) update.stage_id = stage.id;
    // The first reply takes an unassigned ticket (S-41).
    if (message.direction === 'out' && message.authorUserId && !ticket.owner_id) update.owner_id = message.authorUserId;
    const actor = message.authorUserId
      ? { type: 'user' as const, id: message.authorUserId, name: message.authorName }
      : { type: 'system' as const, id: null, name: 'Automation' };
    const version = await this.changes.apply(tx, ticket, update, actor, 'message', at, { message });
    await this.added(tx, { ...ticket, owner_id: update.owner_id ?? ticket.owner_id }, version, message.seq);
    const { messageId, authorUserId } = message;
    if (message.direction === 'out' && authorUserId) {
      await this.tellFollowers(tx, ticket, 'replied', messageId, [authorUserId]);
      if (message.authorFollows) await this.following.begin(tx, accountId, ticket.id, [authorUserId]);
    }
    // Automatic mail disturbs nobody (D-41).
    if (message.direction === 'in' && !message.isAutomatic) {
      await this.tellOwner(tx, ticket, 'customer_message', messageId);
      await this.tellFollowers(tx, ticket, 'customer_message', messageId, ticket.owner_id ? [ticket.owner_id] : []);
    }
  }

  /** A comment is activity, but not news for the customer: neither status nor the public thread move. */
  @OnEvent(CommentAdded)
  async onCommentAdded(event: CommentAdded, tx: Tx, { accountId }: Delivery): Promise<void> {
    const ticket = await this.repository.lockSurvivor(tx, accountId, event.ticketId);
    if (!ticket) throw new Error('the ticket of the comment is not there yet');
    const at = new Date(event.at);
    const actor = { type: 'user' as const, id: event.authorUserId, name: event.authorName };
    const version = await this.changes.apply(tx, ticket, { last_activity_at: later(ticket.last_activity_at, at) }, actor, 'comment', at);
    await this.added(tx, ticket, version, event.seq);
    await this.following.mention(tx, accountId, ticket.id, event.mentions, at);
    const mentioned = event.mentions.filter((id) => id !== event.authorUserId);
    await this.notices.tell(tx, ticket, { topic: 'mentioned', reason: 'mention', userIds: mentioned, messageId: event.commentId });
    await this.tellFollowers(tx, ticket, 'commented', event.commentId, [...mentioned, event.authorUserId]);
    await this.following.begin(tx, accountId, ticket.id, event.followers ?? []);
  }

  /** The name in the lists; no change of the ticket that anybody has made. */
  @OnEvent(ContactRenamed)
  async onContactRenamed(event: ContactRenamed, tx: Tx, { accountId }: Delivery): Promise<void> {
    await this.records.renamed(tx, accountId, event.contactId, event.name);
    // In the order in which others lock many tickets.
    await tx.query(
      `UPDATE tickets.ticket SET contact_name = $3 WHERE account_id = $1 AND id IN (
         SELECT t.id FROM tickets.ticket_contact c JOIN tickets.ticket t ON t.account_id = c.account_id AND t.id = c.ticket_id
         WHERE c.account_id = $1 AND c.contact_id = $2 AND t.contact_id = $2 ORDER BY t.id FOR NO KEY UPDATE OF t)`,
      [accountId, event.contactId, event.name],
    );
  }

  @OnEvent(MessageDeliveryFailed)
  async onMessageDeliveryFailed(event: MessageDeliveryFailed, tx: Tx, { accountId }: Delivery): Promise<void> {
    const ticket = await this.repository.lockSurvivor(tx, accountId, event.ticketId);
    if (ticket?.owner_id) await this.tellOwner(tx, ticket, 'delivery_failed', event.messageId);
    else
      this.runtime.logger.info(
        { ticketId: event.ticketId, messageId: event.messageId, state: event.state },
        'a message of ours did not arrive',
      );
  }

  private async tellOwner(tx: Tx, ticket: StoredTicket, topic: Notice['topic'], messageId: string): Promise<void> {
    await this.notices.tell(tx, ticket, { topic, reason: 'owner', userIds: ticket.owner_id ? [ticket.owner_id] : [], messageId });
  }

  /** All but those who know already. */
  private async tellFollowers(tx: Tx, ticket: StoredTicket, topic: Notice['topic'], messageId: string, told: string[]): Promise<void> {
    const followers = await this.following.followers(tx, ticket.account_id, ticket.id);
    const userIds = followers.filter((id) => !told.includes(id));
    await this.notices.tell(tx, ticket, { topic, reason: 'follower', userIds, messageId });
  }

  private async added(tx: Tx, ticket: StoredTicket, version: number, seq: number): Promise<void> {
    if (ticket.deleted_at) return;
    const access = await this.repository.accessFacts(tx, ticket);
    this.live.publish(tx, ticket.account_id, { kind: 'timeline.added', ticketId: ticket.id, version, seq, access });
  }
}

/** A ticket that a message has made, as its clocks see it. */
const timedTicket = ({ ticketId, channel, source, message }: ConversationStarted, { pipelineId, stageId }: Place) => ({
  ...{ id: ticketId, pipeline_id: pipelineId, stage_id: stageId, team_id: channel.teamId, priority: null, source },
  ...{
    thread_version: message.seq,
    created_at: new Date(message.at),
    closed_at: null,
    deleted_at: null,
    sla_due_at: null,
    sla_timer_at: null,
  },
});

const later = (a: Date, b: Date) => (a > b ? a : b);
