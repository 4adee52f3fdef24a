import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InboundReceived, type ChannelFacts, type InboundMessage } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { BlobStore, Database, newId, type Runtime, type Tx } from '@helpdesk/platform';
import { Counter } from 'prom-client';
import type { ChannelAccount } from '../channel-accounts/channel-account.entity.js';
import { RUNTIME } from '../tokens.js';

/** One message as it stands at the door: read, but not yet kept. */
export interface Arrival {
  channel: ChannelAccount;
  /** What makes it the same message when it comes again, within the channel. */
  dedupeKey: string;
  /** Orders it with its thread. */
  threadKey: string;
  contentHash: string;
  raw: { hash: string; bytes: Uint8Array };
  files: { hash: string; bytes: Uint8Array }[];
  message: InboundMessage;
  siblingChannelIds: string[];
  isOurOwn: boolean;
}

export interface Acceptance {
  status: 'accepted' | 'duplicate';
  envelopeId: string | null;
}

const INSERT = `
  INSERT INTO channels.inbound_envelope (id, account_id, channel_id, dedupe_key, raw_sha256, received_at, external_id, sender, subject, code, reason, parked_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CASE WHEN $10::text IS NOT NULL THEN $6::timestamptz END)`;

const UNIQUE_VIOLATION = '23505';
const arrivals = new Counter({
  name: 'helpdesk_arrivals_total',
  help: 'Messages at the doors by what became of them',
  labelNames: ['outcome'],
});

/**
 * The durable inbox. A message counts as accepted when its original, its envelope and the event that carries it on are committed together;
 * only then may a sender be told so.
 */
@Injectable()
export class InboxService {
  private readonly blobs: BlobStore;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly bus: MessageBus,
  ) {
    this.blobs = new BlobStore(database);
  }

  /** Resolves after COMMIT. Rejects when it could not be made durable: the sender must then be told to try again. */
  async accept(arrival: Arrival): Promise<Acceptance> {
    const { channel, message } = arrival;
    const envelopeId = newId();
    const receivedAt = new Date();
    const park = channel.isDisabled ? { code: 'channel_disabled', reason: 'The channel was switched off when this arrived.' } : null;
    try {
      await this.database.transaction(channel.accountId, async (tx) => {
        this.blobs.put(tx, [arrival.raw, ...arrival.files]);
        void tx.query(INSERT, [
          envelopeId,
          channel.accountId,
          channel.id,
          createHash('sha256').update(arrival.dedupeKey).digest(),
          Buffer.from(arrival.raw.hash, 'hex'),
          receivedAt,
          message.externalId,
          message.sender?.value ?? null,
          message.subject,
          park?.code ?? null,
          park?.reason ?? null,
        ]);
        if (!park) await this.bus.publish(tx, channel.accountId, this.event(arrival, envelopeId, receivedAt));
      });
      arrivals.inc({ outcome: park ? 'parked' : 'accepted' });
      return { status: 'accepted', envelopeId };
    } catch (error) {
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) {
        arrivals.inc({ outcome: 'duplicate' });
        return { status: 'duplicate', envelopeId: null };
      }
      this.runtime.logger.warn(
        { channelId: channel.id, error: String(error) },
        'message could not be made durable, the sender will try again',
      );
      throw error;
    }
  }

  /** Publishes a parked envelope that can be read now, and takes it out of the quarantine, in one transaction with `beside`. */
  async release(envelopeId: string, arrival: Arrival, beside: (tx: Tx) => Promise<void>): Promise<void> {
    const { accountId } = arrival.channel;
    await this.database.transaction(accountId, async (tx) => {
      const rows = await tx.query<{ received_at: Date }>(
        `UPDATE channels.inbound_envelope SET parked_at = NULL, code = NULL, reason = NULL, attempts = attempts + 1
         WHERE id = $1 AND account_id = $2 AND parked_at IS NOT NULL RETURNING received_at`,
        [envelopeId, accountId],
      );
      if (!rows[0]) return;
      this.blobs.put(tx, arrival.files);
      await this.bus.publish(tx, accountId, this.event(arrival, envelopeId, rows[0].received_at));
      await beside(tx);
    });
  }

  /** Keeps what cannot be taken as a message, with the reason, for people to see. The same bytes are kept once. */
  async park(
    channel: Pick<ChannelAccount, 'id' | 'accountId'>,
    raw: { hash: string; bytes: Uint8Array },
    code: string,
    reason: string,
    externalId: string | null,
  ): Promise<void> {
    await this.database.transaction(channel.accountId, async (tx) => {
      this.blobs.put(tx, [raw]);
      await tx.query(
        `${INSERT} ON CONFLICT (account_id, channel_id, dedupe_key) DO UPDATE SET attempts = channels.inbound_envelope.attempts + 1`,
        [
          newId(),
          channel.accountId,
          channel.id,
          createHash('sha256').update(`${code}\n${raw.hash}`).digest(),
          Buffer.from(raw.hash, 'hex'),
          new Date(),
          externalId,
          null,
          null,
          code,
          reason.slice(0, 1_000),
        ],
      );
    });
  }

  private event(arrival: Arrival, envelopeId: string, receivedAt: Date): InboundReceived {
    return new InboundReceived({
      envelopeId,
      threadKey: arrival.threadKey,
      channel: factsOf(arrival.channel),
      message: arrival.message,
      contentHash: arrival.contentHash,
      siblingChannelIds: arrival.siblingChannelIds,
      rawSha256: arrival.raw.hash,
      receivedAt: receivedAt.toISOString(),
      isOurOwn: arrival.isOurOwn,
    });
  }
}

function factsOf(channel: ChannelAccount): ChannelFacts {
  return {
    id: channel.id,
    type: channel.type,
    name: channel.name,
    address: channel.address,
    createTicket: channel.createTicket,
    pipelineId: channel.pipelineId,
    stageId: channel.stageId,
    teamId: channel.teamId,
    hasAutoReply: channel.settings.autoReply?.enabled ?? false,
    routing: channel.settings.routing,
  };
}
