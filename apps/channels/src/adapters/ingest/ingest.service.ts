import { createHash, createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DeliveryChanged, normaliseAddress, type Address, type InboundMessage, type IngestReceipt } from '@helpdesk/contracts';
import { htmlProblem, htmlToText, sanitiseHtml } from '@helpdesk/content';
import { MessageBus } from '@helpdesk/messaging';
import { Database, egress, invalid, isUuid, notFound, Problem, safeEqual, sha256, unauthenticated, type Runtime } from '@helpdesk/platform';
import { IsIn, IsOptional, IsString, IsUUID, MaxLength, validateSync } from 'class-validator';
import { plainToInstance } from 'class-transformer';
import type { ChannelAccount } from '../../channel-accounts/channel-account.entity.js';
import { secretPlace, tokenHash } from '../../channel-accounts/channel-accounts.service.js';
import { ChannelDirectory } from '../../channel-accounts/channel-directory.js';
import { InboxService, type Arrival } from '../../inbound/inbox.service.js';
import { RUNTIME } from '../../tokens.js';
import { readEnvelope, type Envelope } from './envelope.js';

class DeliveryReceipt {
  @IsUUID() messageId: string;
  @IsIn(['sent', 'delivered', 'failed']) state: 'sent' | 'delivered' | 'failed';
  @IsOptional() @IsString() @MaxLength(500) providerId?: string;
  @IsOptional() @IsString() @MaxLength(2_000) error?: string;
}

/** The doors for envelopes: HTTP and the queue. What differs is only how the sender proves that he is the channel's adapter. */
@Injectable()
export class IngestService {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly directory: ChannelDirectory,
    private readonly inbox: InboxService,
    private readonly bus: MessageBus,
  ) {}

  /** HTTP door: the channel's token. Throws 401 and 404; everything about the envelope is in the receipt. */
  async byToken(channelId: string, token: string, body: string): Promise<IngestReceipt> {
    return this.take(await this.authenticated(channelId, token), body);
  }

  /** Queue door: hex HMAC-SHA256 of the body under the channel's secret. Never throws for what a job holds. */
  async bySignature(job: { name: string; data: unknown }): Promise<IngestReceipt> {
    const { channelId, body, signature } = (job.data ?? {}) as Record<string, unknown>;
    if (job.name !== 'message' || typeof channelId !== 'string' || typeof body !== 'string') {
      return rejected(null, 'invalid_envelope', 'a job is named "message" and holds the strings channelId, body and signature');
    }
    const channel = isUuid(channelId) ? await this.directory.byId(channelId) : null;
    if (!channel) return rejected(null, 'unknown_channel', 'there is no such channel');
    const secret = this.runtime.keys.decrypt(channel.secretSealed, secretPlace(channel.id));
    const expected = createHmac('sha256', secret).update(body).digest('hex');
    if (typeof signature === 'string' && safeEqual(expected, signature.toLowerCase())) return this.take(channel, body);
    const reason = 'the signature is not the HMAC-SHA256 of the body under the channel’s secret';
    await this.inbox.park(channel, blobOf(body), 'bad_signature', reason, null);
    return rejected(null, 'bad_signature', reason);
  }

  /** The adapter of a custom channel tells how far a message has got. */
  async deliveryReceipt(channelId: string, token: string, body: unknown): Promise<void> {
    const channel = await this.authenticated(channelId, token);
    const receipt = plainToInstance(DeliveryReceipt, typeof body === 'object' && body !== null ? body : {});
    const problems = validateSync(receipt).map((e) => ({
      pointer: `/${e.property}`,
      code: 'invalid',
      detail: Object.values(e.constraints ?? {}).join('; '),
    }));
    if (problems.length > 0) throw invalid(problems);
    await this.database.transaction(channel.accountId, async (tx) => {
      const row = await tx.queryOne<{ attempt: number }>(
        `UPDATE channels.delivery SET state = $3, detail = $4, provider_id = coalesce($5, provider_id), done_at = now(), lease_until = NULL
         WHERE account_id = $6 AND message_id = $1 AND channel_id = $2
           AND attempt = (SELECT max(attempt) FROM channels.delivery WHERE account_id = $6 AND message_id = $1) RETURNING attempt`,
        [receipt.messageId, channel.id, receipt.state, receipt.error ?? null, receipt.providerId ?? null, channel.accountId],
      );
      if (!row) throw notFound();
      const changed = { messageId: receipt.messageId, state: receipt.state, attempt: row.attempt, detail: receipt.error ?? null };
      await this.bus.publish(
        tx,
        channel.accountId,
        new DeliveryChanged({ ...changed, providerId: receipt.providerId ?? null, at: new Date().toISOString() }),
      );
    });
  }

  /** Reads an envelope that was parked, once more. Throws when it still cannot be taken. */
  async arrivalOf(channel: ChannelAccount, body: string): Promise<Arrival> {
    const read = readEnvelope(body);
    if ('errors' in read) throw invalid(read.errors);
    return this.arrival(channel, body, read.envelope);
  }

  private async authenticated(channelId: string, token: string): Promise<ChannelAccount> {
    const channel = isUuid(channelId) ? await this.directory.byId(channelId) : null;
    if (!channel) throw notFound();
    if (!safeEqual(tokenHash(token).toString('hex'), Buffer.from(channel.tokenHash).toString('hex'))) throw unauthenticated();
    return channel;
  }

  private async take(channel: ChannelAccount, body: string): Promise<IngestReceipt> {
    const read = readEnvelope(body);
    if ('errors' in read) {
      const reason = read.errors.map((e) => `${e.pointer || '/'}: ${e.detail}`).join('; ');
      await this.inbox.park(channel, blobOf(body), 'invalid_envelope', reason, read.id);
      return { id: read.id, status: 'rejected', problem: { code: 'invalid_envelope', detail: reason, errors: read.errors } };
    }
    const { status } = await this.inbox.accept(await this.arrival(channel, body, read.envelope)).catch(() => {
      throw new Problem(429, 'try_again', 'Try again', 'The message could not be stored now.', undefined, { 'Retry-After': '2' });
    });
    return { id: read.envelope.id, status };
  }

  private async arrival(channel: ChannelAccount, body: string, envelope: Envelope): Promise<Arrival> {
    const raw = blobOf(body);
    const files: { hash: string; bytes: Uint8Array }[] = [];
    const refs: InboundMessage['attachments'] = [];
    const warnings: string[] = [];
    for (const { filename, contentType, content, url } of envelope.attachments ?? []) {
      const bytes = content === undefined ? await this.fetch(url ?? '') : Buffer.from(content, 'base64');
      if (!bytes) {
        warnings.push(`attachment_unavailable:${filename}`);
        continue;
      }
      const hash = sha256(bytes);
      files.push({ hash, bytes });
      refs.push({
        filename: clean(filename),
        contentType: contentType ?? 'application/octet-stream',
        size: bytes.length,
        sha256: hash,
        inline: false,
        contentId: null,
      });
    }
    const sender = addressOf({ ...envelope.sender.address, name: envelope.sender.name });
    const thread = envelope.thread ?? envelope.inReplyTo ?? `${sender.kind}:${sender.value}`;
    return {
      channel,
      dedupeKey: `id\n${envelope.id}`,
      threadKey: createHash('sha1').update(`${channel.id}\n${thread}`).digest('base64url'),
      contentHash: raw.hash,
      raw,
      files,
      message: messageOf(envelope, sender, refs, warnings),
      siblingChannelIds: [],
      isOurOwn: false,
    };
  }

  private async fetch(url: string): Promise<Buffer | null> {
    const answer = await egress(url, { allowPrivate: this.runtime.config.ALLOW_PRIVATE_TARGETS === 1 }).catch(() => null);
    return answer && answer.status === 200 ? answer.bytes : null;
  }
}

