import { Injectable } from '@nestjs/common';
import { Database, hashPassword } from '@helpdesk/platform';
import { AuditLog } from '../audit/audit.log.js';
import { AuthRepository } from '../auth/auth.repository.js';
import type { Principal } from '../auth/principal.js';
import { PasswordLinks } from './password-links.js';

@Injectable()
export class OwnPasswordService {
  constructor(
    private readonly database: Database,
    private readonly auth: AuthRepository,
    private readonly links: PasswordLinks,
    private readonly audit: AuditLog,
  ) {}

  async change({ accountId, userId, ...me }: Principal, password: string): Promise<void> {
    const passwordHash = await hashPassword(password);
    await this.database.transaction(accountId, async (tx) => {
      await tx.query('UPDATE gateway.desk_user SET password_hash = $3 WHERE account_id = $1 AND id = $2', [
        accountId,
        userId,
        passwordHash,
      ]);
      await this.links.end(tx, accountId, userId);
      await this.auth.endSessionsOf(tx, accountId, userId);
      await this.audit.record({ accountId, userId, ...me }, 'user.password_set', `user/${userId}`, {}, tx);
    });
  }
}
