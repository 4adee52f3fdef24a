import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@helpdesk/platform';
import type { Availability } from '../agents/availability.js';
import type { UserFacts } from './users.rules.js';

/** A user as administrators see him. */
export interface UserRecord extends UserFacts {
  email: string;
  name: string;
  teamIds: string[];
  invited: boolean;
  totp: boolean;
  language: string | undefined;
  availability: Availability;
  /** Null: no limit. */
  maxOpenTickets: number | null;
}

interface Row {
  id: string;
  email: string;
  name: string;
  seat: UserRecord['seat'];
  super_admin: boolean;
  access: UserRecord['access'];
  ticket_access: UserRecord['ticketAccess'];
  rights: UserRecord['rights'];
  active: boolean;
  invited: boolean;
  totp: boolean;
  language: string | null;
  availability: Availability;
  max_open_tickets: number | null;
  team_ids: string[];
}

const USER = `
  SELECT u.id, u.email, u.name, u.seat, u.super_admin, u.access, u.ticket_access, u.rights, u.active, u.password_hash IS NULL AS invited,
    EXISTS (SELECT 1 FROM gateway.totp t WHERE t.account_id = u.account_id AND t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS totp,
    u.preferences ->> 'language' AS language, u.availability, u.max_open_tickets,
    ARRAY (SELECT m.team_id FROM gateway.team_member m WHERE m.account_id = u.account_id AND m.user_id = u.id ORDER BY m.team_id) AS team_ids
  FROM gateway.desk_user u`;

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  /**
   * One change of users or teams at a time in an account: what a change is judged by (the actor's own rights, the other super admins, free
   * addresses) then stays as it was read.
   */
  async lockAccount(tx: Tx, accountId: string): Promise<void> {
    await tx.query('SELECT 1 FROM gateway.account WHERE id = $1 FOR NO KEY UPDATE', [accountId]);
  }

  async list(accountId: string, limit: number, cursor: string | undefined, onlyActive: boolean): Promise<UserRecord[]> {
    const rows = await this.database.query<Row>(
      accountId,
      `${USER} WHERE u.account_id = $1 AND ($2::uuid IS NULL OR u.id > $2::uuid) AND (u.active OR NOT $3) ORDER BY u.id LIMIT $4`,
      [accountId, cursor ?? null, onlyActive, limit],
    );
    return rows.map(toRecord);
  }

  async find(accountId: string, id: string, tx: Pick<Tx, 'queryOne'> = this.database.within(accountId)): Promise<UserRecord | undefined> {
    const row = await tx.queryOne<Row>(`${USER} WHERE u.account_id = $1 AND u.id = $2`, [accountId, id]);
    return row && toRecord(row);
  }

  async hasOtherSuperAdmin(tx: Tx, accountId: string, id: string): Promise<boolean> {
    const other = await tx.queryOne(
      'SELECT 1 FROM gateway.desk_user WHERE account_id = $1 AND super_admin AND active AND id <> $2 LIMIT 1',
      [accountId, id],
    );
    return other !== undefined;
  }

  async isTaken(tx: Tx, accountId: string, email: string, exceptId: string): Promise<boolean> {
    const other = await tx.queryOne('SELECT 1 FROM gateway.desk_user WHERE account_id = $1 AND email = $2 AND id <> $3', [
      accountId,
      email,
      exceptId,
    ]);
    return other !== undefined;
  }

  /** False when the user is there already: the request that made him is repeated. */
  async insert(tx: Tx, accountId: string, user: UserRecord, passwordHash: string | null): Promise<boolean> {
    const rows = await tx.query(
      `INSERT INTO gateway.desk_user (account_id, id, email, name, password_hash, seat, super_admin, access, ticket_access, rights, active, max_open_tickets)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (account_id, id) DO NOTHING RETURNING 1`,
      [
        accountId,
        user.id,
        user.email,
        user.name,
        passwordHash,
        user.seat,
        user.superAdmin,
        user.access,
        JSON.stringify(user.ticketAccess),
        user.rights,
        user.active,
        user.maxOpenTickets,
      ],
    );
    return rows.length > 0;
  }

  async update(tx: Tx, accountId: string, user: UserRecord): Promise<void> {
    await tx.query(
      `UPDATE gateway.desk_user SET email = $3, name = $4, seat = $5, super_admin = $6, access = $7, ticket_access = $8, rights = $9, active = $10, max_open_tickets = $11
       WHERE account_id = $1 AND id = $2`,
      [
        accountId,
        user.id,
        user.email,
        user.name,
        user.seat,
        user.superAdmin,
        user.access,
        JSON.stringify(user.ticketAccess),
        user.rights,
        user.active,
        user.maxOpenTickets,
      ],
    );
  }

  async setTeams(tx: Tx, accountId: string, userId: string, teamIds: string[]): Promise<void> {
    await tx.query('DELETE FROM gateway.team_member WHERE account_id = $1 AND user_id = $2 AND team_id <> ALL ($3::uuid[])', [
      accountId,
      userId,
      teamIds,
    ]);
    await tx.query(
      'INSERT INTO gateway.team_member (account_id, team_id, user_id) SELECT $1, t, $2 FROM unnest($3::uuid[]) t ON CONFLICT DO NOTHING',
      [accountId, userId, teamIds],
    );
  }

  async knownUsers(tx: Tx, accountId: string, ids: string[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>('SELECT id FROM gateway.desk_user WHERE account_id = $1 AND id = ANY ($2::uuid[])', [
      accountId,
      ids,
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  async knownTeams(ask: Pick<Tx, 'query'>, accountId: string, ids: string[]): Promise<Set<string>> {
    const rows = await ask.query<{ id: string }>('SELECT id FROM gateway.team WHERE account_id = $1 AND id = ANY ($2::uuid[])', [
      accountId,
      ids,
    ]);
    return new Set(rows.map(({ id }) => id));
  }
}

const toRecord = (row: Row): UserRecord => ({
  id: row.id,
  email: row.email,
  name: row.name,
  seat: row.seat,
  superAdmin: row.super_admin,
  access: row.access,
  ticketAccess: row.ticket_access,
  rights: row.rights,
  active: row.active,
  invited: row.invited,
  totp: row.totp,
  language: row.language ?? undefined,
  availability: row.availability,
  maxOpenTickets: row.max_open_tickets,
  teamIds: row.team_ids,
});
