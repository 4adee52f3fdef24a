import { Injectable } from '@nestjs/common';
import {
  MessageRethreaded,
  ThreadRearranged,
  TicketSplit,
  type MoveUndone,
  type OperationMaker,
  type TicketGrant,
  type TicketMerged,
} from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, Database, invalid, invalidField, withComments, type FieldProblem, type Tx } from '@helpdesk/platform';
import { MovesRepository, type Entry } from './moves.repository.js';

interface SplitArgs {
  operationId: string;
  ticketId: string;
  grant: TicketGrant;
  messageIds: string[];
  name?: string;
  by: OperationMaker;
}
interface RethreadArgs {
  operationId: string;
  messageId: string;
  from: TicketGrant;
  to: TicketGrant;
  by: OperationMaker;
}

/** Entries that change their ticket (D-61, D-62, I-01): each is on exactly one before and after, whatever arrives meanwhile. */
@Injectable()
export class MovesService {
  constructor(
    private readonly database: Database,
    private readonly moves: MovesRepository,
    private readonly bus: MessageBus,
  ) {}

  async merge(tx: Tx, accountId: string, { ticketId, secondaryId, operationId }: TicketMerged): Promise<void> {
    await this.database.asComments(tx, async () => {
      const to = await this.lockHome(tx, accountId, ticketId, secondaryId);
      // Apart and together again the other way round, heard of in another order.
      if (to === secondaryId) return;
      const ids = (await this.moves.entries(tx, accountId, secondaryId)).map(({ id }) => id);
      await this.moves.remember(tx, accountId, operationId, secondaryId, ids);
      await this.moves.move(tx, accountId, secondaryId, to, ids);
      await this.moves.moveDrafts(tx, accountId, secondaryId, to);
      this.moves.setMergedInto(tx, accountId, secondaryId, to);
      await this.rearranged(tx, accountId, to, ids);
    });
  }

  async undo(tx: Tx, accountId: string, { ticketId, sourceId, operationId, isParted }: MoveUndone): Promise<void> {
    await this.database.asComments(tx, async () => {
      const from = await this.lockHome(tx, accountId, ticketId, sourceId);
      if (isParted) this.moves.setMergedInto(tx, accountId, sourceId, null);
      // Merged meanwhile: what would go back there is where that went.
      else if (await this.moves.isMerged(tx, accountId, sourceId)) return;
      const ids = await this.moves.movedBy(tx, accountId, operationId, sourceId, from);
      await this.moves.move(tx, accountId, from, sourceId, ids);
      await this.rearranged(tx, accountId, from);
      await this.rearranged(tx, accountId, sourceId, ids);
    });
  }

  /** Repeating it with the same operation changes nothing. */
  async split(accountId: string, { operationId, ticketId, grant, messageIds, name, by }: SplitArgs): Promise<void> {
    await this.database.transaction(withComments(accountId), async (tx) => {
      const sourceId = grant.ticketId;
      await this.moves.lock(tx, accountId, [sourceId, ticketId]);
      if (await this.moves.isDone(tx, accountId, operationId)) return;
      await this.refuseMerged(tx, accountId, sourceId);
      const entries = await this.moves.entries(tx, accountId, sourceId);
      const chosen = choose(entries, messageIds);
      const isLeft = entries.some((entry) => isMessage(entry) && !messageIds.includes(entry.id));
      if (!isLeft) throw invalidField('/messageIds', 'all_messages', 'leaves no message on the ticket');
      await this.moves.remember(tx, accountId, operationId, sourceId, messageIds);
      await this.moves.move(tx, accountId, sourceId, ticketId, messageIds);
      await this.moves.tell(tx, accountId, sourceId, by, { field: 'splitInto', new: { ticketId, messageIds } });
      await this.moves.tell(tx, accountId, ticketId, by, { field: 'splitFrom', new: { ticketId: sourceId } });
      const first = chosen.find(isMessage);
      await this.bus.publish(
        tx,
        accountId,
        new TicketSplit({
          ticketId,
          sourceId,
          operationId,
          name: name?.trim() || first?.subject?.trim().slice(0, 255) || null,
          messageIds,
          at: (first?.created_at ?? new Date()).toISOString(),
          by,
        }),
      );
      await this.rearranged(tx, accountId, ticketId, messageIds);
      await this.rearranged(tx, accountId, sourceId);
    });
  }

