import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './api.js';
import { Child, repositoryRoot } from './child.js';
import { freePorts } from './ports.js';
import { isAlive, scratchFolder } from './servers.js';

/** The account that a headless first start makes. */
export const ADMIN = { email: 'admin@desk.test', password: 'correct horse battery staple' } as const;
export const SUPPORT_ADDRESS = 'support@desk.test';

interface DeskOptions {
  form: 'embedded' | 'cluster';
  /** Only for the cluster. */
  replicas?: number;
  /** Further variables; the cluster needs DATABASE_URL and REDIS_URL here. */
  env?: NodeJS.ProcessEnv;
  /** A folder to go on with; it is kept at the end. Default: a new one, removed at the end. */
  dataDir?: string;
  /** ms until it must have said `ready`. */
  within?: number;
}

interface ProcessEntry {
  service: string;
  replica: number;
  pid: number | null;
}

/** A desk that runs in processes of its own, started by the command people use. */
export class Desk {
  constructor(
    readonly child: Child,
    readonly dataDir: string,
    /** One per replica of the gateway. */
    readonly urls: string[],
    /** One per replica of channels. */
    readonly smtpPorts: number[],
    readonly startedInMs: number,
    private readonly database: string | undefined,
    private readonly isOwnFolder: boolean,
  ) {}

  get url(): string {
    return this.urls[0] ?? '';
  }

  get smtpPort(): number {
    return this.smtpPorts[0] ?? 0;
  }

  get logFile(): string {
    return join(this.dataDir, 'desk.log');
  }

  get databaseUrl(): string {
    return this.database ?? readFileSync(join(this.dataDir, 'database-url'), 'utf8').trim();
  }

  /** Signed in as the admin of the first start. */
  signIn(): Promise<Api> {
    return Api.signIn(this.url, ADMIN.email, ADMIN.password);
  }

  /** Only for the cluster: which process runs which service, asked of any gateway that answers. */
  async processes(): Promise<ProcessEntry[]> {
    for (const url of this.urls) {
      const answer = await fetch(`${url}/dev/processes`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
      if (answer?.ok) return ((await answer.json()) as { items: ProcessEntry[] }).items;
    }
    throw new Error('GET /dev/processes: no gateway answers');
  }

  /** Ctrl-C. Rejects unless everything ends with exit code 0 and leaves no process behind. */
  async stop(): Promise<void> {
    const children = await this.processes().catch(() => []);
    const { code, signal } = await this.child.end('SIGINT', 40_000);
    try {
      if (code !== 0) throw new Error(`the desk ended with ${code ?? signal}:\n${this.child.output}`);
      const left = children.filter(({ pid }) => pid !== null && isAlive(pid));
      if (left.length > 0) throw new Error(`still running after the end: ${JSON.stringify(left)}`);
    } finally {
      if (this.isOwnFolder) rmSync(this.dataDir, { recursive: true, force: true });
    }
  }
}

/** What `npm start` gives to node: the same limits of memory as people get. */
function npmStart(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').slice(1);
}

/** Starts a desk by the real command on free ports and waits until it says that it is ready. */
export async function startDesk({ form, replicas = 1, env = {}, dataDir, within = 90_000 }: DeskOptions): Promise<Desk> {
  const folder = dataDir ?? scratchFolder(form);
  const port = await freePorts(replicas);
  const smtpPort = await freePorts(replicas);
  const args = form === 'embedded' ? npmStart() : ['scripts/start-cluster.mjs', '--replicas', String(replicas)];
  const { DATABASE_URL: _database, REDIS_URL: _redis, SMTP_URL: _relay, NODE_OPTIONS: _options, ...inherited } = process.env;
  const before = performance.now();
  const child = new Child(process.execPath, args, join(folder, 'desk.log'), {
    cwd: repositoryRoot,
    env: {
      ...inherited,
      LOG_LEVEL: 'info',
      PORT: String(port),
      SMTP_PORT: String(smtpPort),
      DATA_DIR: folder,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      ACCOUNT_NAME: 'Test desk',
      SUPPORT_ADDRESS,
      ...env,
    },
  });
  try {
    await child.line('ready ', within);
  } catch (error) {
    await child.end('SIGINT').catch(() => undefined);
    throw error;
  }
  const startedInMs = Math.round(performance.now() - before);
  const urls = Array.from({ length: replicas }, (_, i) => `http://127.0.0.1:${port + i}`);
  const smtpPorts = Array.from({ length: replicas }, (_, i) => smtpPort + i);
  return new Desk(child, folder, urls, smtpPorts, startedInMs, env.DATABASE_URL, dataDir === undefined);
}
