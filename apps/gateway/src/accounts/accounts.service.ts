import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateChannel, SetUpTickets } from '@helpdesk/contracts';
import { Database, EVERY_ACCOUNT, hashPassword, newId, notFound, RpcClient, type Runtime, type Tx } from '@helpdesk/platform';
import { RUNTIME } from '../tokens.js';

export interface NewAccount {
  accountName: string;
  name: string;
  email: string;
  password: string;
  supportAddress: string;
}

interface Pending {
  id: string;
  settings: { channelId: string; supportAddress: string };
}

const ALL = { scope: 'all', unassigned: true };
/** Two first starts at the same moment make one account. */
const LOCK = 7_304_119_222;
const RETRY_MS = 250;
/** The services of a cluster take seconds to start; longer than this somebody should know. */
const WARN_EVERY = 80;

/** Makes accounts: the rows here first, then what the services add. A crash in between is made good at the next start. */
@Injectable()
export class AccountsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private isStopping = false;
  private finishing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly rpc: RpcClient,
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
    this.finishing = this.finishPending();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    // A call that hangs has up to 15 s; the next start goes on from where this one stopped.
    await Promise.race([this.finishing, sleep(1_000)]);
  }

  async hasAccount(): Promise<boolean> {
    return (await this.database.queryOne(EVERY_ACCOUNT, 'SELECT 1 FROM gateway.account LIMIT 1')) !== undefined;
  }

  /** Every account is usable: its pipeline and its mail channel are there. */
  async isSetUp(): Promise<boolean> {
    return (await this.database.queryOne(EVERY_ACCOUNT, 'SELECT 1 FROM gateway.account WHERE NOT is_set_up LIMIT 1')) === undefined;
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
      const accountId = newId();
      const settings = { channelId: newId(), supportAddress: account.supportAddress.toLowerCase() };
      await tx.query('INSERT INTO gateway.account (id, name, settings) VALUES ($1, $2, $3)', [
        accountId,
        account.accountName,
        JSON.stringify(settings),
      ]);
      await insertSuperAdmin(tx, accountId, account, passwordHash);
      return true;
    });
  }

  private async finishPending(): Promise<void> {
    for (let tries = 1; !this.isStopping; tries += 1) {
      try {
        const pending = await this.database.query<Pending & Record<string, unknown>>(
          EVERY_ACCOUNT,
          'SELECT id, settings FROM gateway.account WHERE NOT is_set_up',
        );
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
    await this.rpc.call(SetUpTickets, actor, {});
    await this.rpc.call(CreateChannel, actor, { id: settings.channelId, type: 'email', name: 'Support', address: settings.supportAddress });
    await this.database.query(EVERY_ACCOUNT, 'UPDATE gateway.account SET is_set_up = true WHERE id = $1', [id]);
  }
}

async function insertSuperAdmin(tx: Tx, accountId: string, account: NewAccount, passwordHash: string): Promise<void> {
  const userId = newId();
  await tx.query(
    `INSERT INTO gateway.desk_user (id, account_id, email, name, password_hash, seat, super_admin, access, ticket_access, rights)
     VALUES ($1, $2, $3, $4, $5, 'service', true, '{service}', $6, '{account_settings,user_admin,export,bulk,audit}')`,
    [userId, accountId, account.email.toLowerCase(), account.name, passwordHash, JSON.stringify({ view: ALL, edit: ALL, delete: ALL })],
  );
  await tx.query(
    `INSERT INTO gateway.audit (id, account_id, actor_id, actor_name, action, subject, new_value) VALUES ($1, $2, $3, $4, 'account.created', $5, $6)`,
    [newId(), accountId, userId, account.name, `account/${accountId}`, JSON.stringify({ name: account.accountName })],
  );
}