  /** Puts one message on another ticket. Repeating it with the same operation changes nothing. */
  async rethread(accountId: string, { operationId, messageId, from, to, by }: RethreadArgs): Promise<void> {
    await this.database.transaction(withComments(accountId), async (tx) => {
      const [sourceId, ticketId] = [from.ticketId, to.ticketId];
      if (sourceId === ticketId) throw invalidField('/ticketId', 'same_ticket', 'is where the message is already');
      await this.moves.lock(tx, accountId, [sourceId, ticketId]);
      if (await this.moves.isDone(tx, accountId, operationId)) return;
      await this.refuseMerged(tx, accountId, sourceId);
      await this.refuseMerged(tx, accountId, ticketId);
      const [entry] = (await this.moves.entries(tx, accountId, sourceId)).filter(({ id }) => id === messageId);
      if (!entry || !isMessage(entry)) throw conflict('not_movable', 'Only messages move, and this one is not on that ticket any more.');
      if (entry.state === 'scheduled') throw conflict('not_sent', 'It waits to be sent: take it back first.');
      await this.moves.remember(tx, accountId, operationId, sourceId, [messageId]);
      await this.moves.move(tx, accountId, sourceId, ticketId, [messageId]);
      await this.moves.noteDecision(tx, accountId, messageId, by.name);
      await this.bus.publish(tx, accountId, new MessageRethreaded({ ticketId, sourceId, operationId, messageId, by }));
      await this.rearranged(tx, accountId, ticketId, [messageId]);
      await this.rearranged(tx, accountId, sourceId);
    });
  }

  /** Locked, with the ticket that has its entries by now: it may have been merged further while it was waited for. */
  private async lockHome(tx: Tx, accountId: string, ticketId: string, otherId: string): Promise<string> {
    for (let home = await this.moves.survivor(tx, accountId, ticketId); ;) {
      await this.moves.lock(tx, accountId, [home, otherId]);
      const now = await this.moves.survivor(tx, accountId, ticketId);
      if (now === home) return home;
      home = now;
    }
  }

  private async refuseMerged(tx: Tx, accountId: string, ticketId: string): Promise<void> {
    if (await this.moves.isMerged(tx, accountId, ticketId))
      throw conflict('ticket_merged', 'The ticket was merged into another meanwhile.');
  }

  private async rearranged(tx: Tx, accountId: string, ticketId: string, joined: string[] = []): Promise<void> {
    const summary = await this.moves.summary(tx, accountId, ticketId);
    const messages = joined.length > 0 ? await this.moves.messagesAmong(tx, accountId, joined) : [];
    await this.bus.publish(tx, accountId, new ThreadRearranged({ ticketId, ...summary, joined: messages }));
  }
}

const isMessage = ({ kind }: Entry) => kind !== 'event' && kind !== 'comment';

/** What is to become a ticket of its own: entries of this ticket, a message that was sent among them. */
function choose(entries: Entry[], ids: string[]): Entry[] {
  const problems = ids.flatMap((id, i): FieldProblem[] => {
    const pointer = `/messageIds/${i}`;
    const entry = entries.find((known) => known.id === id);
    if (!entry || entry.kind === 'event') return [{ pointer, code: 'unknown', detail: 'is no message of this ticket' }];
    return entry.state === 'scheduled' ? [{ pointer, code: 'not_sent', detail: 'waits to be sent: take it back first' }] : [];
  });
  const chosen = entries.filter(({ id }) => ids.includes(id));
  if (problems.length === 0 && !chosen.some(isMessage))
    problems.push({ pointer: '/messageIds', code: 'no_message', detail: 'needs a message: comments alone make no ticket' });
  if (problems.length > 0) throw invalid(problems);
  return chosen;
}
