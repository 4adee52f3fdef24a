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

/** A refusal of the moment: the same may be answered elsewhere, or in a moment. */
const isPassing = (error: unknown) =>
  !(error instanceof ApiError) || error.status >= 500 || error.status === 429 || error.problem.code === 'idempotency_in_progress';

/** Asks one gateway after the other until one answers, or refuses what a client should not repeat: that is thrown. */
export async function anywhere<T>(gateways: Api[], random: Random, ask: (api: Api) => Promise<T>): Promise<NonNullable<T>> {
  let turn = random.int(gateways.length);
  const outcome = await waitFor(
    async () => {
      turn += 1;
      const api = gateways[turn % gateways.length];
      if (!api) return undefined;
      try {
        const answer = await ask(api);
        return answer === undefined || answer === null ? undefined : { answer };
      } catch (error) {
        return isPassing(error) ? undefined : { refusal: error as ApiError };
      }
    },
    { within: 90_000, every: 200, what: 'an answer of the API' },
  );
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome.answer;
}
