import { DefineEvent, DomainEvent } from '../define-event.js';
import { IsArray, IsIn, IsInt, IsISO8601, IsOptional, IsString, IsUUID } from 'class-validator';

/** A ticket got its number. Published to conversations only when it asked for it. */
@DefineEvent({ name: 'ticket.created', version: 1, owner: 'tickets', consumers: ['conversations'], key: 'ticketId' })
export class TicketCreated extends DomainEvent<TicketCreated> {
  @IsUUID() ticketId: string;
  @IsInt() number: number;
  @IsUUID() conversationId: string;
}

export interface TicketChange {
  field: string;
  old: unknown;
  new: unknown;
  /** What people read, for stages, owners and teams. */
  oldLabel?: string;
  newLabel?: string;
}

/** Whether a thread takes further messages. */
export type ThreadState = 'open' | 'closed' | 'deleted' | 'spam';

/** Properties of a ticket changed. Conversations shows it in the timeline and learns whether the thread is open. */
@DefineEvent({ name: 'ticket.changed', version: 1, owner: 'tickets', consumers: ['conversations'], key: 'ticketId' })
export class TicketChanged extends DomainEvent<TicketChanged> {
  @IsUUID() ticketId: string;
  @IsInt() version: number;
  @IsArray() changes: TicketChange[];
  @IsIn(['open', 'closed', 'deleted', 'spam']) state: ThreadState;
  /** Until when a message of the customer reopens the closed ticket; null = for ever. */
  @IsOptional() @IsISO8601() reopenUntil: string | null;
  @IsOptional() @IsUUID() actorUserId: string | null;
  @IsString() actorName: string;
  @IsISO8601() at: string;
}

/** Something that people who watch a ticket are told. Whether they may still see it is asked when they read it. */
@DefineEvent({ name: 'ticket.noticed', version: 1, owner: 'tickets', consumers: ['notifications'], key: 'ticketId' })
export class TicketNoticed extends DomainEvent<TicketNoticed> {
  @IsUUID() ticketId: string;
  @IsInt() number: number;
  @IsString() topic:
    | 'assigned'
    | 'customer_message'
    | 'delivery_failed'
    | 'mentioned'
    | 'commented'
    | 'replied'
    | 'shared'
    | 'sla_due_soon'
    | 'sla_overdue';
  @IsOptional() @IsUUID() messageId: string | null;
  @IsArray() recipients: { userId: string; reason: string }[];
}
