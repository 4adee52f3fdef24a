import { IsString, IsUUID } from 'class-validator';
import { DefineEvent, DomainEvent } from '../define-event.js';

/** A mail of the desk itself to one of its users: invitation, password reset. Never to customers, never through a channel. */
@DefineEvent({ name: 'send-system-mail', version: 1, owner: 'gateway', consumers: ['notifications'], key: 'userId' })
export class SendSystemMail extends DomainEvent<SendSystemMail> {
  @IsUUID() userId: string;
  @IsUUID() mailId: string;
  /** A {@link SystemMail} as JSON, encrypted for {@link systemMailPlace}: links in it must not lie readable in the event log. */
  @IsString() sealed: string;
}

export interface SystemMail {
  to: { name: string; address: string };
  subject: string;
  text: string;
}

/** The place that the ciphertext of a system mail belongs to. */
export const systemMailPlace = (accountId: string, mailId: string) => `system-mail/${accountId}/${mailId}`;
