import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type Api, type Random } from '@helpdesk/testing';
import { anywhere } from './agent.js';

interface Done {
  operationId: string;
}
type Act = 'merge' | 'split' | 'rethread' | 'move' | 'undo';
const ACTS: Act[] = ['merge', 'merge', 'merge', 'split', 'split', 'rethread', 'move', 'undo', 'undo'];

/** Merges, splits and moves what is there, and takes some of it back, while mails arrive and processes die. */
export class Organiser {
  readonly done: Record<Act | 'refused', number> = { merge: 0, split: 0, rethread: 0, move: 0, undo: 0, refused: 0 };
  /** What is to be done next, each kind as often as it stands in the list before it begins anew. */
  private deck: Act[] = [];
  /** How many things were begun, and how many are through. */
  begun = 0;
  ended = 0;
  private readonly operations: string[] = [];
  /** Tickets with several messages. */
  private readonly survivors: string[] = [];

  constructor(
    private readonly gateways: Api[],
    private readonly random: Random,
  ) {}

  /** Each kind of thing at least once. */
  hasDoneAll(): boolean {
    return ACTS.every((act) => this.done[act] > 0);
  }

  /** Until `isOver`; sometimes two at the same moment. */
  async work(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const together = this.random.chance(0.3) ? 2 : 1;
      await Promise.all(Array.from({ length: together }, () => this.act(this.next()).finally(() => (this.ended += 1))));
      await sleep(this.random.between(50, 300));
    }
  }

  private next(): Act {
    if (this.deck.length === 0) this.deck = this.random.shuffled([...ACTS]);
    return this.deck.pop() as Act;
  }

  private async act(act: Act): Promise<void> {
    const key = `organise-${this.random.seed}-${(this.begun += 1)}`;
    const post = (path: string, body: object) =>
      anywhere(this.gateways, this.random, (api) => api.post<Done>(path, body, { 'idempotency-key': key }));
    const { items } = await anywhere(this.gateways, this.random, (api) =>
      api.get<{ items: { id: string; pipelineId: string; stageId: string }[] }>('/tickets?limit=40'),
    );
    const [ticket, other] = this.random.shuffled(items);
    if (!ticket || !other) return;
    try {
      if (act === 'undo') {
        const operation = this.operations.splice(this.random.int(Math.max(this.operations.length, 1)), 1)[0];
        if (!operation) return;
        await post(`/operations/${operation}/undo`, {});
      } else if (act === 'merge') {
        this.operations.push((await post(`/tickets/${ticket.id}/merge`, { secondaryIds: [other.id] })).operationId);
        this.survivors.push(ticket.id);
      } else if (act === 'move') {
        const { pipelineId, stageId } = other;
        this.operations.push((await post(`/tickets/${ticket.id}/move`, { pipelineId, stageId })).operationId);
      } else {
        const id = act === 'split' ? (this.random.shuffled([...this.survivors])[0] ?? ticket.id) : ticket.id;
        const timeline = await anywhere(this.gateways, this.random, (api) =>
          api.get<{ items: { id: string; kind: string }[] }>(`/tickets/${id}/timeline?limit=200`),
        );
        const message = this.random.shuffled(timeline.items.filter(({ kind }) => kind === 'message'))[0];
        if (!message) return;
        const made =
          act === 'split'
            ? await post(`/tickets/${id}/split`, { messageIds: [message.id] })
            : await post(`/messages/${message.id}/rethread`, { ticketId: other.id });
        this.operations.push(made.operationId);
      }
      this.done[act] += 1;
    } catch (error) {
      // What another one has just done stands in the way of this one.
      if (!(error instanceof ApiError) || error.status >= 500) throw error;
      this.done.refused += 1;
    }
  }
}
