import { Injectable } from '@nestjs/common';
import { invalidField, tooMany, verifyPassword } from '@helpdesk/platform';
import { AuthRepository } from './auth.repository.js';
import type { Principal } from './principal.js';
import { SignInGate } from './sign-in-gate.js';

const MAX_FAILURES = { byEmail: 5, byIp: 50 };
const WINDOW_SECONDS = 900;
const MAX_AT_ONCE = 2;
const MAX_WAITING = 200;

/** Counts failed attempts to show who somebody is, by address and by IP, and refuses further ones with 429. Successes never count. */
@Injectable()
export class PasswordCheck {
  private readonly gate = new SignInGate(MAX_FAILURES.byEmail, MAX_AT_ONCE, MAX_WAITING);

  constructor(private readonly users: AuthRepository) {}

  /** `attempt` tells whether it failed. */
  async limited<T extends { hasFailed: boolean }>(email: string, ip: string, attempt: () => Promise<T>): Promise<T> {
    const failures = async () => {
      const { byEmail, byIp } = await this.users.failures(email, ip);
      return byIp >= MAX_FAILURES.byIp ? MAX_FAILURES.byEmail : byEmail;
    };
    const outcome = await this.gate.run(email, failures, async () => {
      const result = await attempt();
      if (result.hasFailed) await this.users.noteFailure(email, ip);
      return result;
    });
    if (!outcome) throw tooMany(WINDOW_SECONDS, 'Too many failed attempts. Try again later.');
    return outcome;
  }

  /** The signed-in user gives his password once more, in the field `pointer`, before something that matters. */
  async confirm(me: Principal, password: string, ip: string, pointer: string): Promise<void> {
    const found = await this.users.byEmail(me.email, me.accountId);
    const stored = found.find((user) => user.userId === me.userId)?.passwordHash ?? null;
    const { hasFailed } = await this.limited(me.email, ip, async () => ({ hasFailed: !(await verifyPassword(password, stored)) }));
    if (hasFailed) throw invalidField(pointer, 'wrong_password', 'is not your password');
  }
}
