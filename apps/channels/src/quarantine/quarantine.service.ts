import { Injectable } from '@nestjs/common';
import type { Page, QuarantineItem } from '@helpdesk/contracts';
import { MessageBus, type AuditActor } from '@helpdesk/messaging';
import { BlobStore, conflict, Database, notFound, pageOf, type Tx } from '@helpdesk/platform';
import { EmailArrivals } from '../adapters/email/email-arrival.js';
import { IngestService } from '../adapters/ingest/ingest.service.js';
import { ChannelAccount } from '../channel-accounts/channel-account.entity.js';
import { InboxService } from '../inbound/inbox.service.js';

interface Row {
  id: string;
  channel_id: string | null;
  received_at: Date;
  code: string;
  reason: string | null;
  attempts: number;
  sender: string | null;
  subject: string | null;
  raw: string;
  /** Set when it was accepted and read, and failed later, on its way to a ticket. */
  dispatch_id: string | null;
}

/**
 * What came in and is no ticket, in one list: parked at the door, or failed on the way. Its id is that of the envelope, so it stays the same
 * wherever it stopped.
 */
const ITEMS = `
  SELECT e.id, e.channel_id, e.received_at, coalesce(d.error_code, e.code) AS code, coalesce(d.error_detail, e.reason) AS reason,
         greatest(e.attempts, coalesce(d.attempts, 0)) AS attempts, e.sender, e.subject, encode(e.raw_sha256, 'hex') AS raw, d.id AS dispatch_id
  FROM (
    SELECT p.id AS envelope_id, NULL::bigint AS dispatch_id FROM channels.inbound_envelope p WHERE p.account_id = $1 AND p.parked_at IS NOT NULL
    UNION ALL
    SELECT (b.payload ->> 'envelopeId')::uuid, q.id FROM bus.dispatch q JOIN bus.event b ON b.seq = q.event_seq
    WHERE q.account_id = $1 AND q.quarantined_at IS NOT NULL AND b.name = 'inbound.received'
  ) stopped
  JOIN channels.inbound_envelope e ON e.id = stopped.envelope_id
  LEFT JOIN bus.dispatch d ON d.id = stopped.dispatch_id`;

@Injectable()
export class QuarantineService {
  private readonly blobs: BlobStore;

  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
    private readonly inbox: InboxService,
    private readonly mails: EmailArrivals,
    private readonly ingest: IngestService,
  ) {
    this.blobs = new BlobStore(database);
  }

  /** Newest first. */
  async list(accountId: string, limit: number, cursor?: string): Promise<Page<QuarantineItem>> {
    const rows = await this.database.query<Row>(
      accountId,
      `${ITEMS} WHERE ($2::uuid IS NULL OR e.id < $2::uuid) ORDER BY e.id DESC LIMIT $3`,
      [accountId, cursor ?? null, limit + 1],
    );
    const items = rows.map((row) => ({
      id: row.id,
      channelId: row.channel_id,
      receivedAt: row.received_at.toISOString(),
      code: row.code,
      reason: row.reason ?? '',
      attempts: row.attempts,
      sender: row.sender,
      subject: row.subject,
    }));
    return pageOf(items, limit);
  }

  async raw(accountId: string, id: string): Promise<{ sha256: string; contentType: string }> {
    const item = await this.find(accountId, id);
    const channel = item.channel_id ? await this.channelOf(accountId, item.channel_id) : null;
    return { sha256: item.raw, contentType: channel?.type === 'email' ? 'message/rfc822' : 'application/json' };
  }

  /** Sends it on its way again: from where it failed, or from the original bytes. */
  async replay(accountId: string, id: string, by: AuditActor | null): Promise<void> {
    const item = await this.find(accountId, id);
    const { dispatch_id: dispatchId } = item;
    const audit = (tx: Tx) => this.bus.audit(tx, accountId, by, { action: 'quarantine.replayed', subject: `quarantine/${id}` });
    if (dispatchId) {
      return this.database.transaction(accountId, async (tx) => {
        if (!(await this.bus.replay(tx, accountId, dispatchId))) throw notFound();
        await audit(tx);
      });
    }
    const channel = item.channel_id ? await this.channelOf(accountId, item.channel_id) : null;
    if (!channel || channel.deletedAt) throw conflict('channel_removed', 'The channel of this message was removed.');
    if (channel.isDisabled) throw conflict('channel_disabled', 'The channel is still switched off.');
    if (item.code === 'bad_signature') throw conflict('bad_signature', 'Without a valid signature nobody knows who sent this.');
    const bytes = await this.blobs.read(item.raw);
    if (!bytes) throw notFound();
    const arrival =
      channel.type === 'email'
        ? (await this.mails.read(bytes, [{ channel, recipients: channel.address ? [channel.address] : [] }]))[0]
        : await this.ingest.arrivalOf(channel, bytes.toString('utf8'));
    if (arrival) await this.inbox.release(id, arrival, audit);
  }

  private channelOf(accountId: string, id: string): Promise<ChannelAccount | null> {
    return this.database.read(accountId, (manager) => manager.findOneBy(ChannelAccount, { id, accountId }));
  }

  private async find(accountId: string, id: string): Promise<Row> {
    const row = await this.database.queryOne<Row>(accountId, `${ITEMS} WHERE e.id = $2::uuid LIMIT 1`, [accountId, id]);
    if (!row) throw notFound();
    return row;
  }
}
