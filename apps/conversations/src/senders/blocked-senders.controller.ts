import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { BlockSender, ListBlockedSenders, UnblockSender } from '@helpdesk/contracts';
import { accountOf, Answers, type Call } from '@helpdesk/platform';
import { authorOf } from '../replies/author.js';
import { BlockedSendersService } from './blocked-senders.service.js';

@Controller()
export class BlockedSendersController {
  constructor(private readonly senders: BlockedSendersService) {}

  @Answers(ListBlockedSenders)
  async list(@Payload() { actor }: Call<Record<string, never>>) {
    return { items: await this.senders.list(accountOf(actor)) };
  }

  @Answers(BlockSender)
  block(@Payload() { actor, args }: Call<{ id: string; value: string }>) {
    return this.senders.block(authorOf(actor), args.id, args.value);
  }

  @Answers(UnblockSender)
  async unblock(@Payload() { actor, args }: Call<{ id: string }>) {
    await this.senders.unblock(authorOf(actor), args.id);
    return { unblocked: true as const };
  }
}
