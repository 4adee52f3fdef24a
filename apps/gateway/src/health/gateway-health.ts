import { Injectable } from '@nestjs/common';
import { SERVICES } from '@helpdesk/contracts';
import { Database, RpcClient, type Health } from '@helpdesk/platform';
import { AccountsService } from '../accounts/accounts.service.js';

/** Ready = what this process needs to answer: its database, each service, and accounts that are made completely. */
@Injectable()
export class GatewayHealth implements Health {
  constructor(
    private readonly database: Database,
    private readonly rpc: RpcClient,
    private readonly accounts: AccountsService,
  ) {}

  async check(): Promise<Record<string, true | string>> {
    const checks: Record<string, true | string> = {};
    await this.database.query(null, 'SELECT 1').then(
      () => (checks.database = true),
      () => (checks.database = 'does not answer'),
    );
    for (const service of SERVICES) {
      if (service !== 'gateway') checks[service] = (await this.rpc.isReachable(service)) || 'does not answer';
    }
    if (checks.database === true) checks.accounts = (await this.accounts.isSetUp()) || 'an account is still being made';
    return checks;
  }
}
