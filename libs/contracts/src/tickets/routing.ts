import { IsArray, IsBoolean, IsInt, IsOptional, IsUUID } from 'class-validator';
import { DefineEvent, DomainEvent } from '../define-event.js';

export const ROUTING_MODES = ['none', 'round_robin', 'least_busy', 'contact_owner', 'user', 'team'] as const;
export type RoutingMode = (typeof ROUTING_MODES)[number];

/** To whom a channel gives the tickets it makes (D-76). Absent: to nobody. */
export interface RoutingSettings {
  mode: RoutingMode;
  /** These users, and the members of these teams; with neither, everybody who may get tickets. */
  userIds?: string[];
  teamIds?: string[];
  /** True unless it says otherwise: not to who is away. */
  onlyAvailable?: boolean;
}

/** What decides whether a user gets tickets changed. Tickets keeps a copy. */
@DefineEvent({ name: 'agent.changed', version: 1, owner: 'gateway', consumers: ['tickets'], key: 'userId' })
export class AgentChanged extends DomainEvent<AgentChanged> {
  @IsUUID() userId: string;
  @IsInt() version: number;
  /** Active, with a Service seat. */
  @IsBoolean() isRoutable: boolean;
  @IsBoolean() isAvailable: boolean;
  @IsArray() teamIds: string[];
  /** Null: no limit (D-77). */
  @IsOptional() @IsInt() maxOpenTickets: number | null;
}
