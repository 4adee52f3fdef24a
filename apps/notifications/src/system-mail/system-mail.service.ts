import { Inject, Injectable } from '@nestjs/common';
import { SendSystemMail, systemMailPlace, type OutboxMail, type SystemMail } from '@helpdesk/contracts';
import { OnEvent, Park, type Delivery } from '@helpdesk/messaging';
import { Database, publicUrl, readRelay, type Runtime, type Tx } from '@helpdesk/platform';
import { createTransport } from 'nodemailer';
import { RUNTIME } from '../tokens.js';
import { composeSystemMail, systemSender } from './compose-system-mail.js';

/** ms a relay may say nothing: the claim holds a database connection meanwhile. */
const SILENCE_MS = 10_000;

/** Sends the desk's own mail to its users over SMTP_URL, or keeps it. */
@Injectable()
export class SystemMailService {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
  ) {}

  /** At least once: after a crash between the relay's answer and the commit it goes out again, with the same Message-ID. */
  @OnEvent(SendSystemMail)
  async onSendSystemMail({ mailId, sealed }: SendSystemMail, tx: Tx, { accountId }: Delivery): Promise<void> {
    if (this.runtime.config.SMTP_URL) return this.send(this.open(sealed, accountId, mailId), mailId);
    await tx.query(
      'INSERT INTO notifications.system_mail (account_id, id, sealed) VALUES ($1, $2, $3) ON CONFLICT (account_id, id) DO NOTHING',
      [accountId, mailId, sealed],
    );
    return undefined;
  }

  /** What was kept, newest first. */
  async outbox(accountId: string, limit: number): Promise<{ items: OutboxMail[] }> {
    const rows = await this.database.query<{ id: string; sealed: string; created_at: Date }>(
      accountId,
      'SELECT id, sealed, created_at FROM notifications.system_mail WHERE account_id = $1 ORDER BY id DESC LIMIT $2',
      [accountId, limit],
    );
    const items = rows.map(async (row) => {
      const mail = this.open(row.sealed, accountId, row.id);
      const raw = await this.compose(mail, row.id, row.created_at);
      const common = { id: row.id, from: this.sender(), to: [mail.to.address], subject: mail.subject, text: mail.text };
      return { ...common, sentAt: row.created_at.toISOString(), raw: raw.toString('utf8') };
    });
    return { items: await Promise.all(items) };
  }

  private async send(mail: SystemMail, mailId: string): Promise<void> {
    const raw = await this.compose(mail, mailId, new Date());
    const timeouts = { connectionTimeout: SILENCE_MS, greetingTimeout: SILENCE_MS, socketTimeout: SILENCE_MS };
    const { auth, ...relay } = readRelay(this.runtime.config.SMTP_URL ?? '');
    const transport = createTransport({ ...relay, ...timeouts, ...(auth && { auth }) });
    try {
      // An empty sender: nothing can bounce back and forth (RFC 3834 section 3.3).
      await transport.sendMail({ raw, envelope: { from: '', to: [mail.to.address] } });
    } catch (error) {
      const { responseCode = 0, response } = error as { responseCode?: number; response?: string };
      if (responseCode >= 500) throw new Park('mail_refused', `The relay refused the mail: ${response ?? responseCode}`);
      throw error;
    } finally {
      transport.close();
    }
  }

  private open(sealed: string, accountId: string, mailId: string): SystemMail {
    return JSON.parse(this.runtime.keys.decrypt(sealed, systemMailPlace(accountId, mailId))) as SystemMail;
  }

  private compose(mail: SystemMail, mailId: string, sentAt: Date): Promise<Buffer> {
    return composeSystemMail(mail, { sender: this.sender(), mailId, sentAt });
  }

  private sender(): string {
    return systemSender(publicUrl(this.runtime.config));
  }
}
