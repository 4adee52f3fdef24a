// The two forms of the desk under the bench: start, start again, who is who, end.
import { readFileSync, rmSync } from 'node:fs';
import { findRedisServer, scratchFolder, startDesk, startPostgres, startRedis } from '../../dist/libs/testing/src/index.js';

/** Names the group that a process counts to. */
function groupOf({ pid, name }) {
  if (name === 'postgres' || name === 'redis-server') return name.split('-')[0];
  let command = '';
  try {
    command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return undefined;
  }
  const service = /dist\/apps\/(\w+)\/src\/main\.js/.exec(command);
  if (service) return service[1];
  if (command.includes('start-cluster.mjs')) return 'launcher';
  return command.includes('start.mjs') ? 'desk' : undefined;
}

/** A fresh desk, started twice: the first start makes the database, the second stands on it. */
export async function openForm(form) {
  const dataDir = scratchFolder(`bench-${form}`);
  const env = { LOG_LEVEL: 'warn' };
  const backing = [];
  const stopBacking = async () => {
    for (const server of backing) await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    if (form === 'cluster') {
      if (!findRedisServer()) throw new Error('redis-server is not installed: the cluster cannot be measured');
      backing.push(await startPostgres());
      backing.push(await startRedis());
      Object.assign(env, { DATABASE_URL: backing[0].url, REDIS_URL: backing[1].url });
    }
    const first = await startDesk({ form, env, dataDir });
    await first.stop();
    const desk = await startDesk({ form, env, dataDir });
    return {
      form,
      desk,
      firstStartMs: first.startedInMs,
      startMs: desk.startedInMs,
      roots: () => [desk.child.pid, ...backing.map((server) => server.pid())],
      groupOf,
      async close() {
        await desk.stop();
        await stopBacking();
      },
    };
  } catch (error) {
    await stopBacking();
    throw error;
  }
}
