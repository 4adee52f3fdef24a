import { createHash, randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';

const sha256 = (secret: string) => createHash('sha256').update(secret).digest();
export const ALL = { scope: 'all', unassigned: true };
export const OWN = { scope: 'own', unassigned: false };

export interface Person {
  id: string;
  /** Of his browser. */
  cookie: string;
  key: string;
}

interface Making {
  seat?: string;
  access?: string[];
  view?: { scope: string; unassigned: boolean };
  accountId?: string;
}

/** Users made and changed in the database itself, as its owner: no part of the desk is told of it. */
export class People {
  private constructor(
    private readonly store: pg.Client,
    readonly accountId: string,
  ) {}

  static async of(databaseUrl: string): Promise<People> {
    const store = new pg.Client({ connectionString: databaseUrl });
    // A desk that dies in a test takes its database along; the test says so itself.
    store.on('error', () => undefined);
    await store.connect();
    const { rows } = await store.query<{ id: string }>('SELECT id FROM gateway.account ORDER BY created_at LIMIT 1');
    return new People(store, rows[0]?.id ?? '');
  }

  async make({ seat = 'service', access = [], view = ALL, accountId = this.accountId }: Making = {}): Promise<Person> {
    const [id, session, key] = [randomUUID(), randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
    const ticketAccess = { view, edit: view, delete: view };
    await this.store.query(
      `INSERT INTO gateway.desk_user (id, account_id, email, name, seat, access, ticket_access) VALUES ($1, $2, $3, 'Somebody', $4, $5, $6)`,
      [id, accountId, `${id}@desk.test`, seat, access, ticketAccess],
    );
    await this.store.query('INSERT INTO gateway.session (token_hash, account_id, user_id) VALUES ($1, $2, $3)', [
      sha256(session),
      accountId,
      id,
    ]);
    await this.store.query("INSERT INTO gateway.api_key (id, account_id, user_id, name, key_hash) VALUES ($1, $2, $3, 'Test', $4)", [
      randomUUID(),
      accountId,
      id,
      sha256(key),
    ]);
    return { id, cookie: `sid=${session}`, key };
  }

  /** A super admin of an account of his own. */
  async makeStranger(): Promise<Person> {
    const accountId = randomUUID();
    await this.store.query("INSERT INTO gateway.account (id, name) VALUES ($1, 'Another')", [accountId]);
    const person = await this.make({ accountId });
    await this.change(person, 'super_admin = true');
    return person;
  }

  async change({ id }: Person, set: string, ...values: unknown[]): Promise<void> {
    await this.store.query(`UPDATE gateway.desk_user SET ${set} WHERE id = $1`, [id, ...values]);
  }

  /** His rights of seeing, changing and deleting alike. */
  async setScope(person: Person, view: typeof ALL): Promise<void> {
    await this.change(person, 'ticket_access = $2', { view, edit: view, delete: view });
  }

  async endSession({ cookie }: Person): Promise<void> {
    await this.store.query('DELETE FROM gateway.session WHERE token_hash = $1', [sha256(cookie.slice('sid='.length))]);
  }

  async share(ticketId: string, { id }: Person, expiresAt: Date | null = null): Promise<void> {
    await this.store.query('UPDATE tickets.ticket SET is_shared = true WHERE id = $1', [ticketId]);
    await this.store.query(
      'INSERT INTO tickets.ticket_share (account_id, id, ticket_id, user_id, expires_at, created_by) VALUES ($1, $2, $3, $4, $5, $4)',
      [this.accountId, randomUUID(), ticketId, id, expiresAt],
    );
  }

  async close(): Promise<void> {
    await this.store.end().catch(() => undefined);
  }
}
