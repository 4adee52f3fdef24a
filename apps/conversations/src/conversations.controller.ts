import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  AddReply,
  AddUpload,
  CancelMessage,
  LocateAttachment,
  LocateMessage,
  MessageBody,
  MessageDecision,
  MessageRaw,
  RetryMessage,
  TicketContacts,
  TicketTimeline,
  type ReplyArgs,
  type TicketGrant,
} from '@helpdesk/contracts';
import { accountOf, Answers, scopeOf, type Actor, type Call } from '@helpdesk/platform';
import { AttachmentsService } from './attachments/attachments.service.js';
import { ContactsService } from './contacts/contacts.service.js';
import { RepliesService, type Author } from './replies/replies.service.js';
import { TimelineService } from './timeline/timeline.service.js';

interface OnMessage {
  grant: TicketGrant;
  messageId: string;
}

@Controller()
export class ConversationsController {
  constructor(
    private readonly timeline: TimelineService,
    private readonly replies: RepliesService,
    private readonly contacts: ContactsService,
    private readonly attachments: AttachmentsService,
  ) {}

  @Answers(TicketTimeline)
  page(@Payload() { actor, args }: Call<{ grant: TicketGrant; limit: number; cursor?: string }>) {
    return this.timeline.page(accountOf(actor), args.grant, args.limit, args.cursor);
  }

  @Answers(TicketContacts)
  contactsOfTicket(@Payload() { actor, args }: Call<{ grant: TicketGrant; contactIds: string[]; companyIds: string[] }>) {
    return this.contacts.ofTicket(accountOf(actor), args.contactIds, args.companyIds);
  }

  @Answers(LocateMessage)
  async locate(@Payload() { actor, args }: Call<{ id: string }>) {
    return { messageId: args.id, ticketId: await this.timeline.locate(accountOf(actor), args.id) };
  }

  @Answers(LocateAttachment)
  locateAttachment(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.attachments.locate(accountOf(actor), args.id);
  }

  @Answers(MessageBody)
  body(@Payload() { actor, args }: Call<OnMessage>) {
    return this.timeline.body(accountOf(actor), args.grant, args.messageId);
  }

  @Answers(MessageRaw)
  raw(@Payload() { actor, args }: Call<OnMessage>) {
    return this.timeline.raw(accountOf(actor), args.grant, args.messageId);
  }

  @Answers(MessageDecision)
  decision(@Payload() { actor, args }: Call<OnMessage>) {
    return this.timeline.decision(accountOf(actor), args.grant, args.messageId);
  }

  @Answers(AddReply)
  reply(@Payload() { actor, args }: Call<ReplyArgs>) {
    return this.replies.reply(authorOf(actor), args);
  }

  @Answers(CancelMessage)
  cancel(@Payload() { actor, args }: Call<OnMessage>) {
    return this.replies.cancel(accountOf(actor), args.grant, args.messageId);
  }

  @Answers(RetryMessage)
  retry(@Payload() { actor, args }: Call<OnMessage>) {
    return this.replies.retry(accountOf(actor), args.grant, args.messageId);
  }

  @Answers(AddUpload)
  addUpload(@Payload() { actor, args }: Call<{ id: string; filename: string; contentType: string; size: number; sha256: string }>) {
    return this.attachments.add(authorOf(actor), args);
  }
}

function authorOf(actor: Actor): Author {
  const { accountId, userId } = scopeOf(actor);
  return { accountId, userId, name: actor.kind === 'user' ? actor.name : '' };
}
