import { IsISO8601, IsOptional, IsString, IsUUID } from 'class-validator';
import { DefineEvent, DomainEvent } from '../define-event.js';

/** A line for the account's audit log, published in the transaction of the change it tells of. */
@DefineEvent({ name: 'record-audit', version: 1, owner: 'gateway', consumers: ['gateway'], key: 'subject' })
export class RecordAudit extends DomainEvent<RecordAudit> {
  /** The line's id: a repeated delivery writes one line. */
  @IsUUID() id: string;
  @IsUUID() actorId: string;
  @IsString() actorName: string;
  /** `noun.verbed` */
  @IsString() action: string;
  /** `ticket/<id>`, `channel/<id>`, … */
  @IsString() subject: string;
  @IsOptional() old: unknown;
  @IsOptional() new: unknown;
  @IsISO8601() at: string;
}
