import fc from 'fast-check';
import type { Desk } from '@helpdesk/testing';
import pg from 'pg';
import { Client } from './client.js';
import { run } from './commands.js';
import { build } from './fixture.js';
import { readInventory } from './inventory.js';
import { worlds, type Plan } from './plan.js';
import { Windows } from './live.js';
import { uncovered, vanished } from './routes.js';
import { Sweep, type Tally } from './sweep.js';
import { probeWalls, type Probed } from './walls.js';
import { World } from './world.js';

interface PlayOptions {
  seed: number;
  /** At least so many. */
  worlds: number;
  /** At least so long. */
  minutes: number;
  /** How long a failure is made smaller. */
  shrinkMs?: number;
}
interface Played extends Tally {
  seed: number;
  worlds: number;
  commands: number;
  /** What windows heard or did not hear. */
  heard: number;
  requests: number;
  seconds: number;
  /** Seed, shortest list of commands, request and answer; undefined when all is well. */
  failure?: string;
}

/** Worlds of one round; fast-check starts small in each. */
const ROUND = 10;
const SHRINK_MS = 90_000;
/** Calls in rotation after each command, beside those that show what it touched. */
const OTHERS = 12;
/** Worlds of which one is swept whole in the middle as well. */
const MIDDLE_EVERY = 3;

/** `METHOD /path` of everything the OpenAPI document of a running desk names. */
export async function operationsOf(client: Client): Promise<Set<string>> {
  const { body } = await client.send({ method: 'GET', path: '/api/v1/openapi.json' });
  const { paths } = JSON.parse(body) as { paths: Record<string, Record<string, unknown>> };
  return new Set(Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`)));
}

/** Plays random worlds on a running desk until there are enough, and says what was counted. */
export async function play(desk: Pick<Desk, 'url' | 'databaseUrl'>, options: PlayOptions): Promise<Played> {
  const started = Date.now();
  const client = new Client(desk.url);
  const store = new pg.Client({ connectionString: desk.databaseUrl, application_name: 'access-test' });
  await store.connect();
  const player = new Player(client, store, desk.url, options.shrinkMs);
  try {
    await player.checkRoutes();
    let failure: string | undefined;
    const isEnough = () => player.worlds >= options.worlds && Date.now() - started >= options.minutes * 60_000;
    for (let round = 0; !isEnough() && failure === undefined; round += 1) {
      const missing = options.worlds - player.worlds;
      const leftMs = started + options.minutes * 60_000 - Date.now();
      failure = await player.round(options.seed + round, missing > 0 ? Math.min(ROUND, missing) : ROUND, missing > 0 ? undefined : leftMs);
    }
    const { commands, heard, sweep } = player;
    const seconds = (Date.now() - started) / 1_000;
    return { seed: options.seed, worlds: player.worlds, commands, heard, requests: client.requests, ...sweep.tally, seconds, failure };
  } finally {
    client.close();
    await store.end();
  }
}

export class Player {
  readonly sweep = new Sweep();
  worlds = 0;
  commands = 0;
  heard = 0;
  private operations: ReadonlySet<string> = new Set();
  private failedAt: number | undefined;
  /** Which command the last failing world had come to. */
  private failedStep = 0;

  constructor(
    private readonly client: Client,
    private readonly store: pg.Client,
    private readonly url: string,
    private readonly shrinkMs = SHRINK_MS,
  ) {}

  /** A route that the document names and this test does not know is not proved; the other way round something was forgotten here. */
  async checkRoutes(): Promise<void> {
    this.operations = await operationsOf(this.client);
    const [unknown, gone] = [uncovered(this.operations), vanished(this.operations)];
    if (unknown.length + gone.length > 0)
      throw new Error(`test/access/routes.ts does not know: ${unknown.join(', ')}; it names what is not there: ${gone.join(', ')}`);
  }

  /** Gives the story of the failure, if there is one. `limitMs`: ends early then. */
  async round(seed: number, numRuns: number, limitMs: number | undefined): Promise<string | undefined> {
    const end = limitMs === undefined ? Infinity : Date.now() + limitMs;
    const property = fc.asyncProperty(worlds, async (plan) => {
      const isOver = this.failedAt === undefined ? Date.now() > end : Date.now() - this.failedAt >= this.shrinkMs;
      if (!isOver) await this.world(plan);
    });
    const details = await fc.check(property, { seed, numRuns });
    return details.failed ? this.story(seed, details) : undefined;
  }

  /** Only the end of a world is swept; its first wrong answer is thrown, and what PostgreSQL alone would show is asked as well. */
  async showcase(plan: Plan): Promise<Omit<Probed, 'wrong'>> {
    const world = await this.begin(plan);
    for (const command of plan.commands) if (command) await run(world, command);
    await readInventory(world);
    // Taken down while the code alone is tried.
    const isDown = process.env.ACCESS_WALLS === 'down';
    const { wrong, ...probed } = isDown ? { wrong: [], asked: Infinity, unasked: [] } : await probeWalls(world);
    if (wrong.length > 0) throw new Error(`the walls in the database: ${wrong.join('; ')}`);
    await this.sweep.everything(world);
    return probed;
  }

  private async begin(plan: Plan): Promise<World> {
    const world = new World(this.client, this.store, this.operations);
    await build(world, plan);
    return world;
  }

  private async world(plan: Plan): Promise<void> {
    let step = -1;
    let windows: Windows | undefined;
    try {
      const world = await this.begin(plan);
      windows = new Windows(world, this.url);
      for (const [i, command] of plan.commands.entries()) {
        if (!command) continue;
        step = i;
        await windows.before();
        const touched = await run(world, command);
        await windows.after(touched);
        await readInventory(world);
        await this.sweep.afterCommand(world, touched, OTHERS);
        this.commands += 1;
        const isMiddle = i === plan.wholeSweepAfter % plan.commands.length;
        if (isMiddle && this.worlds % MIDDLE_EVERY === 0) await this.sweep.everything(world);
      }
      await this.sweep.everything(world);
      this.worlds += 1;
    } catch (error) {
      this.failedAt ??= Date.now();
      this.failedStep = step;
      throw error;
    } finally {
      windows?.close();
      this.heard += windows?.judged ?? 0;
    }
  }

  private story(seed: number, { counterexample, errorInstance, numShrinks }: fc.RunDetails<[Plan]>): string {
    const plan = counterexample?.[0];
    const accounts = plan?.accounts.map((account, i) => `account ${i}: ${JSON.stringify(account)}`) ?? [];
    const done = plan?.commands.slice(0, this.failedStep + 1).filter(Boolean) ?? [];
    const error = errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance);
    const commands = done.map((command) => `  ${JSON.stringify(command)}`);
    return [`seed ${seed}, made smaller ${numShrinks} times`, ...accounts, 'commands:', ...commands, error].join('\n');
  }
}

export const summary = (p: Played) =>
  `access: seed ${p.seed}, worlds ${p.worlds}, commands ${p.commands}, requests ${p.requests}, decisions ${p.decisions}, live ${p.heard}, ` +
  `leaks ${p.leaks}, over-blocks ${p.overBlocks}, other wrong answers ${p.wrongAnswers}, ${Math.round(p.seconds)} s`;
