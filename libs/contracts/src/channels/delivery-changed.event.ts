import { DefineEvent, DomainEvent } from '../define-event.js';
import { IsIn, IsInt, IsISO8601, IsOptional, IsString, IsUUID } from 'class-validator';
import type { MessageState } from '../enums.js';

/** How far a message of ours has got. `attempt` grows, so that a late report of an earlier try changes nothing. */
@DefineEvent({ name: 'delivery.changed', version: 1, owner: 'channels', consumers: ['conversations'], key: 'messageId' })
export class DeliveryChanged extends DomainEvent<DeliveryChanged> {
  @IsUUID() messageId: string;
  @IsIn(['queued', 'sent', 'delivered', 'failed', 'bounced', 'unconfirmed']) state: MessageState;
  @IsInt() attempt: number;
  /** For people: the server's words, or what went wrong. */
  @IsOptional() @IsString() detail: string | null;
  @IsOptional() @IsString() providerId: string | null;
  @IsISO8601() at: string;
}
