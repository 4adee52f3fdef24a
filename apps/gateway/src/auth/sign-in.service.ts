import { Injectable } from '@nestjs/common';
import { invalid, Problem, verifyPassword } from '@helpdesk/platform';
import { TotpService } from '../totp/totp.service.js';
import { AuthRepository } from './auth.repository.js';
import { PasswordCheck } from './password-check.js';
import type { Principal } from './principal.js';
import { wrongCredentials } from './session-cookie.js';

export interface Credentials {
  email: string;
  password: string;
  totp?: string;
  accountId?: string;
}

/** With what his password was checked against. */
export type SignedIn = Principal & { passwordHash: string | null };

type Outcome =
  | { kind: 'user'; user: SignedIn; hasFailed: false }
  | { kind: 'choose'; accounts: { id: string; name: string }[]; hasFailed: false }
  | { kind: 'totp_required'; hasFailed: false }
  | { kind: 'wrong_totp' | 'wrong_credentials'; hasFailed: true };

const refused = (code: string, detail: string) => new Problem(401, code, 'Not signed in', detail);

@Injectable()
export class SignInService {
  constructor(
    private readonly users: AuthRepository,
    private readonly check: PasswordCheck,
    private readonly totp: TotpService,
  ) {}

  async signIn({ email, ...rest }: Credentials, ip: string): Promise<SignedIn> {
    const address = email.toLowerCase();
    const outcome = await this.check.limited(address, ip, () => this.attempt({ email: address, ...rest }));
    switch (outcome.kind) {
      case 'user':
        return outcome.user;
      case 'choose': {
        const names = outcome.accounts.map(({ id, name }) => `${id} (${name})`).join(', ');
        const detail = `the address is in several accounts, choose one of ${names}`;
        throw invalid([{ pointer: '/accountId', code: 'choose', detail, choices: outcome.accounts }]);
      }
      case 'totp_required':
        throw refused('totp_required', 'Send the code of your authenticator app as well.');
      case 'wrong_totp':
        throw refused('wrong_totp', 'The code is wrong, too old, or was used before.');
      default:
        throw wrongCredentials();
    }
  }

  private async attempt({ email, password, totp, accountId }: Credentials): Promise<Outcome> {
    const fitting = await this.fitting(email, password, accountId);
    const [user, ...others] = fitting;
    if (!user) return { kind: 'wrong_credentials', hasFailed: true };
    if (others.length > 0)
      return { kind: 'choose', accounts: fitting.map((p) => ({ id: p.accountId, name: p.accountName })), hasFailed: false };
    const second = await this.totp.check(user, totp);
    if (second === 'missing') return { kind: 'totp_required', hasFailed: false };
    return second === 'wrong' ? { kind: 'wrong_totp', hasFailed: true } : { kind: 'user', user, hasFailed: false };
  }

  /** Unknown users take as long as known ones. */
  private async fitting(email: string, password: string, accountId: string | undefined): Promise<SignedIn[]> {
    const found = await this.users.byEmail(email, accountId);
    if (found.length === 0) await verifyPassword(password, null);
    const fitting: SignedIn[] = [];
    for (const user of found) if (await verifyPassword(password, user.passwordHash)) fitting.push(user);
    return fitting;
  }
}
