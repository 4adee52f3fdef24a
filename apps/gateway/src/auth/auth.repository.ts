import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, EVERY_ACCOUNT, type Tx } from '@helpdesk/platform';
import type { Principal } from './principal.js';

export const hashOf = (secret: string) => createHash('sha256').update(secret).digest();

interface Row {
  account_id: string;
  account_name: string;
  user_id: string;
  email: string;
  name: string;
  seat: Principal['seat'];
  super_admin: boolean;
  access: Principal['access'];
  rights: Principal['rights'];
  ticket_access: Principal['ticketAccess'];
  preferences: Principal['preferences'];
  seat_reply: boolean;
  team_ids: string[] | null;
  teammate_ids: string[] | null;
  password_hash?: string | null;
}

/** Of the account `a`: users without a Service seat may reply unless it says no (D-51e). */
export const SEAT_REPLY = `a.settings ->> 'seatReply' IS DISTINCT FROM 'false'`;

/**
 * A user with everything his rights depend on, in one query, so that it is never put together from two moments. His teammates only where
 * one of his scopes asks for them: they may be hundreds.
 */
const USER = `
  u.account_id, a.name AS account_name, u.id AS user_id, u.email, u.name, u.seat, u.super_admin, u.access, u.rights, u.ticket_access, u.preferences,
  ${SEAT_REPLY} AS seat_reply,
  (SELECT array_agg(m.team_id) FROM gateway.team_member m WHERE m.account_id = u.account_id AND m.user_id = u.id) AS team_ids,
  CASE WHEN NOT u.super_admin AND jsonb_path_exists(u.ticket_access, '$.*.scope ? (@ == "team")') THEN
    (SELECT array_agg(DISTINCT o.user_id) FROM gateway.team_member m JOIN gateway.team_member o ON o.account_id = m.account_id AND o.team_id = m.team_id
     WHERE m.account_id = u.account_id AND m.user_id = u.id) END AS teammate_ids`;

const IDLE_HOURS = 8;
const ABSOLUTE_HOURS = 24;
/** The session `s` has not ended by itself. */
const SESSION_HOLDS = `s.last_seen_at > now() - interval '${IDLE_HOURS} hours' AND s.created_at > now() - interval '${ABSOLUTE_HOURS} hours'`;

@Injectable()
export class AuthRepository {
  constructor(private readonly database: Database) {}

  async bySession(token: string): Promise<Principal | undefined> {
    const row = await this.database.queryOne<Row & { stale: boolean }>(
      EVERY_ACCOUNT,
      `SELECT ${USER}, s.last_seen_at < now() - interval '5 min' AS stale FROM gateway.session s
       JOIN gateway.desk_user u ON u.account_id = s.account_id AND u.id = s.user_id JOIN gateway.account a ON a.id = u.account_id
       WHERE s.token_hash = $1 AND u.active AND ${SESSION_HOLDS}`,
      [hashOf(token)],
    );
    if (row?.stale)
      await this.database.query(EVERY_ACCOUNT, 'UPDATE gateway.session SET last_seen_at = now() WHERE token_hash = $1', [hashOf(token)]);
    return row && toPrincipal(row, 'session');
  }

  async byApiKey(key: string): Promise<Principal | undefined> {
    const row = await this.database.queryOne<Row & { stale: boolean }>(
      EVERY_ACCOUNT,
      `SELECT ${USER}, k.last_used_at IS NULL OR k.last_used_at < now() - interval '5 min' AS stale FROM gateway.api_key k
       JOIN gateway.desk_user u ON u.account_id = k.account_id AND u.id = k.user_id JOIN gateway.account a ON a.id = u.account_id WHERE k.key_hash = $1 AND u.active`,
      [hashOf(key)],
    );
    if (row?.stale)
      await this.database.query(EVERY_ACCOUNT, 'UPDATE gateway.api_key SET last_used_at = now() WHERE key_hash = $1', [hashOf(key)]);
    return row && toPrincipal(row, 'api_key');
  }

  /**
   * Who holds these sessions and keys at this moment, by the hash (hex), with the rights of the moment, in one query. What has ended is
   * missing. Asking is no use of a session: it goes on ageing.
   */
  async holders(accountId: string, hashes: string[]): Promise<Map<string, Principal>> {
    const rows = await this.database.query<Row & { hash: string; via: Principal['via'] }>(
      accountId,
      `WITH held AS (
         SELECT s.token_hash AS hash, s.user_id, 'session' AS via FROM gateway.session s
         WHERE s.account_id = $1 AND s.token_hash = ANY ($2::bytea[]) AND ${SESSION_HOLDS}
         UNION ALL
         SELECT k.key_hash, k.user_id, 'api_key' FROM gateway.api_key k WHERE k.account_id = $1 AND k.key_hash = ANY ($2::bytea[])
       ), holder AS MATERIALIZED (
         SELECT ${USER} FROM gateway.desk_user u JOIN gateway.account a ON a.id = u.account_id
         WHERE u.account_id = $1 AND u.active AND u.id IN (SELECT user_id FROM held)
       )
       SELECT encode(held.hash, 'hex') AS hash, held.via, holder.* FROM held JOIN holder ON holder.user_id = held.user_id`,
      [accountId, hashes.map((hash) => Buffer.from(hash, 'hex'))],
    );
    return new Map(rows.map((row) => [row.hash, toPrincipal(row, row.via)]));
  }

