import { mkdtempSync, readFileSync, rmSync, statSync, chmodSync, existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// The one file instead of the library's index: tests need no Nest of their own.
import { startEmbeddedPostgres } from '../../platform/src/database/embedded-postgres.js';
import { Child } from './child.js';
import { freePorts } from './ports.js';
import { waitFor } from './wait-for.js';

/** A folder of its own under the system's temporary folder, which other users may enter (PostgreSQL does not run as root). */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `helpdesk-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

export interface RedisServer {
  url: string;
  pid(): number;
  /** FLUSHALL. */
  flush(): Promise<void>;
  /** Killed without warning. */
  crash(): Promise<void>;
  /** After a crash: on the same port, with nothing in it. */
  startEmpty(): Promise<void>;
  stop(): Promise<void>;
}

/** Where redis-server is, or undefined when this machine has none. */
export function findRedisServer(): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** A real Redis that keeps nothing on disk. */
export async function startRedis(): Promise<RedisServer> {
  const command = findRedisServer();
  if (!command) throw new Error('redis-server is not installed');
  const folder = scratchFolder('redis');
  const port = await freePorts(1);
  const launch = async () => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    const started = new Child(command, args, join(folder, 'redis.log'), { detached: true });
    try {
      await waitFor(async () => (await say(port, 'PING')).startsWith('+PONG'), { what: 'Redis' });
    } catch (error) {
      await started.end('SIGKILL');
      throw error;
    }
    return started;
  };
  let child = await launch();
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: () => child.pid,
    async flush() {
      const answer = await say(port, 'FLUSHALL');
      if (!answer.startsWith('+OK')) throw new Error(`FLUSHALL: ${answer}`);
    },
    async crash() {
      await child.end('SIGKILL');
    },
    async startEmpty() {
      child = await launch();
    },
    async stop() {
      await child.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function say(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.setTimeout(5_000, () => socket.destroy(new Error('Redis does not answer')));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString());
    });
  });
}

export interface PostgresServer {
  url: string;
  pid(): number;
  /** SIGQUIT, PostgreSQL's immediate shutdown: every connection breaks, the next start recovers from the log. */
  stopImmediate(): Promise<void>;
  /** Starts it again on the same port with the same settings. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A real PostgreSQL from the product's own binaries. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = scratchFolder('postgres');
  const pgdata = join(folder, 'postgres');
  const { url } = await startEmbeddedPostgres(folder);
  let pid = readPid(pgdata);
  return {
    url,
    pid: () => pid,
    async stopImmediate() {
      await end(pid, 'SIGQUIT');
    },
    async start() {
      // postmaster.opts holds the command line of the last start: the program, then each argument in double quotes.
      const line = readFileSync(join(pgdata, 'postmaster.opts'), 'utf8');
      const program = line.slice(0, line.indexOf(' "'));
      const args = [...line.matchAll(/ "([^"]*)"/g)].map(([, arg]) => arg ?? '');
      const { uid, gid } = statSync(pgdata);
      const child = new Child(program, args, join(folder, 'postgres.log'), { uid, gid, cwd: '/', detached: true });
      pid = child.pid;
      await waitFor(
        () => existsSync(join(pgdata, 'postmaster.pid')) && /^ready/m.test(readFileSync(join(pgdata, 'postmaster.pid'), 'utf8')),
        {
          what: 'PostgreSQL',
          within: 60_000,
        },
      );
    },
    async stop() {
      await end(pid, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const readPid = (pgdata: string) => Number(readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')[0]);

async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  await waitFor(() => !isAlive(pid), { what: `the end of process ${pid}`, within: 30_000 });
}

/** True while the process exists and is no zombie that waits for its parent. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  if (!existsSync('/proc/self/stat')) return true;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
}
