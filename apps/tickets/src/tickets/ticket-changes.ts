import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { RemovalDue, TicketChanged, type MessageFacts, type TicketAccessFacts, type TicketChange } from '@helpdesk/contracts';
import { LiveBus, MessageBus } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { PipelinesService } from '../pipelines/pipelines.service.js';
import type { TimedTicket } from '../sla/sla.repository.js';
import { SlaService } from '../sla/sla.service.js';
import { TicketNotices } from './ticket-notices.js';
import { TicketRepository, type ActivityActor, type StoredTicket, type TicketUpdate } from './ticket.repository.js';
import { reopenUntil } from './ticket.rules.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** In the trash and among spam. */
const KEPT_DAYS = 90;

/** Columns people see as fields of the ticket; the others follow from messages. */
const FIELDS = {
  name: 'name',
  pipeline_id: 'pipelineId',
  stage_id: 'stageId',
  owner_id: 'ownerId',
  team_id: 'teamId',
  priority: 'priority',
  category: 'category',
  deleted_at: 'deletedAt',
} as const;

/** The one place where a ticket changes: columns, history, events, all in the caller's transaction. */
@Injectable()
export class TicketChanges {
  constructor(
    private readonly repository: TicketRepository,
    private readonly pipelines: PipelinesService,
    private readonly bus: MessageBus,
    private readonly live: LiveBus,
    private readonly notices: TicketNotices,
    private readonly sla: SlaService,
  ) {}

  /** Gives the new version; the version stays when nothing differs. `ticket` is locked by the caller. */
  async apply(
    tx: Tx,
    ticket: StoredTicket,
    update: TicketUpdate,
    actor: ActivityActor,
    source: string,
    at: Date,
    /** `message`: what was said with it. `more`: what changed beside its own columns. */
    { message, more = [] }: { message?: MessageFacts; more?: TicketChange[] } = {},
  ): Promise<number> {
    const pipelines = await this.pipelines.list(ticket.account_id, tx);
    const pipeline = pipelines.find(({ id }) => id === (update.pipeline_id ?? ticket.pipeline_id));
    const stageOf = (id: string) => pipelines.flatMap(({ stages }) => stages).find((stage) => stage.id === id);
    const labelOf: Partial<Record<keyof typeof FIELDS, (id: string) => string | undefined>> = {
      stage_id: (id) => stageOf(id)?.name,
      pipeline_id: (id) => pipelines.find((known) => known.id === id)?.name,
    };
    const changes: TicketChange[] = [...more];
    for (const [column, field] of Object.entries(FIELDS) as [keyof typeof FIELDS, string][]) {
      const value = update[column];
      if (value === undefined || isDeepStrictEqual(value, ticket[column])) continue;
      const label = labelOf[column];
      const labels = label && { oldLabel: label(ticket[column] as string), newLabel: label(value as string) };
      changes.push({ field, old: ticket[column], new: value, ...labels });
    }
    changes.push(...propertyChanges(ticket.properties, update.properties));
    const stageId = update.stage_id ?? ticket.stage_id;
    const isClosed = stageOf(stageId)?.category === 'closed';
    const closedAt = isClosed ? (ticket.closed_at ?? at) : null;
    const isSame = changes.length === 0 && Object.keys(update).every((column) => column in FIELDS || column === 'properties');
    if (isSame) return ticket.version;
    const before = await this.repository.accessFacts(tx, ticket);
    const changed = { ...update, closed_at: closedAt };
    const version = await this.repository.update(tx, ticket, changed);
    await this.sla.follow(tx, ticket, { ...ticket, ...changed }, message);
    const {
      owner_id: ownerId = ticket.owner_id,
      team_id: teamId = ticket.team_id,
      deleted_at: deletedAt = ticket.deleted_at,
      removal = ticket.removal,
    } = update;
    const why = deletedAt && removal;
    const after = { ...before, ownerId, teamId };
    this.tellScreens(tx, ticket, version, ticket.deleted_at ? null : before, deletedAt ? null : after);
    if (deletedAt && !ticket.deleted_at) await this.removed(tx, ticket, deletedAt);
    if (changes.length === 0) return version;
    await this.repository.record(tx, ticket, version, at, actor, source, changes);
    await this.bus.publish(
      tx,
      ticket.account_id,
      new TicketChanged({
        ticketId: ticket.id,
        version,
        changes,
        // In the trash the thread takes no further message.
        state: why === 'spam' ? 'spam' : why === 'trash' ? 'deleted' : isClosed ? 'closed' : 'open',
        reopenUntil: !deletedAt && closedAt && pipeline ? reopenUntil(pipeline, closedAt) : null,
        actorUserId: actor.id,
        actorName: actor.name,
        at: at.toISOString(),
      }),
    );
    const owner = update.owner_id;
    const isNews = owner && owner !== ticket.owner_id && owner !== actor.id;
    if (isNews) await this.notices.tell(tx, ticket, { topic: 'assigned', reason: 'owner', userIds: [owner], messageId: null });
    return version;
  }

