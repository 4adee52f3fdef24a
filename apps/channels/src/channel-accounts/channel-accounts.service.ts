import { createHash, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import {
  CHANNEL_ADDRESS,
  ChannelChanged,
  CHANNEL_TYPES,
  type ChannelSettings,
  type ChannelView,
  type CreateChannelArgs,
} from '@helpdesk/contracts';
import { MessageBus, type AuditActor } from '@helpdesk/messaging';
import { conflict, Database, invalid, invalidField, notFound, type FieldProblem, type Runtime, type Tx } from '@helpdesk/platform';
import { IsNull, type EntityManager } from 'typeorm';
import { RUNTIME } from '../tokens.js';
import { relayOf } from '../adapters/email/relay.js';
import { ChannelAccount } from './channel-account.entity.js';

export const tokenHash = (token: string) => createHash('sha256').update(token).digest();
export const secretPlace = (channelId: string) => `channel/${channelId}/secret`;
export const relayPlace = (channelId: string) => `channel/${channelId}/smtp-url`;

@Injectable()
export class ChannelAccountsService {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly database: Database,
    private readonly bus: MessageBus,
  ) {}

  async list(accountId: string): Promise<ChannelView[]> {
    const found = await this.database.read(accountId, (manager) =>
      manager.find(ChannelAccount, { where: { accountId, deletedAt: IsNull() }, order: { createdAt: 'ASC', id: 'ASC' } }),
    );
    return found.map(toView);
  }

  async get(accountId: string, id: string): Promise<ChannelView> {
    return toView(await this.find(accountId, id));
  }

  /** Repeating it with the same id gives the same channel, with fresh credentials: only their hashes were kept. */
  async create(accountId: string, args: CreateChannelArgs, by: AuditActor | null): Promise<ChannelView> {
    checkArgs(args);
    const token = `hdc_${randomBytes(32).toString('base64url')}`;
    const secret = randomBytes(32).toString('hex');
    const { disabled, smtpUrl, ...settings } = args.settings ?? {};
    const needsPublicKey = args.type === 'form' || args.type === 'chat';
    const channel = Object.assign(new ChannelAccount(), {
      id: args.id,
      accountId,
      type: args.type,
      name: args.name,
      address: args.address?.toLowerCase() ?? null,
      createTicket: args.createTicket ?? true,
      pipelineId: args.pipelineId ?? null,
      stageId: args.stageId ?? null,
      teamId: args.teamId ?? null,
      settings: { ...settings, ...(needsPublicKey && { publicKey: `pk_${randomBytes(16).toString('base64url')}` }) },
      isDisabled: disabled ?? false,
      tokenHash: tokenHash(token),
      secretSealed: this.runtime.keys.encrypt(secret, secretPlace(args.id)),
      smtpUrlSealed: smtpUrl ? this.runtime.keys.encrypt(smtpUrl, relayPlace(args.id)) : null,
      version: 1,
      createdAt: new Date(),
      deletedAt: null,
    });
    await this.database.managedTransaction(accountId, async (tx, manager) => {
      const known = await manager.findOneBy(ChannelAccount, { accountId, id: args.id });
      if (known) channel.createdAt = known.createdAt;
      await manager.upsert(ChannelAccount, channel, ['accountId', 'id']).catch(addressTaken);
      await this.publish(tx, channel);
      if (!known)
        await this.bus.audit(tx, accountId, by, { action: 'channel.created', subject: `channel/${channel.id}`, new: toView(channel) });
    });
    return { ...toView(channel), token, secret };
  }

  async patch(
    accountId: string,
    { id, ...changes }: Partial<CreateChannelArgs> & { id: string },
    by: AuditActor | null,
  ): Promise<ChannelView> {
    return this.database.managedTransaction(accountId, async (tx, manager) => {
      const channel = await lock(tx, manager, accountId, id);
      const old = toView(channel);
      if (changes.type !== undefined && changes.type !== channel.type)
        throw invalidField('/type', 'fixed', 'The type of a channel cannot change.');
      const { settings, ...plain } = changes;
      for (const field of ['name', 'createTicket', 'pipelineId', 'stageId', 'teamId'] as const) {
        if (plain[field] !== undefined) Object.assign(channel, { [field]: plain[field] });
      }
      if (plain.address !== undefined) channel.address = plain.address?.toLowerCase() ?? null;
      checkArgs({ ...channel, settings });
      if (settings) this.applySettings(channel, settings);
      channel.version += 1;
      await manager.update(ChannelAccount, { accountId, id }, channel).catch(addressTaken);
      await this.publish(tx, channel);
      await this.bus.audit(tx, accountId, by, { action: 'channel.changed', subject: `channel/${id}`, old, new: toView(channel) });
      return toView(channel);
    });
  }

  async delete(accountId: string, id: string, by: AuditActor | null): Promise<void> {
    await this.database.managedTransaction(accountId, async (tx, manager) => {
      const channel = await lock(tx, manager, accountId, id);
      channel.deletedAt = new Date();
      channel.version += 1;
      await manager.update(ChannelAccount, { accountId, id }, { deletedAt: channel.deletedAt, version: channel.version });
      await this.publish(tx, channel);
      await this.bus.audit(tx, accountId, by, { action: 'channel.deleted', subject: `channel/${id}`, old: toView(channel) });
    });
  }

  /** Goes the way a message would go, step by step, up to the first step that fails. */
  async test(accountId: string, id: string): Promise<{ name: string; ok: boolean; detail: string }[]> {
    const channel = await this.find(accountId, id);
    const steps: { name: string; ok: boolean; detail: string }[] = [];
    const step = async (name: string, work: () => Promise<string>) => {
      if (steps.some((s) => !s.ok)) return;
      const outcome = await work().then(
        (detail) => ({ ok: true, detail }),
        (error: unknown) => ({ ok: false, detail: error instanceof Error ? error.message : String(error) }),
      );
      steps.push({ name, ...outcome });
    };
    await step('enabled', async () => {
      if (channel.isDisabled) throw new Error('The channel is switched off: what arrives is parked.');
      return 'The channel is switched on.';
    });
    if (channel.type !== 'email') return steps;
    await step('inbound', async () => {
      if (this.runtime.config.SMTP_PORT === 0) throw new Error('SMTP_PORT is 0: no mail is accepted here.');
      return `Mail for ${channel.address} is accepted on port ${this.runtime.config.SMTP_PORT}.`;
    });
    const relay = relayOf(this.runtime, channel);
    if (!relay)
      return [...steps, { name: 'relay', ok: true, detail: 'No SMTP_URL is set: outgoing mail is kept and shown at /dev/outbox.' }];
    await step('dns', async () => `${relay.host} is ${(await lookup(relay.host)).address}`);
    await step('connect', () => firstLine(relay.host, relay.port));
    return steps;
  }

  private async find(accountId: string, id: string): Promise<ChannelAccount> {
    const channel = await this.database.read(accountId, (manager) =>
      manager.findOneBy(ChannelAccount, { id, accountId, deletedAt: IsNull() }),
    );
    if (!channel) throw notFound();
    return channel;
  }

  private applySettings(channel: ChannelAccount, { disabled, smtpUrl, publicKey: _fixed, ...rest }: ChannelSettings): void {
    if (disabled !== undefined) channel.isDisabled = disabled;
    if (smtpUrl !== undefined) channel.smtpUrlSealed = smtpUrl ? this.runtime.keys.encrypt(smtpUrl, relayPlace(channel.id)) : null;
    channel.settings = { ...channel.settings, ...rest };
  }

  private publish(tx: Tx, channel: ChannelAccount): Promise<void> {
    const { autoReply } = channel.settings;
    const event = new ChannelChanged({
      channelId: channel.id,
      version: channel.version,
      type: channel.type,
      name: channel.name,
      address: channel.address,
      isUsable: !channel.isDisabled && channel.deletedAt === null,
      autoReplySubject: autoReply?.enabled ? (autoReply.subject ?? '') : null,
      autoReplyHtml: autoReply?.enabled ? (autoReply.html ?? '') : null,
    });
    return this.bus.publish(tx, channel.accountId, event);
  }
}

