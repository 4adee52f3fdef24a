import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { Database, EVERY_ACCOUNT, hashPassword, notFound, type Runtime } from '@helpdesk/platform';
import { AuthRepository } from '../auth/auth.repository.js';
import { RUNTIME } from '../tokens.js';
import { PasswordLinks } from './password-links.js';
import { PasswordLinksRepository } from './password-links.repository.js';
import { PasswordsService } from './passwords.service.js';

const TOKEN = /^[\w-]{43}$/;
const EVERY_MS = 1_000;
/** Ticks between looks at what another process left undone, and between prunings. */
const LOOK_EVERY = 15;
const PRUNE_EVERY = 600;

/**
 * "Forgot password". A request only writes one row, whatever the address; who gets a mail is looked up later, on a clock of its own, so that
 * neither the answer nor its time tells who has an account.
 */
@Injectable()
export class PasswordResetsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private ticks = 0;
  private hasNew = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly links: PasswordLinksRepository,
    private readonly mails: PasswordLinks,
    private readonly auth: AuthRepository,
    private readonly passwords: PasswordsService,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => (this.running = this.running.then(() => this.tick())), EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  async request(email: string): Promise<void> {
    await this.links.request(email.toLowerCase());
    this.hasNew = true;
  }

  /** 404 for a link that is wrong, used, expired, or of a user who is not active or has another address by now. */
  async setPassword(token: string, password: string): Promise<void> {
    if (!TOKEN.test(token) || !(await this.links.isGood(token))) throw notFound();
    const passwordHash = await hashPassword(password);
    await this.database.transaction(EVERY_ACCOUNT, async (tx) => {
      const holder = await this.links.take(tx, token);
      if (!holder) throw notFound();
      const { account_id: accountId, user_id: userId, email } = holder;
      tx.asDesk(accountId);
      const name = await this.links.holdUser(tx, holder);
      if (name === undefined) throw notFound();
      await this.passwords.set(tx, { accountId, userId, name }, userId, passwordHash);
      await this.auth.forgetFailures(tx, email);
    });
  }

  private async tick(): Promise<void> {
    this.ticks += 1;
    const isDue = this.hasNew || this.ticks % LOOK_EVERY === 1;
    this.hasNew = false;
    try {
      if (this.ticks % PRUNE_EVERY === 0) await this.links.prune();
      let isMore = isDue;
      while (isMore) isMore = await this.handleOne();
    } catch (error) {
      this.hasNew = true;
      this.runtime.logger.warn({ error: String(error) }, 'password resets wait');
    }
  }

  private handleOne(): Promise<boolean> {
    return this.database.transaction(EVERY_ACCOUNT, async (tx) => {
      const email = await this.links.takeRequest(tx);
      if (email === undefined) return false;
      for (const user of await this.links.addressees(tx, email)) await this.mails.sendReset(tx, user, email);
      return true;
    });
  }
}
