import { IsBoolean, IsIn, IsString, IsUUID } from 'class-validator';
import { DefineEvent, DomainEvent } from '../define-event.js';

/** Somebody has begun to write on a ticket, or has written for later; or has thrown it away. Never what it says. */
@DefineEvent({ name: 'unsent.changed', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'ticketId' })
export class UnsentChanged extends DomainEvent<UnsentChanged> {
  @IsUUID() ticketId: string;
  @IsIn(['draft', 'scheduled']) what: 'draft' | 'scheduled';
  /** The tab of a draft; the id of a message that waits for its time. */
  @IsString() key: string;
  @IsUUID() userId: string;
  @IsBoolean() isThere: boolean;
}
