import { Injectable } from '@nestjs/common';
import { Database, EVERY_ACCOUNT, type Tx } from '@helpdesk/platform';
import { hashOf } from '../auth/auth.repository.js';

export interface LinkHolder {
  account_id: string;
  user_id: string;
  email: string;
}

export interface Addressee {
  accountId: string;
  accountName: string;
  userId: string;
  name: string;
  language: string | undefined;
}

const MAX_PER_HOUR = 5;
/** One address may be in several accounts. */
const MAX_ACCOUNTS = 20;

@Injectable()
export class PasswordLinksRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, { account_id, user_id, email }: LinkHolder, token: string, hours: number): Promise<void> {
    await tx.query(
      `INSERT INTO gateway.password_link (token_hash, account_id, user_id, email, expires_at) VALUES ($1, $2, $3, $4, now() + $5 * interval '1 hour')`,
      [hashOf(token), account_id, user_id, email, hours],
    );
  }

  /** Every link of the user ends. */
  async end(tx: Tx, accountId: string, userId: string): Promise<void> {
    await tx.query('DELETE FROM gateway.password_link WHERE account_id = $1 AND user_id = $2', [accountId, userId]);
  }

  async isGood(token: string): Promise<boolean> {
    const row = await this.database.queryOne(
      EVERY_ACCOUNT,
      'SELECT 1 FROM gateway.password_link WHERE token_hash = $1 AND expires_at > now()',
      [hashOf(token)],
    );
    return row !== undefined;
  }

  /** Of two who use one link at the same moment one gets it. */
  async take(tx: Tx, token: string): Promise<LinkHolder | undefined> {
    return tx.queryOne<LinkHolder>(
      'DELETE FROM gateway.password_link WHERE token_hash = $1 AND expires_at > now() RETURNING account_id, user_id, email',
      [hashOf(token)],
    );
  }

  /** The user's name, while nobody else changes him; undefined when he is not active or has another address by now. */
  async holdUser(tx: Tx, { account_id, user_id, email }: LinkHolder): Promise<string | undefined> {
    const row = await tx.queryOne<{ name: string }>(
      'SELECT name FROM gateway.desk_user WHERE account_id = $1 AND id = $2 AND email = $3 AND active FOR NO KEY UPDATE',
      [account_id, user_id, email],
    );
    return row?.name;
  }

  /** Notes a request; after so many in an hour the address is not written to any more. Known and unknown addresses are alike here. */
  async request(email: string): Promise<void> {
    await this.database.transaction(EVERY_ACCOUNT, async (tx) => {
      // Requests sent all together are counted one after the other.
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [`password-reset/${email}`]);
      await tx.query(
        `INSERT INTO gateway.password_reset (email, is_over) SELECT $1, count(*) >= ${MAX_PER_HOUR} FROM gateway.password_reset
         WHERE email = $1 AND NOT is_over AND requested_at > now() - interval '1 hour'`,
        [email],
      );
    });
  }

  /** Takes an open request; several processes never take the same. */
  async takeRequest(tx: Tx): Promise<string | undefined> {
    const row = await tx.queryOne<{ email: string }>(
      `UPDATE gateway.password_reset SET handled_at = now() WHERE id = (
         SELECT id FROM gateway.password_reset WHERE handled_at IS NULL AND NOT is_over ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING email`,
    );
    return row?.email;
  }

  async addressees(tx: Tx, email: string): Promise<Addressee[]> {
    const rows = await tx.query<{ account_id: string; account_name: string; id: string; name: string; language: string | null }>(
      `SELECT u.account_id, a.name AS account_name, u.id, u.name, u.preferences ->> 'language' AS language
       FROM gateway.desk_user u JOIN gateway.account a ON a.id = u.account_id
       WHERE u.email = $1 AND u.active ORDER BY u.created_at LIMIT ${MAX_ACCOUNTS}`,
      [email],
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      accountName: row.account_name,
      userId: row.id,
      name: row.name,
      language: row.language ?? undefined,
    }));
  }

  async prune(): Promise<void> {
    await this.database.query(EVERY_ACCOUNT, "DELETE FROM gateway.password_reset WHERE requested_at < now() - interval '2 hours'");
    await this.database.query(EVERY_ACCOUNT, "DELETE FROM gateway.password_link WHERE expires_at < now() - interval '1 day'");
  }
}
