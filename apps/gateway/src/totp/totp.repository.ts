import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@helpdesk/platform';

export interface TotpRow {
  secret_sealed: string;
  is_confirmed: boolean;
}

@Injectable()
export class TotpRepository {
  constructor(private readonly database: Database) {}

  find(accountId: string, userId: string): Promise<TotpRow | undefined> {
    return this.database.queryOne<TotpRow>(
      accountId,
      'SELECT secret_sealed, confirmed_at IS NOT NULL AS is_confirmed FROM gateway.totp WHERE account_id = $1 AND user_id = $2',
      [accountId, userId],
    );
  }

  /** Begins anew as long as it is not confirmed; false when it is. */
  async begin(accountId: string, userId: string, sealed: string): Promise<boolean> {
    const rows = await this.database.query(
      accountId,
      `INSERT INTO gateway.totp AS t (account_id, user_id, secret_sealed) VALUES ($1, $2, $3)
       ON CONFLICT (account_id, user_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, created_at = now() WHERE t.confirmed_at IS NULL
       RETURNING 1`,
      [accountId, userId, sealed],
    );
    return rows.length > 0;
  }

  async confirm(tx: Tx, accountId: string, userId: string, sealed: string, step: number, codes: Buffer[]): Promise<boolean> {
    const rows = await tx.query(
      `UPDATE gateway.totp SET confirmed_at = now(), last_step = $4
       WHERE account_id = $1 AND user_id = $2 AND secret_sealed = $3 AND confirmed_at IS NULL RETURNING 1`,
      [accountId, userId, sealed, step],
    );
    if (rows.length === 0) return false;
    await tx.query('INSERT INTO gateway.recovery_code (account_id, user_id, code_hash) SELECT $1, $2, c FROM unnest($3::bytea[]) c', [
      accountId,
      userId,
      codes,
    ]);
    return true;
  }

  /** False when a code of this step or a later one was taken before. */
  async takeStep(accountId: string, userId: string, step: number): Promise<boolean> {
    const rows = await this.database.query(
      accountId,
      `UPDATE gateway.totp SET last_step = $3 WHERE account_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL AND (last_step IS NULL OR last_step < $3)
       RETURNING 1`,
      [accountId, userId, step],
    );
    return rows.length > 0;
  }

  async takeRecoveryCode(tx: Tx, accountId: string, userId: string, hash: Buffer): Promise<boolean> {
    const rows = await tx.query('DELETE FROM gateway.recovery_code WHERE account_id = $1 AND user_id = $2 AND code_hash = $3 RETURNING 1', [
      accountId,
      userId,
      hash,
    ]);
    return rows.length > 0;
  }

  /** False when there was none. */
  async remove(tx: Tx, accountId: string, userId: string): Promise<boolean> {
    const rows = await tx.query('DELETE FROM gateway.totp WHERE account_id = $1 AND user_id = $2 RETURNING confirmed_at', [
      accountId,
      userId,
    ]);
    return rows.length > 0;
  }
}