  /** Every account has its own users; one address may be in several. */
  async byEmail(email: string, accountId?: string): Promise<(Principal & { passwordHash: string | null })[]> {
    const rows = await this.database.query<Row>(
      accountId ?? EVERY_ACCOUNT,
      `SELECT ${USER}, u.password_hash FROM gateway.desk_user u JOIN gateway.account a ON a.id = u.account_id
       WHERE u.email = $1 AND u.active AND ($2::uuid IS NULL OR u.account_id = $2) ORDER BY u.created_at LIMIT 5`,
      [email, accountId ?? null],
    );
    return rows.map((row) => ({ ...toPrincipal(row, 'session'), passwordHash: row.password_hash ?? null }));
  }

  /** The users of an account, all or these, as their rights are now; deactivated ones are marked. */
  async ofAccount(accountId: string, userIds?: string[]): Promise<(Principal & { isActive: boolean })[]> {
    const rows = await this.database.query<Row & { active: boolean }>(
      accountId,
      `SELECT ${USER}, u.active FROM gateway.desk_user u JOIN gateway.account a ON a.id = u.account_id
       WHERE u.account_id = $1 AND ($2::uuid[] IS NULL OR u.id = ANY ($2::uuid[])) ORDER BY u.name, u.id`,
      [accountId, userIds ?? null],
    );
    return rows.map((row) => ({ ...toPrincipal(row, 'session'), isActive: row.active }));
  }

  /**
   * `passwordHash`: what the password was checked against. False when it is no longer his: a sign-in that is under way while the password
   * changes waits for the change (FOR SHARE) and must not outlive it.
   */
  async startSession({ accountId, userId }: Principal, token: string, passwordHash?: string | null): Promise<boolean> {
    const rows = await this.database.query(
      accountId,
      `INSERT INTO gateway.session (token_hash, account_id, user_id) SELECT $1, account_id, id FROM gateway.desk_user
       WHERE account_id = $2 AND id = $3 AND active AND ($4::text IS NULL OR password_hash = $4) FOR SHARE RETURNING 1`,
      [hashOf(token), accountId, userId, passwordHash ?? null],
    );
    return rows.length > 0;
  }

  async endSession(token: string): Promise<void> {
    await this.database.query(EVERY_ACCOUNT, 'DELETE FROM gateway.session WHERE token_hash = $1', [hashOf(token)]);
  }

  async endSessionsOf(tx: Tx, accountId: string, userId: string): Promise<void> {
    await tx.query('DELETE FROM gateway.session WHERE account_id = $1 AND user_id = $2', [accountId, userId]);
  }

  async failures(email: string, ip: string): Promise<{ byEmail: number; byIp: number }> {
    const row = await this.database.queryOne<{ by_email: string; by_ip: string }>(
      EVERY_ACCOUNT,
      `SELECT (SELECT count(*) FROM gateway.failed_sign_in WHERE email = $1 AND at > now() - interval '15 min') AS by_email,
              (SELECT count(*) FROM gateway.failed_sign_in WHERE ip = $2 AND at > now() - interval '15 min') AS by_ip`,
      [email, ip],
    );
    return { byEmail: Number(row?.by_email ?? 0), byIp: Number(row?.by_ip ?? 0) };
  }

  async noteFailure(email: string, ip: string): Promise<void> {
    await this.database.query(EVERY_ACCOUNT, 'INSERT INTO gateway.failed_sign_in (email, ip) VALUES ($1, $2)', [email.slice(0, 320), ip]);
    await this.database.query(EVERY_ACCOUNT, "DELETE FROM gateway.failed_sign_in WHERE at < now() - interval '1 day'");
  }

  /** Whoever chose a new password by the mail to this address has shown who he is. */
  async forgetFailures(tx: Tx, email: string): Promise<void> {
    await tx.query('DELETE FROM gateway.failed_sign_in WHERE email = $1', [email]);
  }
}

function toPrincipal(row: Row, via: Principal['via']): Principal {
  return {
    accountId: row.account_id,
    accountName: row.account_name,
    userId: row.user_id,
    email: row.email,
    name: row.name,
    seat: row.seat,
    isSuperAdmin: row.super_admin,
    access: row.access,
    rights: row.rights,
    ticketAccess: row.ticket_access,
    seatReply: row.seat_reply,
    teamIds: row.team_ids ?? [],
    teammateIds: row.teammate_ids ?? [],
    preferences: row.preferences,
    via,
  };
}