const clean = (text: string) => text.replaceAll('\0', '').toWellFormed();
const rejected = (id: string | null, code: string, detail: string): IngestReceipt => ({
  id,
  status: 'rejected',
  problem: { code, detail },
});

function blobOf(body: string): { hash: string; bytes: Buffer } {
  const bytes = Buffer.from(body);
  return { hash: sha256(bytes), bytes };
}

function addressOf({ kind, value, name }: { kind: Address['kind']; value: string; name?: string }): Address {
  return { kind, value: normaliseAddress(kind, clean(value)), ...(name && { name: clean(name) }) };
}

function messageOf(envelope: Envelope, sender: Address, attachments: InboundMessage['attachments'], warnings: string[]): InboundMessage {
  const usable = envelope.html !== undefined && htmlProblem(envelope.html) === null ? envelope.html : undefined;
  const html = usable === undefined ? null : sanitiseHtml(clean(usable));
  const fields = envelope.form?.fields.map((f) => ({ name: clean(f.name), label: clean(f.label ?? f.name), value: clean(f.value) })) ?? [];
  const text = clean(envelope.text ?? (html === null ? '' : htmlToText(html).text));
  const body = text || fields.map((f) => `${f.label}: ${f.value}`).join('\n') || clean(envelope.call?.transcript ?? '');
  const { call } = envelope;
  return {
    kind: envelope.kind,
    externalId: envelope.id,
    thread: envelope.thread ?? null,
    inReplyTo: envelope.inReplyTo ?? null,
    references: [],
    sender,
    replyTo: [],
    to: (envelope.recipients ?? []).map(addressOf),
    cc: [],
    tokens: [],
    sentAt: envelope.sentAt ?? null,
    subject: envelope.subject === undefined ? null : clean(envelope.subject),
    text: body,
    visibleText: body,
    hasQuote: false,
    hasForward: false,
    html,
    attachments,
    form: envelope.form ? { fields } : null,
    call: call
      ? {
          direction: call.direction,
          startedAt: call.startedAt ?? null,
          durationSeconds: call.durationSeconds ?? null,
          outcome: call.outcome ?? null,
          recordingUrl: call.recordingUrl ?? null,
          transcript: call.transcript === undefined ? null : clean(call.transcript),
        }
      : null,
    automatic: null,
    unreadable: null,
    warnings,
  };
}
