import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { statfs } from 'node:fs/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Runtime } from '@helpdesk/platform';
import { baseAddress, ChannelDirectory } from '../../channel-accounts/channel-directory.js';
import type { ChannelAccount } from '../../channel-accounts/channel-account.entity.js';
import { InboxService } from '../../inbound/inbox.service.js';
import { RUNTIME } from '../../tokens.js';
import { EmailArrivals } from './email-arrival.js';

/** Limits at the door; what is over them is refused clearly (RFC 5321 section 4.5.3, RFC 1870). */
const MAX_MAIL_BYTES = 25 * 1024 * 1024;
const MAX_RECIPIENTS = 500;
const MAX_CONNECTIONS = 200;
/** Mail in memory, being received or read; beyond it new mail is asked to come back later. */
const MAX_IN_FLIGHT_BYTES = 96 * 1024 * 1024;
const MIN_FREE_DISK = 0.03;
const IDLE_MS = 60_000;

const refuse = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

/** Takes mail for the channels' addresses. 250 is said only after COMMIT (RFC 1123 section 5.3.3, RFC 5321 section 6.1). */
@Injectable()
export class SmtpListener implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private server: SMTPServer | undefined;
  private inFlightBytes = 0;
  private disk = { isLow: false, checkedAt: 0 };

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly directory: ChannelDirectory,
    private readonly arrivals: EmailArrivals,
    private readonly inbox: InboxService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { SMTP_PORT } = this.runtime.config;
    if (SMTP_PORT === 0) return;
    const server = new SMTPServer({
      name: 'helpdesk',
      banner: 'helpdesk',
      size: MAX_MAIL_BYTES,
      disabledCommands: ['AUTH', 'STARTTLS'],
      authOptional: true,
      disableReverseLookup: true,
      maxClients: MAX_CONNECTIONS,
      socketTimeout: IDLE_MS,
      closeTimeout: 20_000,
      onMailFrom: (_address, _session, callback) =>
        void this.hasRoom().then((room) => callback(room ? null : refuse(452, 'Too busy now, try again later'))),
      onRcptTo: (address, session, callback) => void this.checkRecipient(address.address, session).then(callback),
      onData: (stream, session, callback) => void this.receive(stream, session).then((text) => callback(null, text), callback),
    });
    server.on('error', (error: Error) => this.runtime.logger.debug({ error: error.message }, 'SMTP connection'));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(SMTP_PORT, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.server = server;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }

  private async hasRoom(): Promise<boolean> {
    if (this.inFlightBytes > MAX_IN_FLIGHT_BYTES) return false;
    if (this.runtime.config.DATABASE_URL || Date.now() - this.disk.checkedAt < 2_000) return !this.disk.isLow;
    const { bavail, blocks } = await statfs(this.runtime.config.DATA_DIR).catch(() => ({ bavail: 1, blocks: 1 }));
    this.disk = { isLow: bavail / blocks < MIN_FREE_DISK, checkedAt: Date.now() };
    return !this.disk.isLow;
  }

  private async checkRecipient(address: string, session: SMTPServerSession): Promise<Error | null> {
    if (session.envelope.rcptTo.length >= MAX_RECIPIENTS) return refuse(452, 'Too many recipients');
    try {
      const channel = await this.directory.byAddress(address);
      return channel ? null : refuse(550, 'No such address here');
    } catch {
      return refuse(451, 'Cannot look up the address now, try again later');
    }
  }

  private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const raw = await this.collect(stream);
    try {
      const byChannel = new Map<string, { channel: ChannelAccount; recipients: string[] }>();
      for (const { address } of session.envelope.rcptTo) {
        const channel = await this.directory.byAddress(address);
        if (!channel) throw refuse(550, `No such address here: ${baseAddress(address)}`);
        const delivery = byChannel.get(channel.id);
        if (delivery) delivery.recipients.push(address);
        else byChannel.set(channel.id, { channel, recipients: [address] });
      }
      const outcomes = [];
      for (const arrival of await this.arrivals.read(raw, [...byChannel.values()])) outcomes.push(await this.inbox.accept(arrival));
      const isNew = outcomes.some(({ status }) => status === 'accepted');
      return `2.0.0 ${isNew ? 'Accepted' : 'Already accepted'} ${outcomes[0]?.envelopeId ?? ''}`.trim();
    } catch (error) {
      if ((error as { responseCode?: number }).responseCode) throw error;
      throw refuse(451, 'Cannot store the mail now, try again later');
    } finally {
      this.inFlightBytes -= raw.length;
    }
  }

  /** The whole mail, or a refusal: once it is too large its bytes are dropped as they come. The caller gives the counted bytes back. */
  private async collect(stream: SMTPServerDataStream): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_MAIL_BYTES) {
          this.inFlightBytes -= chunks.reduce((sum, part) => sum + part.length, 0);
          chunks.length = 0;
        } else {
          chunks.push(chunk);
          this.inFlightBytes += chunk.length;
        }
      }
    } catch (error) {
      this.inFlightBytes -= chunks.reduce((sum, part) => sum + part.length, 0);
      throw error;
    }
    if (size > MAX_MAIL_BYTES) throw refuse(552, `Mail is larger than ${MAX_MAIL_BYTES} bytes`);
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  }
}
