import type { ActivityView } from './activities.js';
import type { CompanyView, ContactView } from './contacts.js';
import { command, query } from '../rpc-pattern.js';
import type { CallFacts, FormField } from '../channels/inbound-received.event.js';
import type { Address, MessageState, TimelineKind } from '../enums.js';
import type { Page, TicketGrant } from '../tickets/patterns.js';

export interface AttachmentView {
  id: string;
  filename: string;
  contentType: string;
  size: number;
  inline: boolean;
}

/** contract.md §2 "Timeline item". */
export interface TimelineItem {
  id: string;
  kind: TimelineKind;
  seq: number;
  direction: 'in' | 'out' | 'internal';
  author: { type: 'contact' | 'user' | 'system'; id: string | null; name: string; address?: string };
  conversationId: string | null;
  channelId: string | null;
  createdAt: string;
  subject?: string | null;
  to?: Address[];
  cc?: Address[];
  text: string;
  hasHtml: boolean;
  /** More is folded away: quoted history or a signature. */
  hasQuote: boolean;
  attachments: AttachmentView[];
  state?: MessageState;
  stateDetail?: string | null;
  isAutomatic?: boolean;
  /** Ids of the users a comment mentions. */
  mentions?: string[];
  /** Codes such as `topic_changed`, `unknown_sender`, `unreadable`. */
  flags?: string[];
  call?: CallFacts;
  form?: { fields: FormField[] };
  event?: { field: string; old: unknown; new: unknown; oldLabel?: string; newLabel?: string }[];
  /** The message of another ticket that this entry stands for; not for who may not see that ticket. */
  activity?: ActivityView;
}

export interface SidebarView {
  contacts: ContactView[];
  companies: CompanyView[];
  previousTickets: { id: string; number: number; name: string; stageId: string; lastActivityAt: string }[];
  /** What was attached when the ticket was made, as far as the reader may see it. */
  activities: ActivityView[];
}

/** I-01: why a message is where it is. */
export interface ThreadDecision {
  /** The rule of docs/threading.md that decided, such as `D-23`. */
  rule: string;
  /** A sentence for people. */
  reason: string;
  /** Ids that were looked for, and which one was found. */
  compared: string[];
  matched: string | null;
  guards: { rule: string; result: string }[];
  /** The ticket that was found and not joined, which the reader may not see. */
  otherTicketId?: string;
}

export interface MessageHome {
  messageId: string;
  /** {@link NOWHERE} when there is no such message: whoever asks goes the same way, and takes the same time, as for one he may not see. */
  ticketId: string;
}

/** The ticket of what does not exist; no ticket ever has this id. */
export const NOWHERE = '00000000-0000-0000-0000-000000000000';

export interface ReplyArgs {
  /** Chosen by the gateway, so that a repeated request makes one message. */
  messageId: string;
  grant: TicketGrant;
  html?: string;
  text?: string;
  conversationId?: string;
  channelId?: string;
  to?: string[];
  cc?: string[];
  bcc?: string[];
  subject?: string;
  attachmentIds?: string[];
  moveTo?: string;
  sendAt?: string;
  undoSeconds: number;
  threadVersion?: number;
  /** The author wants to follow what he answers. */
  authorFollows?: boolean;
}

export interface CommentArgs {
  /** Chosen by the gateway, so that a repeated request makes one comment. */
  commentId: string;
  grant: TicketGrant;
  html?: string;
  text?: string;
  mentions: string[];
  /** Those of them who want to follow the ticket from now on. */
  followers?: string[];
  attachmentIds: string[];
}

export const DRAFT_TABS = ['reply', 'comment'] as const;
export type DraftTab = (typeof DRAFT_TABS)[number];

export interface DraftContent {
  html?: string;
  to?: string[];
  cc?: string[];
  bcc?: string[];
  subject?: string;
  attachmentIds?: string[];
  moveTo?: string;
}
/** What one user has begun to write on a ticket, unsent; nobody else sees it. */
export interface Draft extends DraftContent {
  /** Grows with every change; a change names the revision it was made from. */
  revision: number;
  updatedAt: string;
}

export const TicketTimeline = query<{ grant: TicketGrant; limit: number; cursor?: string }, Page<TimelineItem>>(
  'conversations',
  'timeline',
);
/** Which of these there are, in the order asked for. */
export const FindRecords = query<{ contactIds: string[]; companyIds: string[] }, Pick<SidebarView, 'contacts' | 'companies'>>(
  'conversations',
  'find-records',
);
/** Which ticket a message is on now; the gateway then asks tickets whether the caller may see that. */
export const LocateMessage = query<{ id: string }, MessageHome>('conversations', 'locate-message');
/** `ticketId` null: uploaded by `uploadedBy` and not yet sent; {@link NOWHERE}: there is no such file. */
export const LocateAttachment = query<
  { id: string },
  { ticketId: string | null; uploadedBy: string | null; filename: string; contentType: string; size: number; sha256: string }
>('conversations', 'locate-attachment');
export const MessageBody = query<{ grant: TicketGrant; messageId: string }, { html: string | null; text: string }>(
  'conversations',
  'message-body',
);
export const MessageRaw = query<{ grant: TicketGrant; messageId: string }, { sha256: string; contentType: string }>(
  'conversations',
  'message-raw',
);
export const MessageDecision = query<{ grant: TicketGrant; messageId: string }, ThreadDecision>('conversations', 'message-decision');
export const AddReply = command<ReplyArgs, TimelineItem>('conversations', 'reply');
/** Mentions are ids of users whose access the gateway has checked. */
export const AddComment = command<CommentArgs, TimelineItem>('conversations', 'comment');
export const ListDrafts = query<{ grant: TicketGrant }, { reply: Draft | null; comment: Draft | null }>('conversations', 'drafts');
export const PutDraft = command<{ grant: TicketGrant; tab: DraftTab; draft: DraftContent & { revision?: number } }, Draft>(
  'conversations',
  'put-draft',
);
export const DeleteDraft = command<{ grant: TicketGrant; tab: DraftTab }, { deleted: boolean }>('conversations', 'delete-draft');
export const CancelMessage = command<{ grant: TicketGrant; messageId: string }, TimelineItem>('conversations', 'cancel-message');
export const RetryMessage = command<{ grant: TicketGrant; messageId: string }, TimelineItem>('conversations', 'retry-message');
export const AddUpload = command<{ id: string; filename: string; contentType: string; size: number; sha256: string }, AttachmentView>(
  'conversations',
  'add-upload',
);
