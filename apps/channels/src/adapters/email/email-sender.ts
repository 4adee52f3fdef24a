import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { DeliverMessage } from '@helpdesk/contracts';
import { BlobStore, Database, newId, type Relay, type Runtime } from '@helpdesk/platform';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { ChannelAccount } from '../../channel-accounts/channel-account.entity.js';
import type { SendOutcome } from '../../delivery/send-outcome.js';
import { RUNTIME } from '../../tokens.js';
import { composeMail } from './compose-mail.js';
import { whatIsMissing } from './sent-copy.js';
import { relayOf } from './relay.js';

/** Connection timeouts, ms: a server that says nothing for longer counts as gone. */
const CONNECT_MS = 10_000;
const SILENCE_MS = 60_000;

interface SmtpError extends Error {
  responseCode?: number;
  response?: string;
}

/** Sends a reply by SMTP, or keeps it when there is no relay. */
@Injectable()
export class EmailSender {
  private readonly blobs: BlobStore;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
  ) {
    this.blobs = new BlobStore(database);
  }

  async send(command: DeliverMessage, channel: ChannelAccount, beforeBytes: () => Promise<void>): Promise<SendOutcome> {
    const missing = await this.missingFile(command);
    if (missing) return { kind: 'failed', detail: `The file ${missing} is missing, the mail was not sent.` };
    const mail = await composeMail(command, channel, this.runtime.keys, (hash) => this.blobs.read(hash));
    const lost = await whatIsMissing(mail, command);
    if (lost) return { kind: 'failed', detail: `The mail was not sent: its copy lacks ${lost}.` };
    const recipients = [...command.to, ...command.cc, ...command.bcc].map((address) => address.value);
    // Automatic mail has no sender to answer to: nothing can bounce back and forth (RFC 3834 section 3.3).
    const envelope = { from: command.isAutomatic ? '' : (channel.address ?? ''), to: recipients };
    const relay = relayOf(this.runtime, channel);
    return relay ? transmit(relay, envelope, mail, beforeBytes) : this.keep(command, channel, recipients, mail);
  }

  private async missingFile(command: DeliverMessage): Promise<string | undefined> {
    if (command.attachments.length === 0) return undefined;
    const existing = await this.blobs.existing(command.attachments.map((file) => file.sha256));
    return command.attachments.find((file) => !existing.has(file.sha256))?.filename;
  }

  private async keep(command: DeliverMessage, channel: ChannelAccount, recipients: string[], mail: Buffer): Promise<SendOutcome> {
    await this.database.query(
      channel.accountId,
      'INSERT INTO channels.outbox_mail (id, account_id, sender, recipients, subject, raw) VALUES ($1, $2, $3, $4, $5, $6)',
      [newId(), channel.accountId, channel.address ?? '', recipients, command.subject ?? '', mail.toString('latin1').replaceAll('\0', '')],
    );
    return { kind: 'sent', detail: 'Kept in /dev/outbox: no SMTP_URL is set.', providerId: command.rfcMessageId };
  }
}

/**
 * One SMTP transaction. The outcome depends on how far it got: until the final dot is on its way nothing can have arrived (try again);
 * the server's answer to it is final; no answer means that nobody can know (RFC 1047).
 */
async function transmit(
  relay: Relay,
  envelope: { from: string; to: string[] },
  mail: Buffer,
  beforeBytes: () => Promise<void>,
): Promise<SendOutcome> {
  const connection = new SMTPConnection({
    ...relay,
    auth: undefined,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
  } as ConstructorParameters<typeof SMTPConnection>[0]);
  const progress = { isHandedOver: false, lost: undefined as Error | undefined };
  const body = guarded(mail, beforeBytes, progress);
  try {
    await new Promise<void>((resolve, reject) => {
      connection.on('error', reject);
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    if (relay.auth) {
      const credentials = relay.auth;
      await new Promise<void>((resolve, reject) => {
        connection.on('error', reject);
        connection.on('end', () => reject(new Error('the server closed the connection')));
        connection.login({ credentials }, (error) => (error ? reject(error) : resolve()));
      });
    }
    const { response, refused } = await new Promise<{ response: string; refused: string[] }>((resolve, reject) => {
      connection.on('error', reject);
      connection.on('end', () => reject(new Error('the server closed the connection')));
      connection.send(envelope, body, (error, info) =>
        error ? reject(error) : resolve({ response: info.response, refused: (info.rejected ?? []).map(String) }),
      );
    });
    if (refused.length > 0)
      return { kind: 'failed', detail: `Refused for ${refused.join(', ')}; the other recipients got it. ${response}` };
    return { kind: 'sent', detail: response, providerId: response };
  } catch (error) {
    if (progress.lost) throw progress.lost;
    return outcomeOf(error as SmtpError, progress.isHandedOver);
  } finally {
    connection.close();
  }
}

function outcomeOf(error: SmtpError, isHandedOver: boolean): SendOutcome {
  const detail = error.response ?? error.message;
  const code = error.responseCode ?? 0;
  if (code >= 500) return { kind: 'failed', detail };
  if (code >= 400 || !isHandedOver) return { kind: 'retry', detail };
  return { kind: 'unconfirmed', detail: `${detail}: the mail was handed over, but its receipt was never confirmed.` };
}

/** A stream that first runs `beforeBytes` and notes when its last byte was taken: from then on the final dot may be on its way. */
function guarded(mail: Buffer, beforeBytes: () => Promise<void>, progress: { isHandedOver: boolean; lost: Error | undefined }): Readable {
  let offset = -1;
  return new Readable({
    read() {
      const push = () => {
        const next = mail.subarray(offset, offset + 65_536);
        offset += next.length;
        if (next.length > 0) return this.push(next);
        progress.isHandedOver = true;
        return this.push(null);
      };
      if (offset >= 0) {
        push();
        return;
      }
      offset = 0;
      beforeBytes().then(push, (error: Error) => {
        progress.lost = error;
        this.destroy(error);
      });
    },
  });
}
