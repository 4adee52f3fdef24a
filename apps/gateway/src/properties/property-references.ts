import { Injectable } from '@nestjs/common';
import { ListProperties } from '@helpdesk/contracts';
import { isUuid, RpcClient } from '@helpdesk/platform';
import { References } from '../access/references.js';
import { actorFor, type Principal } from '../auth/principal.js';

/** Users and teams named by custom properties. What else may be wrong with a value is known to tickets. */
@Injectable()
export class PropertyReferences {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: References,
  ) {}

  /** Throws 422 that points at the property. */
  async check(me: Principal, properties: Record<string, unknown> = {}): Promise<void> {
    if (Object.keys(properties).length === 0) return;
    const { items } = await this.rpc.call(ListProperties, actorFor(me), {});
    for (const { name, type } of items) {
      const value = properties[name];
      if (typeof value !== 'string' || !isUuid(value)) continue;
      if (type === 'user') await this.references.checkAgent(me, value, `/properties/${name}`);
      if (type === 'team') await this.references.checkTeam(me, value, `/properties/${name}`);
    }
  }
}