  /** It is kept for some time where it was put, then it goes for good (D-65, D-66). */
  async removed(tx: Tx, { account_id, id }: Pick<StoredTicket, 'account_id' | 'id'>, at: Date): Promise<void> {
    const dueAt = new Date(at.getTime() + KEPT_DAYS * DAY_MS);
    await this.bus.publish(tx, account_id, new RemovalDue({ ticketId: id, removedAt: at.toISOString() }), { dueAt });
  }

  /** A ticket that was not there before; `ticket` as it began, `message` what has made it. */
  async begun(tx: Tx, ticket: TimedTicket & Pick<StoredTicket, 'owner_id'>, message?: MessageFacts): Promise<void> {
    await this.sla.begin(tx, ticket, message);
    const after = { accountId: ticket.account_id, ownerId: ticket.owner_id, teamId: ticket.team_id, shares: [] };
    this.tellScreens(tx, ticket, 1, null, after);
  }

  /**
   * It went into another ticket (`into`), or came out of it again (null): nobody sees it by itself while it is there. Conversations is told
   * of the merge, not of this.
   */
  async merged(tx: Tx, ticket: StoredTicket, into: string | null, actor: ActivityActor, at: Date): Promise<void> {
    const access = await this.repository.accessFacts(tx, ticket);
    const removed = into ? { deleted_at: at, removal: 'merged' as const } : { deleted_at: null, removal: 'trash' as const };
    const version = await this.repository.update(tx, ticket, removed);
    await this.sla.follow(tx, ticket, { ...ticket, ...removed });
    await this.repository.record(tx, ticket, version, at, actor, 'merge', [{ field: 'mergedInto', old: null, new: into }]);
    this.tellScreens(tx, ticket, version, into ? access : null, into ? null : access);
  }

  /** Somebody gained or lost sight of the ticket without a change of its fields: `before` is how it was. */
  async accessChanged(tx: Tx, ticket: StoredTicket, before: TicketAccessFacts): Promise<void> {
    const after = await this.repository.accessFacts(tx, { ...ticket, is_shared: true });
    this.tellScreens(tx, ticket, await this.repository.update(tx, ticket, {}), before, after);
  }

  /** Who saw the ticket and who sees it now, null = nobody: what lies in the trash before and after is no news. */
  private tellScreens(
    tx: Tx,
    { account_id, id }: Pick<StoredTicket, 'account_id' | 'id'>,
    version: number,
    before: TicketAccessFacts | null,
    after: TicketAccessFacts | null,
  ): void {
    if (before ?? after) this.live.publish(tx, account_id, { kind: 'ticket.changed', ticketId: id, version, before, after });
  }
}

/** One change for each custom property that differs. */
function propertyChanges(old: Record<string, unknown>, now: Record<string, unknown> | undefined): TicketChange[] {
  const names = now ? new Set([...Object.keys(old), ...Object.keys(now)]) : [];
  return [...names]
    .filter((name) => !isDeepStrictEqual(old[name], now?.[name]))
    .map((name) => ({ field: `properties.${name}`, old: old[name] ?? null, new: now?.[name] ?? null }));
}
