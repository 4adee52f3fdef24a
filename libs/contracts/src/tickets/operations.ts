import { IsArray, IsBoolean, IsIn, IsISO8601, IsObject, IsOptional, IsString, IsUUID } from 'class-validator';
import { DefineEvent, DomainEvent } from '../define-event.js';
import type { Priority } from '../enums.js';
import { command, query } from '../rpc-pattern.js';
import type { TicketGrant, TicketView } from './patterns.js';
import type { Filter } from './views.js';

/** What is done to tickets as a whole and can be undone. */
export const OPERATION_KINDS = ['merge', 'split', 'move', 'rethread', 'bulk'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];
export const BULK_ACTIONS = ['update', 'follow', 'unfollow', 'merge', 'spam', 'delete', 'restore'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];
export type OperationState = 'running' | 'done' | 'failed' | 'undone';

/** contract.md §2 "Bulk". */
export interface OperationView {
  id: string;
  kind: OperationKind;
  state: OperationState;
  /** The ticket it is about; null for many, and where he does not see it any more. */
  ticketId: string | null;
  total: number;
  /** Items that are through, those that failed among them. */
  done: number;
  failed: { id: string; code: string; detail: string }[];
  /** Until when it can be undone; null once it is, or when there is nothing to undo. */
  undoUntil: string | null;
  createdAt: string;
}

/** Fields that `update` sets on many tickets; absent = unchanged, null = cleared. */
export interface BulkSet {
  ownerId?: string | null;
  teamId?: string | null;
  stageId?: string;
  priority?: Priority | null;
  category?: string[];
  properties?: Record<string, unknown>;
}
export interface BulkArgs {
  /** Chosen by the gateway, so that a repeated request makes one operation. */
  operationId: string;
  ids?: string[];
  view?: string;
  filter?: Filter;
  action: BulkAction;
  set?: BulkSet;
  /** Of `merge`: the ticket that stays; absent = the one with the lowest number. */
  primaryId?: string;
}

export interface RestructuredTicket {
  ticket: TicketView;
  operationId: string;
}

export const MergeTickets = command<{ operationId: string; primaryId: string; secondaryIds: string[] }, RestructuredTicket>(
  'tickets',
  'merge',
);
export const MoveTicket = command<
  { operationId: string; id: string; pipelineId: string; stageId: string; teamId?: string | null },
  RestructuredTicket
>('tickets', 'move');
export const StartBulk = command<BulkArgs, OperationView>('tickets', 'bulk');
/** 404 unless he made it, or is a super admin. */
export const GetOperation = query<{ id: string }, OperationView>('tickets', 'operation');
/** The ticket it was about, null after a bulk or where he does not see it any more. */
export const UndoOperation = command<{ id: string }, OperationView & { ticket: TicketView | null }>('tickets', 'undo-operation');

/**
 * Takes at once what is due for these tickets, in the service that is asked: whoever has just changed something through another service
 * then reads it. Nothing depends on it; without it the same happens a moment later.
 */
export const CatchUpTickets = query<{ ticketIds: string[] }, { done: true }>('tickets', 'catch-up');
export const CatchUpConversations = query<{ ticketIds: string[] }, { done: true }>('conversations', 'catch-up');

/** A ticket went into another: all that was said there is said here now. */
@DefineEvent({ name: 'ticket.merged', version: 1, owner: 'tickets', consumers: ['conversations'], key: 'ticketId' })
export class TicketMerged extends DomainEvent<TicketMerged> {
  /** The one that stays. */
  @IsUUID() ticketId: string;
  @IsUUID() secondaryId: string;
  @IsUUID() operationId: string;
}

/** Entries that an operation brought to other tickets go back where they came from, as far as they still are where it put them. */
@DefineEvent({ name: 'move.undone', version: 1, owner: 'tickets', consumers: ['conversations'], key: 'ticketId' })
export class MoveUndone extends DomainEvent<MoveUndone> {
  /** Where the operation had put them. */
  @IsUUID() ticketId: string;
  /** Where they come from. */
  @IsUUID() sourceId: string;
  @IsUUID() operationId: string;
  /** It had been merged, and stands for itself again. */
  @IsOptional() @IsBoolean() isParted?: boolean;
}

export interface OperationMaker {
  userId: string;
  name: string;
}

/** Messages became a ticket of their own (D-61): tickets makes it like the one they were on. */
@DefineEvent({ name: 'ticket.split', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'ticketId' })
export class TicketSplit extends DomainEvent<TicketSplit> {
  /** The new one. */
  @IsUUID() ticketId: string;
  @IsUUID() sourceId: string;
  @IsUUID() operationId: string;
  /** Null: called as the one they were on. */
  @IsOptional() @IsString() name: string | null;
  @IsArray() messageIds: string[];
  /** When the first of the messages came. */
  @IsISO8601() at: string;
  @IsObject() by: OperationMaker;
}

/** A message was put on another ticket by hand (I-01). */
@DefineEvent({ name: 'message.rethreaded', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'ticketId' })
export class MessageRethreaded extends DomainEvent<MessageRethreaded> {
  /** Where it is now. */
  @IsUUID() ticketId: string;
  @IsUUID() sourceId: string;
  @IsUUID() operationId: string;
  @IsUUID() messageId: string;
  @IsObject() by: OperationMaker;
}

/** Entries came to a ticket or left it otherwise than by being said: what tickets shows of its thread is this now. */
@DefineEvent({ name: 'thread.rearranged', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'ticketId' })
export class ThreadRearranged extends DomainEvent<ThreadRearranged> {
  @IsUUID() ticketId: string;
  /** seq of the newest public message. */
  threadVersion: number;
  /** Of the newest public message; null when none is left. */
  @IsOptional() @IsString() excerpt: string | null;
  @IsOptional() @IsISO8601() lastMessageAt: string | null;
  /** Messages that came to it. */
  @IsArray() joined: string[];
}

/** Work of an operation that does not fit into its request: some items at a time. */
@DefineEvent({ name: 'operation.due', version: 1, owner: 'tickets', consumers: ['tickets'], key: 'operationId' })
export class OperationDue extends DomainEvent<OperationDue> {
  @IsUUID() operationId: string;
  @IsIn(['do', 'undo']) step: 'do' | 'undo';
}

/** 422 for what is not a message of the ticket. `ticketId`: of the ticket that begins with them. */
export const SplitThread = command<
  { operationId: string; ticketId: string; grant: TicketGrant; messageIds: string[]; name?: string; by: OperationMaker },
  { done: true }
>('conversations', 'split-thread');
export const RethreadMessage = command<
  { operationId: string; messageId: string; from: TicketGrant; to: TicketGrant; by: OperationMaker },
  { done: true }
>('conversations', 'rethread-message');

/** A ticket has been in the trash, or among spam, since `removedAt`: if it still is, its time there is over. */
@DefineEvent({ name: 'removal.due', version: 1, owner: 'tickets', consumers: ['tickets'], key: 'ticketId' })
export class RemovalDue extends DomainEvent<RemovalDue> {
  @IsUUID() ticketId: string;
  @IsISO8601() removedAt: string;
}

/** A ticket is gone for good: so is all that was said on it and told of it. */
@DefineEvent({ name: 'ticket.purged', version: 1, owner: 'tickets', consumers: ['conversations', 'notifications'], key: 'ticketId' })
export class TicketPurged extends DomainEvent<TicketPurged> {
  @IsUUID() ticketId: string;
}
