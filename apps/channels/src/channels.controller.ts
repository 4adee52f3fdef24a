import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  CreateChannel,
  DeleteChannel,
  GetChannel,
  Ingest,
  IngestDeliveryReceipt,
  ListChannels,
  ListOutbox,
  ListQuarantine,
  PatchChannel,
  QuarantineRaw,
  ReplayQuarantine,
  TestChannel,
  type CreateChannelArgs,
} from '@helpdesk/contracts';
import { accountOf, Answers, Database, type Actor, type Call } from '@helpdesk/platform';
import { IngestService } from './adapters/ingest/ingest.service.js';
import { ChannelAccountsService } from './channel-accounts/channel-accounts.service.js';
import { QuarantineService } from './quarantine/quarantine.service.js';

@Controller()
export class ChannelsController {
  constructor(
    private readonly channels: ChannelAccountsService,
    private readonly ingest: IngestService,
    private readonly quarantine: QuarantineService,
    private readonly database: Database,
  ) {}

  @Answers(ListChannels)
  async list(@Payload() { actor }: Call<Record<string, never>>) {
    return { items: await this.channels.list(accountOf(actor)) };
  }

  @Answers(GetChannel)
  get(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.channels.get(accountOf(actor), args.id);
  }

  @Answers(CreateChannel)
  create(@Payload() { actor, args }: Call<CreateChannelArgs>) {
    return this.channels.create(accountOf(actor), args, auditActor(actor));
  }

  @Answers(PatchChannel)
  patch(@Payload() { actor, args }: Call<Partial<CreateChannelArgs> & { id: string }>) {
    return this.channels.patch(accountOf(actor), args, auditActor(actor));
  }

  @Answers(DeleteChannel)
  async delete(@Payload() { actor, args }: Call<{ id: string }>) {
    await this.channels.delete(accountOf(actor), args.id, auditActor(actor));
    return {};
  }

  @Answers(TestChannel)
  async test(@Payload() { actor, args }: Call<{ id: string }>) {
    return { steps: await this.channels.test(accountOf(actor), args.id) };
  }

  @Answers(Ingest)
  async ingestEnvelope(@Payload() { args }: Call<{ channelId: string; token: string; body: string }>) {
    return this.ingest.byToken(args.channelId, args.token, args.body);
  }

  @Answers(IngestDeliveryReceipt)
  async deliveryReceipt(@Payload() { args }: Call<{ channelId: string; token: string; body: unknown }>) {
    await this.ingest.deliveryReceipt(args.channelId, args.token, args.body);
    return { status: 'accepted' as const };
  }

  @Answers(ListQuarantine)
  listQuarantine(@Payload() { actor, args }: Call<{ limit: number; cursor?: string }>) {
    return this.quarantine.list(accountOf(actor), args.limit, args.cursor);
  }

  @Answers(QuarantineRaw)
  quarantineRaw(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.quarantine.raw(accountOf(actor), args.id);
  }

  @Answers(ReplayQuarantine)
  async replay(@Payload() { actor, args }: Call<{ id: string }>) {
    await this.quarantine.replay(accountOf(actor), args.id, auditActor(actor));
    return { status: 'replayed' as const };
  }

  @Answers(ListOutbox)
  async outbox(@Payload() { actor, args }: Call<{ limit: number }>) {
    const rows = await this.database.query<{
      id: string;
      sender: string;
      recipients: string[];
      subject: string;
      raw: string;
      sent_at: Date;
    }>(
      accountOf(actor),
      'SELECT id, sender, recipients, subject, raw, sent_at FROM channels.outbox_mail WHERE account_id = $1 ORDER BY sent_at DESC LIMIT $2',
      [accountOf(actor), args.limit],
    );
    return {
      items: rows.map((row) => ({
        id: row.id,
        from: row.sender,
        to: row.recipients,
        subject: row.subject,
        sentAt: row.sent_at.toISOString(),
        raw: row.raw,
      })),
    };
  }
}

const auditActor = (actor: Actor) => (actor.kind === 'user' ? { userId: actor.scope.userId, name: actor.name } : null);
