import { IsArray, IsISO8601, IsString, IsUUID } from 'class-validator';
import { DefineEvent, DomainEvent } from '../define-event.js';

/** A ticket was made with messages of other tickets beside it. Conversations shows them in its timeline; they stay where they are. */
@DefineEvent({ name: 'activities.attached', version: 1, owner: 'tickets', consumers: ['conversations'], key: 'ticketId' })
export class ActivitiesAttached extends DomainEvent<ActivitiesAttached> {
  @IsUUID() ticketId: string;
  /** In the order they were chosen. */
  @IsArray() messageIds: string[];
  @IsUUID() actorUserId: string;
  @IsString() actorName: string;
  @IsISO8601() at: string;
}
