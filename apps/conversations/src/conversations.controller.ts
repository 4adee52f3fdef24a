import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  ChangeCompany,
  ChangeContact,
  CreateCompany,
  CreateContact,
  GetCompany,
  GetContact,
  ListCompanies,
  ListContacts,
  type CompanyFields,
  type ContactFields,
  type ListRecordsArgs,
  AddComment,
  AddReply,
  AddUpload,
  CancelMessage,
  DeleteDraft,
  FindRecords,
  ListDrafts,
  LocateAttachment,
  LocateMessage,
  MessageBody,
  MessageDecision,
  MessageRaw,
  PutDraft,
  RetryMessage,
  TicketTimeline,
  type CommentArgs,
  type DraftContent,
  type DraftTab,
  type ReplyArgs,
  type TicketGrant,
} from '@helpdesk/contracts';
import { accountOf, Answers, type Call } from '@helpdesk/platform';
import { AttachmentsService } from './attachments/attachments.service.js';
import { CommentsService } from './comments/comments.service.js';
import { CompaniesService } from './contacts/companies.service.js';
import { ContactsService } from './contacts/contacts.service.js';
import { DraftsService } from './drafts/drafts.service.js';
import { authorOf } from './replies/author.js';
import { RepliesService } from './replies/replies.service.js';
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
    private readonly companies: CompaniesService,
    private readonly attachments: AttachmentsService,
    private readonly comments: CommentsService,
    private readonly drafts: DraftsService,
  ) {}

  @Answers(TicketTimeline)
  page(@Payload() { actor, args }: Call<{ grant: TicketGrant; limit: number; cursor?: string }>) {
    return this.timeline.page(accountOf(actor), args.grant, args.limit, args.cursor);
  }

  @Answers(FindRecords)
  async findRecords(@Payload() { actor, args }: Call<{ contactIds: string[]; companyIds: string[] }>) {
    const [contacts, companies] = await Promise.all([
      this.contacts.byIds(accountOf(actor), args.contactIds),
      this.companies.byIds(accountOf(actor), args.companyIds),
    ]);
    return { contacts, companies };
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

  @Answers(AddComment)
  comment(@Payload() { actor, args }: Call<CommentArgs>) {
    return this.comments.add(authorOf(actor), args);
  }

  @Answers(ListDrafts)
  listDrafts(@Payload() { actor, args }: Call<{ grant: TicketGrant }>) {
    return this.drafts.ofTicket(authorOf(actor), args.grant);
  }

  @Answers(PutDraft)
  putDraft(@Payload() { actor, args }: Call<{ grant: TicketGrant; tab: DraftTab; draft: DraftContent & { revision?: number } }>) {
    return this.drafts.put(authorOf(actor), args.grant, args.tab, args.draft);
  }

  @Answers(DeleteDraft)
  async deleteDraft(@Payload() { actor, args }: Call<{ grant: TicketGrant; tab: DraftTab }>) {
    return { deleted: await this.drafts.delete(authorOf(actor), args.grant, args.tab) };
  }

  @Answers(CancelMessage)
  cancel(@Payload() { actor, args }: Call<OnMessage>) {
    return this.replies.cancel(accountOf(actor), args.grant, args.messageId);
  }

  @Answers(RetryMessage)
  retry(@Payload() { actor, args }: Call<OnMessage>) {
    return this.replies.retry(accountOf(actor), args.grant, args.messageId);
  }

  @Answers(ListContacts)
  listContacts(@Payload() { actor, args }: Call<ListRecordsArgs>) {
    return this.contacts.list(accountOf(actor), args);
  }

  @Answers(GetContact)
  getContact(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.contacts.get(accountOf(actor), args.id);
  }

  @Answers(CreateContact)
  createContact(@Payload() { actor, args }: Call<ContactFields & { id: string; name: string }>) {
    return this.contacts.create(authorOf(actor), args);
  }

  @Answers(ChangeContact)
  changeContact(@Payload() { actor, args }: Call<ContactFields & { id: string }>) {
    return this.contacts.change(authorOf(actor), args);
  }

  @Answers(ListCompanies)
  listCompanies(@Payload() { actor, args }: Call<ListRecordsArgs>) {
    return this.companies.list(accountOf(actor), args);
  }

  @Answers(GetCompany)
  getCompany(@Payload() { actor, args }: Call<{ id: string }>) {
    return this.companies.get(accountOf(actor), args.id);
  }

  @Answers(CreateCompany)
  createCompany(@Payload() { actor, args }: Call<CompanyFields & { id: string; name: string }>) {
    return this.companies.create(authorOf(actor), args);
  }

  @Answers(ChangeCompany)
  changeCompany(@Payload() { actor, args }: Call<CompanyFields & { id: string }>) {
    return this.companies.change(authorOf(actor), args);
  }

  @Answers(AddUpload)
  addUpload(@Payload() { actor, args }: Call<{ id: string; filename: string; contentType: string; size: number; sha256: string }>) {
    return this.attachments.add(authorOf(actor), args);
  }
}
