import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateChannel, SetUpTickets } from '@helpdesk/contracts';
import { Database, EVERY_ACCOUNT, hashPassword, notFound, Problem, RpcClient, type Runtime } from '@helpdesk/platform';
import { AuditLog } from '../audit/audit.log.js';
import { RUNTIME } from '../tokens.js';
import { insertAccount, type NewAccount } from './new-account.js';

interface Pending {
  id: string;
  settings: { channelId: string; supportAddress: string };
}

/** Two first starts at the same moment make one account. */
const LOCK = 7_304_119_222;
const RETRY_MS = 250;
/** The services of a cluster take seconds to start; longer than this somebody should know. */
const WARN_EVERY = 80;
/** Accounts that the command account:add has made are finished by whichever gateway sees them first. */
const LOOK_MS = 2_000;
/** Answers that stay the same however often they are asked for. */
const REFUSED = new Set([400, 409, 422]);

/** Makes accounts: the rows here first, then what the services add. A crash in between is made good at the next start. */
@Injectable()
export class AccountsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private isStopping = false;
  private finishing: Promise<void> = Promise.resolve();
  private isFinishing = false;
  private looker: NodeJS.Timeout | undefined;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly rpc: RpcClient,
    private readonly audit: AuditLog,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { ADMIN_EMAIL, ADMIN_PASSWORD, ACCOUNT_NAME, SUPPORT_ADDRESS } = this.runtime.config;
    if (ADMIN_EMAIL && ADMIN_PASSWORD) {
      const name = ADMIN_EMAIL.split('@')[0] ?? 'Admin';
      await this.createFirst({
        accountName: ACCOUNT_NAME ?? 'Help desk',
        name,
        email: ADMIN_EMAIL,
        password: ADMIN_PASSWORD,
        supportAddress: SUPPORT_ADDRESS,
      });
    }
    void this.finishPending();
    this.looker = setInterval(() => this.isFinishing || void this.finishPending(), LOOK_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.looker);
    // A call that hangs has up to 15 s; the next start goes on from where this one stopped.
    await Promise.race([this.finishing, sleep(1_000)]);
  }

  async hasAccount(): Promise<boolean> {
    return (await this.database.queryOne(EVERY_ACCOUNT, 'SELECT 1 FROM gateway.account LIMIT 1')) !== undefined;
  }

  /** There is no account yet, or one that is usable: its pipeline and its mail channel are there. Further ones stop nobody. */
  async isSetUp(): Promise<boolean> {
    const row = await this.database.queryOne<{ is_set_up: boolean | null }>(
      EVERY_ACCOUNT,
      'SELECT bool_or(is_set_up) AS is_set_up FROM gateway.account',
    );
    return row?.is_set_up ?? true;
  }

  /** The page's way to the first account. 404 once there is one. */
  async setUpFirst(account: NewAccount): Promise<void> {
    if (!(await this.createFirst(account))) throw notFound();
    await this.finishPending();
  }

  private async createFirst(account: NewAccount): Promise<boolean> {
    // The usual case first: hashing costs 128 MiB and 0.3 s, and anybody may ask.
    if (await this.hasAccount()) return false;
    const passwordHash = await hashPassword(account.password);
    return this.database.transaction(EVERY_ACCOUNT, async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      if (await tx.queryOne('SELECT 1 FROM gateway.account LIMIT 1')) return false;
      await insertAccount(tx, this.audit, account, passwordHash);
      return true;
    });
  }

  private finishPending(): Promise<void> {
    this.finishing = this.finishAfter(this.finishing);
    return this.finishing;
  }

  private async finishAfter(before: Promise<void>): Promise<void> {
    await before;
    this.isFinishing = true;
    await this.finishAll();
    this.isFinishing = false;
  }

  private async finishAll(): Promise<void> {
    for (let tries = 1; !this.isStopping; tries += 1) {
      try {
        const pending = await this.database.query<Pending>(EVERY_ACCOUNT, 'SELECT id, settings FROM gateway.account WHERE NOT is_set_up');
        for (const account of pending) await this.finish(account);
        return;
      } catch (error) {
        const level = tries % WARN_EVERY === 0 ? 'warn' : 'debug';
        this.runtime.logger[level]({ error: String(error) }, 'an account is not set up yet, will be tried again');
        await sleep(RETRY_MS);
      }
    }
  }

  private async finish({ id, settings }: Pending): Promise<void> {
    const actor = { kind: 'system', accountId: id } as const;
    try {
      await this.rpc.call(SetUpTickets, actor, {});
      await this.rpc.call(CreateChannel, actor, {
        id: settings.channelId,
        type: 'email',
        name: 'Support',
        address: settings.supportAddress,
      });
    } catch (error) {
      // What was refused would be refused again: the account is usable without its channel, and its super admin can make another.
      if (!(error instanceof Problem) || !REFUSED.has(error.status)) throw error;
      const fields = { accountId: id, supportAddress: settings.supportAddress, code: error.code, detail: error.detail };
      this.runtime.logger.error(fields, 'the first channel of an account was refused: its super admin has to make one');
    }
    await this.database.query(EVERY_ACCOUNT, 'UPDATE gateway.account SET is_set_up = true WHERE id = $1', [id]);
  }
}
