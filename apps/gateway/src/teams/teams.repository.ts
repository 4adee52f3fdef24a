import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@helpdesk/platform';

export interface TeamRecord {
  id: string;
  name: string;
  memberIds: string[];
}

interface Row {
  id: string;
  name: string;
  member_ids: string[];
}

/** `$2`: inactive members too? */
const TEAM = `
  SELECT t.id, t.name, ARRAY (
    SELECT m.user_id FROM gateway.team_member m JOIN gateway.desk_user u ON u.account_id = m.account_id AND u.id = m.user_id
    WHERE m.account_id = t.account_id AND m.team_id = t.id AND (u.active OR $2::boolean) ORDER BY m.user_id) AS member_ids
  FROM gateway.team t WHERE t.account_id = $1`;

@Injectable()
export class TeamsRepository {
  constructor(private readonly database: Database) {}

  async list(accountId: string, limit: number, cursor: string | undefined, isFull: boolean): Promise<TeamRecord[]> {
    const rows = await this.database.query<Row>(accountId, `${TEAM} AND ($3::uuid IS NULL OR t.id > $3::uuid) ORDER BY t.id LIMIT $4`, [
      accountId,
      isFull,
      cursor ?? null,
      limit,
    ]);
    return rows.map(toRecord);
  }

  async find(accountId: string, id: string, tx: Pick<Tx, 'queryOne'> = this.database.within(accountId)): Promise<TeamRecord | undefined> {
    const row = await tx.queryOne<Row>(`${TEAM} AND t.id = $3`, [accountId, true, id]);
    return row && toRecord(row);
  }

  async isTaken(tx: Tx, accountId: string, name: string, exceptId: string): Promise<boolean> {
    const other = await tx.queryOne('SELECT 1 FROM gateway.team WHERE account_id = $1 AND lower(name) = lower($2) AND id <> $3', [
      accountId,
      name,
      exceptId,
    ]);
    return other !== undefined;
  }

  /** False when the team is there already: the request that made it is repeated. */
  async insert(tx: Tx, accountId: string, { id, name }: TeamRecord): Promise<boolean> {
    const rows = await tx.query(
      'INSERT INTO gateway.team (account_id, id, name) VALUES ($1, $2, $3) ON CONFLICT (account_id, id) DO NOTHING RETURNING 1',
      [accountId, id, name],
    );
    return rows.length > 0;
  }

  async rename(tx: Tx, accountId: string, id: string, name: string): Promise<void> {
    await tx.query('UPDATE gateway.team SET name = $3 WHERE account_id = $1 AND id = $2', [accountId, id, name]);
  }

  async setMembers(tx: Tx, accountId: string, teamId: string, userIds: string[]): Promise<void> {
    await tx.query('DELETE FROM gateway.team_member WHERE account_id = $1 AND team_id = $2 AND user_id <> ALL ($3::uuid[])', [
      accountId,
      teamId,
      userIds,
    ]);
    await tx.query(
      'INSERT INTO gateway.team_member (account_id, team_id, user_id) SELECT $1, $2, u FROM unnest($3::uuid[]) u ON CONFLICT DO NOTHING',
      [accountId, teamId, userIds],
    );
  }

  async delete(tx: Tx, accountId: string, id: string): Promise<void> {
    await tx.query('DELETE FROM gateway.team WHERE account_id = $1 AND id = $2', [accountId, id]);
  }
}

const toRecord = (row: Row): TeamRecord => ({ id: row.id, name: row.name, memberIds: row.member_ids });
