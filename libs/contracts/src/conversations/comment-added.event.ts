import { IsArray, IsInt, IsISO8601, IsOptional, IsString, IsUUID } from 'class-validator';
import { DefineEvent, DomainEvent } from '../define-event.js';

/** An agent commented. Ids only: what agents write for each other stays in one table. */
@DefineEvent({ name: 'comment.added', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'ticketId' })
export class CommentAdded extends DomainEvent<CommentAdded> {
  @IsUUID() ticketId: string;
  @IsUUID() commentId: string;
  @IsInt() seq: number;
  @IsUUID() authorUserId: string;
  @IsString() authorName: string;
  /** Ids of users. */
  @IsArray() mentions: string[];
  /** Those of them who follow the ticket from now on. */
  @IsOptional() @IsArray() followers?: string[];
  @IsISO8601() at: string;
}
