import { Inject, Injectable } from '@nestjs/common';
import { conflict, Database, forbidden, invalidField, notFound, type Runtime, type Tx } from '@helpdesk/platform';
import { AuditLog } from '../audit/audit.log.js';
import { AuthRepository } from '../auth/auth.repository.js';
import type { Principal } from '../auth/principal.js';
import { RUNTIME } from '../tokens.js';
import { reachesBeyond } from '../users/users.rules.js';
import { UsersService } from '../users/users.service.js';
import { TotpRepository } from './totp.repository.js';
import { generatorOf, newRecoveryCodes, newSecret, plain, stepOf } from './totp.rules.js';

type Whose = Pick<Principal, 'accountId' | 'userId'>;

const placeOf = ({ accountId, userId }: Whose) => `totp/${accountId}/${userId}`;
const isDigits = (code: string) => /^\d{6}$/.test(code);

/** The second factor: codes of an authenticator app, and ten recovery codes for when it is lost. */
@Injectable()
export class TotpService {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly factors: TotpRepository,
    private readonly users: UsersService,
    private readonly auth: AuthRepository,
    private readonly audit: AuditLog,
  ) {}

  /** `not_set_up` and `right` let him in. A code that was right is taken and never right again. */
  async check(user: Principal, typed: string | undefined): Promise<'not_set_up' | 'right' | 'missing' | 'wrong'> {
    const row = await this.factors.find(user.accountId, user.userId);
    if (!row?.is_confirmed) return 'not_set_up';
    const code = plain(typed ?? '');
    if (code === '') return 'missing';
    const isRight = isDigits(code) ? await this.takeCode(user, row.secret_sealed, code) : await this.takeRecoveryCode(user, code);
    return isRight ? 'right' : 'wrong';
  }

  async begin(me: Principal): Promise<{ secret: string; url: string }> {
    const secret = newSecret();
    const sealed = this.runtime.keys.encrypt(secret, placeOf(me));
    if (!(await this.factors.begin(me.accountId, me.userId, sealed)))
      throw conflict('totp_active', 'A second factor is set up. Remove it first.');
    return { secret, url: generatorOf(secret, me.accountName, me.email).toString() };
  }

  /** From here on signing in needs a code. The sessions that began without one end. */
  async confirm(me: Principal, typed: string): Promise<string[]> {
    const row = await this.factors.find(me.accountId, me.userId);
    if (!row) throw conflict('totp_not_begun', 'Begin at POST /me/totp.');
    if (row.is_confirmed) throw conflict('totp_active', 'A second factor is set up already.');
    const step = stepOf(this.open(me, row.secret_sealed), plain(typed), Date.now());
    if (step === null) throw invalidField('/code', 'wrong_totp', 'is wrong or too old');
    const codes = newRecoveryCodes();
    await this.database.transaction(me.accountId, async (tx) => {
      const hashes = codes.map((code) => this.hashOf(me, plain(code)));
      if (!(await this.factors.confirm(tx, me.accountId, me.userId, row.secret_sealed, step, hashes)))
        throw conflict('totp_active', 'A second factor was set up meanwhile.');
      await this.auth.endSessionsOf(tx, me.accountId, me.userId);
      await this.audit.record(me, 'totp.enabled', `user/${me.userId}`, {}, tx);
    });
    return codes;
  }

  async removeOwn(me: Principal): Promise<void> {
    await this.database.transaction(me.accountId, (tx) => this.remove(tx, me, me.userId));
  }

  /** Of somebody who has lost both app and codes. */
  async removeOf(me: Principal, userId: string): Promise<void> {
    await this.database.transaction(me.accountId, async (tx) => {
      const { actor, target } = await this.users.beginChange(tx, me, userId);
      if (target.id === actor.id) throw forbidden('own_rights', 'Remove your own second factor at DELETE /me/totp, with your password.');
      if (reachesBeyond(target, actor)) throw forbidden('beyond_own_rights', 'The user has rights that you do not have yourself.');
      await this.remove(tx, me, userId);
    });
  }

  private async remove(tx: Tx, me: Principal, userId: string): Promise<void> {
    if (!(await this.factors.remove(tx, me.accountId, userId))) throw notFound();
    await this.audit.record(me, 'totp.disabled', `user/${userId}`, {}, tx);
  }

  private async takeCode(user: Principal, sealed: string, code: string): Promise<boolean> {
    const step = stepOf(this.open(user, sealed), code, Date.now());
    return step !== null && this.factors.takeStep(user.accountId, user.userId, step);
  }

  private takeRecoveryCode(user: Principal, code: string): Promise<boolean> {
    return this.database.transaction(user.accountId, async (tx) => {
      if (!(await this.factors.takeRecoveryCode(tx, user.accountId, user.userId, this.hashOf(user, code)))) return false;
      await this.audit.record(user, 'totp.recovery_code_used', `user/${user.userId}`, {}, tx);
      return true;
    });
  }

  private open(user: Whose, sealed: string): string {
    return this.runtime.keys.decrypt(sealed, placeOf(user));
  }

  /** Under a key that is not in the database: 59 bits alone could be tried out. */
  private hashOf(user: Whose, code: string): Buffer {
    return Buffer.from(this.runtime.keys.sign('recovery-code', `${placeOf(user)}/${code}`), 'hex');
  }
}
