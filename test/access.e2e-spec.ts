import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDesk, type RunningDesk } from './access/desk.js';
import { play, summary } from './access/play.js';

const isCi = process.env.CI === 'true';
const seed = Number(process.env.ACCESS_SEED ?? Math.floor(Math.random() * 1e6));
const minutes = Number(process.env.ACCESS_MINUTES ?? (isCi ? 5 : 0.5));
const worlds = Number(process.env.ACCESS_WORLDS ?? (isCi ? 50 : 3));
/** Even where machines are slow the worlds come first; a run with --worlds has no end but theirs. */
const LIMIT_MS = process.env.ACCESS_WORLDS ? 2_147_000_000 : (minutes * 60 + 900) * 1_000;

describe(`nobody learns of a ticket he may not see, and everybody sees what he may (ACCESS_SEED=${seed})`, () => {
  let desk: RunningDesk;

  beforeAll(async () => {
    desk = await openDesk();
  }, 120_000);

  afterAll(() => desk?.stop(), 60_000);

  it(
    'in random worlds, every answer of every route to every user is what the model says',
    async () => {
      const played = await play(desk, { seed, worlds, minutes, shrinkMs: process.env.ACCESS_DESK ? 0 : undefined });
      process.stderr.write(`${summary(played)}\n`);
      expect(played.failure).toBeUndefined();
      expect(played).toMatchObject({ leaks: 0, overBlocks: 0, wrongAnswers: 0 });
      expect(played.worlds).toBeGreaterThanOrEqual(worlds);
    },
    LIMIT_MS,
  );
});
