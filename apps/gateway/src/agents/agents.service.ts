import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AgentChanged } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, EVERY_ACCOUNT, type Runtime, type Tx } from '@helpdesk/platform';
import type { Principal } from '../auth/principal.js';
import { RUNTIME } from '../tokens.js';
import type { Availability } from './availability.js';

interface Row {
  id: string;
  version: number;
  is_routable: boolean;
  is_available: boolean;
  team_ids: string[];
  max_open_tickets: number | null;
}

/** Users that tickets has heard nothing of are looked for this often: those from before, and those that a command has made. */
const LOOK_MS = 2_000;
const BATCH = 200;

/** Tells tickets who gets some (D-76): with each change of a user, in its transaction. */
@Injectable()
export class AgentsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private looker: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly bus: MessageBus,
  ) {}

  onApplicationBootstrap(): void {
    this.looker = setInterval(() => this.look(), LOOK_MS);
    this.look();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.looker);
    await this.looking;
  }

  /** Tells of these users as they are now in the transaction. */
  async tell(tx: Tx, accountId: string, userIds: string[]): Promise<void> {
    if (userIds.length === 0) return;
    const rows = await tx.query<Row>(
      `UPDATE gateway.desk_user u SET agent_version = agent_version + 1 WHERE account_id = $1 AND id = ANY ($2::uuid[])
       RETURNING id, agent_version AS version, active AND seat = 'service' AS is_routable, availability = 'available' AS is_available, max_open_tickets,
         ARRAY(SELECT m.team_id FROM gateway.team_member m WHERE m.account_id = u.account_id AND m.user_id = u.id ORDER BY m.team_id) AS team_ids`,
      [accountId, userIds],
    );
    for (const { id, version, is_routable, is_available, team_ids, max_open_tickets } of rows) {
      const rights = { isRoutable: is_routable, isAvailable: is_available, teamIds: team_ids, maxOpenTickets: max_open_tickets };
      await this.bus.publish(tx, accountId, new AgentChanged({ userId: id, version, ...rights }));
    }
  }

  async availability({ accountId, userId }: Principal): Promise<{ state: Availability; maxOpenTickets: number | null }> {
    const row = await this.database.queryOne<{ availability: Availability; max_open_tickets: number | null }>(
      accountId,
      'SELECT availability, max_open_tickets FROM gateway.desk_user WHERE account_id = $1 AND id = $2',
      [accountId, userId],
    );
    return { state: row?.availability ?? 'away', maxOpenTickets: row?.max_open_tickets ?? null };
  }

  async setAvailability({ accountId, userId }: Principal, state: Availability): Promise<void> {
    await this.database.transaction(accountId, async (tx) => {
      const sql = 'UPDATE gateway.desk_user SET availability = $3 WHERE account_id = $1 AND id = $2 AND availability <> $3 RETURNING 1';
      if (await tx.queryOne(sql, [accountId, userId, state])) await this.tell(tx, accountId, [userId]);
    });
  }

  private look(): void {
    this.looking ??= this.tellMissing()
      .catch((error: unknown) =>
        this.runtime.logger.warn({ error: String(error) }, 'could not tell of new users; they are looked for again'),
      )
      .finally(() => (this.looking = undefined));
  }

  private async tellMissing(): Promise<void> {
    const accounts = await this.database.query<{ account_id: string }>(
      EVERY_ACCOUNT,
      'SELECT DISTINCT account_id FROM gateway.desk_user WHERE agent_version = 0',
    );
    for (const { account_id } of accounts) while ((await this.tellBatch(account_id)) === BATCH);
  }

  private tellBatch(accountId: string): Promise<number> {
    return this.database.transaction(accountId, async (tx) => {
      // Another gateway may be about it.
      const rows = await tx.query<{ id: string }>(
        'SELECT id FROM gateway.desk_user WHERE account_id = $1 AND agent_version = 0 LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED',
        [accountId, BATCH],
      );
      await this.tell(
        tx,
        accountId,
        rows.map(({ id }) => id),
      );
      return rows.length;
    });
  }
}
