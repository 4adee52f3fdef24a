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

  /** The properties with the ids of users and teams in small letters; throws 422 that points at one that is not there, `at` this place in the request. */
  async checked<T extends Record<string, unknown> | undefined>(me: Principal, properties: T, at = ''): Promise<T> {
    if (!properties || Object.keys(properties).length === 0) return properties;
    const { items } = await this.rpc.call(ListProperties, actorFor(me), {});
    const checked: Record<string, unknown> = { ...properties };
    for (const { name, type } of items) {
      const value = checked[name];
      if ((type !== 'user' && type !== 'team') || typeof value !== 'string' || !isUuid(value)) continue;
      const id = value.toLowerCase();
      if (type === 'user') await this.references.checkAgent(me, id, `${at}/properties/${name}`);
      else await this.references.checkTeam(me, id, `${at}/properties/${name}`);
      checked[name] = id;
    }
    return checked as T;
  }
}
