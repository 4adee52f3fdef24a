import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { areaUnderCurve, Random } from '@helpdesk/testing';
import { v7 as newId } from 'uuid';
import { openDesk, openWorld, type RunningDesk } from './desk.js';
import { personPlan } from './plan.js';
import type { Member, World } from './world.js';

const PAIRS = 500;
const WARM_UP = 100;
/**
 * All rounds are judged together. One of 500 pairs scatters by 0.0183 (√(1001 / (12 × 500²))) around 0.5, so chance alone leaves the band,
 * at 2.7 standard deviations, once in 160 times. 1,500 pairs scatter by 0.0105: the band is at 4.7, which the two routes leave by chance
 * once in 200,000 runs. The best of several rounds instead would let a small real difference pass.
 */
const ROUNDS = 3;
const [LOW, HIGH] = [0.45, 0.55];

const own = { scope: 'own', unassigned: false } as const;
const agent = personPlan({ scopes: { view: own, edit: own, delete: own } });
const tickets = Array.from({ length: 40 }, () => ({ owner: 1, team: null, contact: 0 }));
const seed = Math.floor(Math.random() * 1e6);

describe(`nobody can tell by the time an answer takes whether a ticket is there (seed ${seed})`, () => {
  let desk: RunningDesk;
  let world: World;
  let close: () => Promise<void>;

  beforeAll(async () => {
    desk = await openDesk();
    ({ world, close } = await openWorld(desk, [
      { people: [agent, agent], teams: 1, tickets },
      { people: [agent], teams: 1, tickets: tickets.slice(0, 5) },
    ]));
  }, 120_000);

  afterAll(async () => {
    await close?.();
    await desk?.stop();
  }, 60_000);

  test.each(['', '/timeline'])(
    'GET /tickets/:id%s, absent and invisible',
    async (rest) => {
      const who = world.accounts[0]?.people[0] as Member;
      const hidden = world.tickets.filter((ticket) => !world.may(who, 'view', ticket)).map(({ id }) => id);
      // As many, asked as often: an address that was asked before is answered from warmer memory.
      const nowhere = hidden.map(() => newId());
      const random = new Random(seed);
      const bodies = new Set<string>();
      const timed = async (id: string) => {
        const before = performance.now();
        const { status, body } = await world.client.send({ method: 'GET', path: `/api/v1/tickets/${id}${rest}` }, who.key);
        const ms = performance.now() - before;
        bodies.add(`${status} ${body.replace(/"correlationId":"[^"]*"/, '')}`);
        return ms;
      };
      const [absent, invisible]: [number[], number[]] = [[], []];
      for (let i = -WARM_UP; i < ROUNDS * PAIRS; i += 1) {
        // In turn, so that whatever else the machine does falls on both; now one first, now the other.
        for (const isHidden of random.shuffled([true, false])) {
          const ms = await timed(random.pick(isHidden ? hidden : nowhere));
          if (i >= 0) (isHidden ? invisible : absent).push(ms);
        }
      }
      const auc = areaUnderCurve(absent, invisible);
      const rounds = Array.from({ length: ROUNDS }, (_, n) => {
        const [from, to] = [n * PAIRS, (n + 1) * PAIRS];
        return areaUnderCurve(absent.slice(from, to), invisible.slice(from, to)).toFixed(3);
      });
      const figures = `AUC ${auc.toFixed(3)} over ${ROUNDS} × 2 × ${PAIRS} (${rounds.join(', ')}), ${bodies.size} body`;
      process.stderr.write(`access: timing of 404 on GET /tickets/:id${rest}: ${figures}\n`);
      expect([...bodies]).toEqual([expect.stringMatching(/^404 /)]);
      expect(auc).toBeGreaterThanOrEqual(LOW);
      expect(auc).toBeLessThanOrEqual(HIGH);
    },
    120_000,
  );
});
