import { waitFor } from '@helpdesk/testing';
import { Ear } from '../live/ear.js';
import type { Touched } from './commands.js';
import { enters } from './model.js';
import type { Account, Case, Member, World } from './world.js';

/** What a change may take until it has reached every window. */
const WITHIN_MS = 1_000;

/** A window of each user of a world, open while he may be in the help desk: hears of a ticket exactly while its user may see it. */
export class Windows {
  private readonly ears = new Map<string, Ear>();
  private seenBefore = new Map<string, Set<Case>>();
  private readonly fences = new Map<Case, 'low' | 'high'>();
  /** Events that came or did not come, each judged for one user. */
  judged = 0;

  constructor(
    private readonly world: World,
    private readonly url: string,
  ) {}

  /** Opens the windows of who has come in meanwhile, and notes who sees what. */
  async before(): Promise<void> {
    const { world } = this;
    await Promise.all(
      world.everybody
        .filter((user) => enters(user) && !this.ears.get(user.id)?.socket.connected)
        .map(async (user) => {
          this.ears.get(user.id)?.close();
          const ear = Ear.start(this.url, { token: user.key, transports: ['websocket'] });
          this.ears.set(user.id, ear);
          await waitFor(() => ear.socket.connected, { what: `the live connection of ${user.name} (${ear.refusal ?? ''})`, every: 5 });
        }),
    );
    for (const ear of this.ears.values()) ear.forget();
    this.seenBefore = new Map(world.everybody.map((user) => [user.id, new Set(world.seenBy(user))]));
  }

  /** Throws unless every window has heard what its user may hear, and nothing else. */
  async after({ tickets, users }: Touched): Promise<void> {
    for (const user of users) if (!enters(user)) await this.ears.get(user.id)?.ended(WITHIN_MS);
    for (const ticket of tickets) {
      const account = this.world.account(ticket.account);
      await this.fence(account, ticket);
      const isNews = this.heard(account.keeper, ticket).some((event) => event !== 'draft.changed');
      for (const user of this.world.everybody) await this.judge(user, ticket, isNews);
    }
  }

  close(): void {
    for (const ear of this.ears.values()) ear.close();
  }

  /** Something else happens that a super admin hears: what happened before it has been told to everybody by then. */
  private async fence({ keeper, id }: Account, touched: Case): Promise<void> {
    const ticket = this.world.tickets.find((one) => one.account === id && !one.deleted && one !== touched);
    if (!ticket) return;
    const priority = this.fences.get(ticket) === 'high' ? 'low' : 'high';
    this.fences.set(ticket, priority);
    const { version } = await this.world.client.json<{ version: number }>('PATCH', `/api/v1/tickets/${ticket.id}`, keeper.key, {
      priority,
    });
    await this.ears.get(keeper.id)?.next('ticket.changed', (heard) => heard.ticketId === ticket.id && (heard.version ?? 0) >= version);
  }

  private heard(user: Member, { id }: Case): string[] {
    return (
      this.ears
        .get(user.id)
        ?.of(id)
        .map(({ event }) => event) ?? []
    );
  }

  private async judge(user: Member, ticket: Case, isNews: boolean): Promise<void> {
    const sees = this.world.may(user, 'view', ticket);
    const saw = this.seenBefore.get(user.id)?.has(ticket) ?? false;
    this.judged += 1;
    const complain = (what: string): never => {
      const { key: _key, ...who } = user;
      const { followers: _followers, mentioned: _mentioned, continues: _continues, ...about } = ticket;
      throw new Error(
        `live: ${what}; he heard [${this.heard(user, ticket).join()}], a super admin [${this.heard(this.world.account(ticket.account).keeper, ticket).join()}]\n  ${JSON.stringify(who)}\n  ${JSON.stringify(about)}`,
      );
    };
    if (sees && isNews) {
      const isTold = () => this.heard(user, ticket).some((event) => event !== 'draft.changed');
      await waitFor(isTold, { within: WITHIN_MS, every: 2 }).catch(() => complain('was told nothing'));
      if (
        this.heard(user, ticket)
          .filter((event) => event.startsWith('ticket.'))
          .at(-1) === 'ticket.gone'
      )
        complain('was told it is gone');
    } else if (saw && isNews && enters(user)) {
      const isTold = () => this.heard(user, ticket).includes('ticket.gone');
      await waitFor(isTold, { within: WITHIN_MS, every: 2 }).catch(() => complain('was not told that it is gone'));
    } else if (!sees && !saw && this.heard(user, ticket).length > 0) complain('was told of a ticket that he may not see');
  }
}
