import { Injectable } from '@nestjs/common';
import { Database, hashPassword, type Tx } from '@helpdesk/platform';
import { AuditLog, type AuditActor } from '../audit/audit.log.js';
import { AuthRepository } from '../auth/auth.repository.js';
import type { Principal } from '../auth/principal.js';
import { PasswordLinksRepository } from './password-links.repository.js';

@Injectable()
export class PasswordsService {
  constructor(
    private readonly database: Database,
    private readonly auth: AuthRepository,
    private readonly links: PasswordLinksRepository,
    private readonly audit: AuditLog,
  ) {}

  /** Whoever sets it: what the old one opened, and what could set another, ends. */
  async set(tx: Tx, by: AuditActor, userId: string, passwordHash: string): Promise<void> {
    await tx.query('UPDATE gateway.desk_user SET password_hash = $3 WHERE account_id = $1 AND id = $2', [
      by.accountId,
      userId,
      passwordHash,
    ]);
    await this.links.end(tx, by.accountId, userId);
    await this.auth.endSessionsOf(tx, by.accountId, userId);
    await this.audit.record(by, 'user.password_set', `user/${userId}`, {}, tx);
  }

  async changeOwn(me: Principal, password: string): Promise<void> {
    const passwordHash = await hashPassword(password);
    await this.database.transaction(me.accountId, (tx) => this.set(tx, me, me.userId, passwordHash));
  }
}
