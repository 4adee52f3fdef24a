import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child, repositoryRoot } from './child.js';
import { ADMIN } from './desk.js';
import { freePorts } from './ports.js';
import { scratchFolder, startPostgres, type PostgresServer } from './servers.js';
import { Visitor } from './visitor.js';
import { waitFor } from './wait-for.js';

const run = promisify(execFile);
const OTHER = { email: 'root@other.test', password: 'a long enough sentence' } as const;

/** What is none of the first account's business. */
export interface OtherAccount {
  /** Its super admin, signed in. */
  root: Visitor;
  userId: string;
  /** A team with him in it. */
  teamId: string;
}

/** Gateways alone, on one real database: for what needs no other service; they start sooner than a desk. */
export class LoneGateway {
  private readonly children: Child[] = [];

  private constructor(
    private readonly postgres: PostgresServer,
    readonly dataDir: string,
    readonly url: string,
  ) {}

  /** With the account of {@link ADMIN}; its channel and pipeline wait for services that never come. */
  static async start(env: NodeJS.ProcessEnv = {}): Promise<LoneGateway> {
    const gateway = new LoneGateway(await startPostgres(), scratchFolder('gateway'), `http://localhost:${await freePorts(1)}`);
    try {
      await gateway.command('dist/libs/platform/src/database/migrate.main.js');
      const first = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, ACCOUNT_NAME: 'Test desk' };
      await gateway.launch(gateway.url, { ...first, ...env });
    } catch (error) {
      await gateway.stop();
      throw error;
    }
    return gateway;
  }

  get databaseUrl(): string {
    return this.postgres.url;
  }

  /** A further one with other settings; gives its address. */
  async another(env: NodeJS.ProcessEnv): Promise<string> {
    const url = `http://localhost:${await freePorts(1)}`;
    await this.launch(url, env);
    return url;
  }

  /** Runs a script of the product on this database; gives what it prints. */
  async command(script: string, args: string[] = []): Promise<string> {
    return (await run(process.execPath, [script, ...args], { cwd: repositoryRoot, env: this.environment() })).stdout.trim();
  }

  /** A second account on this database, made by the product's own command; once for each gateway. */
  async otherAccount(): Promise<OtherAccount> {
    const options = {
      '--name': 'Other',
      '--admin-email': OTHER.email,
      '--admin-password': OTHER.password,
      '--support-address': 'help@other.test',
    };
    await this.command('dist/apps/gateway/src/accounts/add-account.main.js', Object.entries(options).flat());
    const root = await Visitor.signIn(this.url, OTHER.email, OTHER.password);
    const userId = (await root.get<{ user: { id: string } }>('/me')).body.user.id;
    const team = await root.post<{ id: string }>('/teams', { name: 'Theirs', memberIds: [userId] });
    if (team.status !== 201) throw new Error(`POST /teams → ${team.status}`);
    return { root, userId, teamId: team.body.id };
  }

  async stop(): Promise<void> {
    await Promise.all(this.children.map((child) => child.end('SIGTERM')));
    await this.postgres.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async launch(url: string, env: NodeJS.ProcessEnv): Promise<void> {
    const { port } = new URL(url);
    const log = join(this.dataDir, `gateway-${port}.log`);
    const options = { cwd: repositoryRoot, env: { ...this.environment(), PORT: port, ...env } };
    const child = new Child(process.execPath, ['dist/apps/gateway/src/main.js'], log, options);
    this.children.push(child);
    const isUp = () =>
      fetch(`${url}/health/live`).then(
        (answer) => answer.ok,
        () => false,
      );
    // A busy machine needs longer than the usual wait.
    await waitFor(async () => !child.isRunning || (await isUp()), { what: 'the gateway', within: 60_000 });
    if (!child.isRunning) throw new Error(`the gateway ended:\n${child.output}`);
  }

  private environment(): NodeJS.ProcessEnv {
    const { NODE_OPTIONS: _options, REDIS_URL: _redis, SMTP_URL: _relay, ...inherited } = process.env;
    return { ...inherited, DATA_DIR: this.dataDir, LOG_LEVEL: 'warn', DATABASE_URL: this.postgres.url };
  }
}
