import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, waitFor, type Api, type Random } from '@helpdesk/testing';

/** Answers through the API while processes die: the same Idempotency-Key again until there is an answer, at whichever gateway lives. */
export class Agent {
  /** Text marks of the replies that were accepted with 201. */
  readonly accepted: string[] = [];

  constructor(
    private readonly gateways: Api[],
    private readonly random: Random,
  ) {}

  /** `count` replies to tickets that are there by then, about `everyMs` apart. */
  async reply(count: number, everyMs: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      await sleep(this.random.between(everyMs / 2, everyMs * 1.5));
      const mark = `answer-${this.random.seed}-${n}-x`;
      const ticketId = await anywhere(this.gateways, this.random, async (api) => {
        const { items } = await api.get<{ items: { id: string }[] }>('/tickets?limit=50');
        return items.length > 0 ? this.random.pick(items).id : undefined;
      });
      const body = { text: `We are working on it (${mark}).`, undoSeconds: 0 };
      await anywhere(this.gateways, this.random, (api) => api.post(`/tickets/${ticketId}/replies`, body, { 'idempotency-key': mark }));
      this.accepted.push(mark);
    }
  }
}

/** Asks one gateway after the other until one answers. What a client should not repeat is thrown. */
export function anywhere<T>(gateways: Api[], random: Random, ask: (api: Api) => Promise<T>): Promise<NonNullable<T>> {
  let turn = random.int(gateways.length);
  let refused: ApiError | undefined;
  return waitFor(
    async () => {
      turn += 1;
      const api = gateways[turn % gateways.length];
      if (!api || refused) return undefined;
      return ask(api).catch((error: unknown) => {
        const isPassing =
          !(error instanceof ApiError) || error.status >= 500 || error.status === 429 || error.problem.code === 'idempotency_in_progress';
        if (!isPassing) refused = error;
        return undefined;
      });
    },
    { within: 90_000, every: 200, what: 'an answer of the API' },
  ).catch((error: unknown) => {
    throw refused ?? error;
  });
}