async function lock(tx: Tx, manager: EntityManager, accountId: string, id: string): Promise<ChannelAccount> {
  await tx.query('SELECT 1 FROM channels.channel_account WHERE id = $1 AND account_id = $2 FOR UPDATE', [id, accountId]);
  const channel = await manager.findOneBy(ChannelAccount, { id, accountId, deletedAt: IsNull() });
  if (!channel) throw notFound();
  return channel;
}

function checkArgs(args: Pick<CreateChannelArgs, 'type' | 'name' | 'address' | 'settings'>): void {
  const errors: FieldProblem[] = [];
  if (!CHANNEL_TYPES.includes(args.type))
    errors.push({ pointer: '/type', code: 'unknown', detail: `must be one of ${CHANNEL_TYPES.join(', ')}` });
  if (typeof args.name !== 'string' || args.name.trim() === '')
    errors.push({ pointer: '/name', code: 'required', detail: 'must not be empty' });
  if (args.type === 'email' && !CHANNEL_ADDRESS.test(args.address ?? ''))
    errors.push({ pointer: '/address', code: 'invalid', detail: 'must be an e-mail address' });
  const { webhookUrl, smtpUrl } = args.settings ?? {};
  if (webhookUrl && !/^https?:\/\//.test(webhookUrl))
    errors.push({ pointer: '/settings/webhookUrl', code: 'invalid', detail: 'must be an http(s) address' });
  if (smtpUrl && !/^smtps?:\/\//.test(smtpUrl))
    errors.push({ pointer: '/settings/smtpUrl', code: 'invalid', detail: 'must be an smtp(s) address' });
  if (errors.length > 0) throw invalid(errors);
}

function addressTaken(error: unknown): never {
  if ((error as { code?: string }).code === '23505') throw conflict('address_taken', 'Another channel has this address.');
  throw error;
}

function toView(channel: ChannelAccount): ChannelView {
  return {
    id: channel.id,
    type: channel.type,
    name: channel.name,
    address: channel.address,
    createTicket: channel.createTicket,
    pipelineId: channel.pipelineId,
    stageId: channel.stageId,
    teamId: channel.teamId,
    settings: { ...channel.settings, disabled: channel.isDisabled },
    createdAt: channel.createdAt.toISOString(),
  };
}

function firstLine(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 5_000 });
    socket.on('data', (chunk) => resolve(chunk.toString('latin1').split('\r\n')[0] ?? ''));
    socket.on('timeout', () => reject(new Error('no answer within 5 s')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without a greeting')));
  }).then((line) => String(line));
}
