import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor, type Desk, type PostgresServer, type Random, type RedisServer, type Sink, type SinkMode } from '@helpdesk/testing';

export const SERVICES = ['gateway', 'channels', 'conversations', 'tickets', 'notifications'] as const;

type Fault =
  | { at: number; kind: 'kill'; service: string }
  | { at: number; kind: 'flush' | 'redis-restart' | 'postgres-restart' }
  | { at: number; kind: 'sink'; mode: SinkMode };

interface Targets {
  desk: Desk;
  redis: RedisServer;
  postgres: PostgresServer;
  sink: Sink;
}

/** What happens when, in ms from the start: fixed by the seed alone. Every service is killed `perService` times. */
export function makeSchedule(random: Random, perService: number): Fault[] {
  const faults: Fault[] = [];
  let at = 1_000;
  const kills = random.shuffled(SERVICES.flatMap((service) => Array.from({ length: perService }, () => service)));
  for (const service of kills) {
    faults.push({ at, kind: 'kill', service });
    at += random.between(300, 3_000);
  }
  const somewhere = (from: number, to: number) => Math.round(at * (from + random.fraction() * (to - from)));
  faults.push({ at: somewhere(0.1, 0.3), kind: 'flush' }, { at: somewhere(0.3, 0.5), kind: 'redis-restart' });
  faults.push({ at: somewhere(0.5, 0.7), kind: 'postgres-restart' }, { at: somewhere(0.7, 0.9), kind: 'flush' });
  for (const mode of random.shuffled(['slow', 'reset_before_dot', 'reset_after_dot', '451'] as const)) {
    const from = somewhere(0.05, 0.9);
    faults.push({ at: from, kind: 'sink', mode }, { at: from + random.between(1_000, 3_000), kind: 'sink', mode: 'normal' });
  }
  return faults.toSorted((a, b) => a.at - b.at);
}

/** Carries the schedule out. Gives what was really killed. */
export async function wreak(faults: Fault[], targets: Targets, random: Random): Promise<string[]> {
  const started = Date.now();
  const kills: string[] = [];
  for (const fault of faults) {
    const wait = started + fault.at - Date.now();
    if (wait > 0) await sleep(wait);
    if (fault.kind === 'kill') kills.push(await killOne(targets.desk, fault.service, random));
    else if (fault.kind === 'sink') targets.sink.set(fault.mode);
    else if (fault.kind === 'flush') await targets.redis.flush();
    else if (fault.kind === 'redis-restart') {
      await targets.redis.crash();
      await sleep(random.between(200, 2_000));
      await targets.redis.startEmpty();
    } else {
      await targets.postgres.stopImmediate();
      await sleep(random.between(200, 2_000));
      await targets.postgres.start();
    }
  }
  targets.sink.set('normal');
  return kills;
}

/** kill -9 of one running process of the service; waits when all of them are just being started again. */
export function killOne(desk: Desk, service: string, random: Random): Promise<string> {
  return waitFor(
    async () => {
      const running = (await desk.processes()).filter((entry) => entry.service === service && entry.pid !== null);
      if (running.length === 0) return undefined;
      const { pid, replica } = random.pick(running);
      process.kill(pid ?? 0, 'SIGKILL');
      return `${service}/${replica} (pid ${pid})`;
    },
    { within: 60_000, what: `a running process of ${service}` },
  );
}
