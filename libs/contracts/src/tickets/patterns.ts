import { command, query } from '../rpc-pattern.js';
import type { Filter } from './views.js';
import type { LinkKind, Priority, TicketAction, TicketSource } from '../enums.js';

/** contract.md §2 "Ticket". */
export interface TicketView {
  id: string;
  number: number;
  name: string;
  pipelineId: string;
  stageId: string;
  ownerId: string | null;
  teamId: string | null;
  priority: Priority | null;
  category: string[];
  source: TicketSource;
  contactIds: string[];
  companyIds: string[];
  properties: Record<string, unknown>;
  links: { kind: LinkKind; ticketId: string }[];
  mergedIds: string[];
  isUnreadable: boolean;
  threadVersion: number;
  version: number;
  createdAt: string;
  lastActivityAt: string;
  closedAt: string | null;
}

/** contract.md §2 "List row". */
export interface TicketRow {
  id: string;
  number: number;
  name: string;
  contact: { id: string; name: string } | null;
  excerpt: string;
  source: TicketSource;
  pipelineId: string;
  stageId: string;
  ownerId: string | null;
  teamId: string | null;
  priority: Priority | null;
  unread: boolean;
  draft: boolean;
  slaDueAt: string | null;
  lastActivityAt: string;
  version: number;
}

/** The default views, in the order people see them (D-70). */
export const TICKET_VIEWS = [
  'unassigned',
  'mine',
  'mentions',
  'following',
  'all_open',
  'drafts',
  'scheduled',
  'all_closed',
  'spam',
  'trash',
] as const;
export type TicketViewId = (typeof TICKET_VIEWS)[number];
export const TICKET_SORTS = [
  ...(['lastActivityAt', '-lastActivityAt', 'createdAt', '-createdAt', 'number', '-number'] as const),
  ...(['priority', '-priority', 'slaDueAt', '-slaDueAt'] as const),
] as const;
export type TicketSort = (typeof TICKET_SORTS)[number];

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface ListTicketsArgs {
  /** A default view, or the id of one that people made. */
  view?: string;
  /** Beside the view's own. */
  filter?: Filter;
  q?: string;
  contactId?: string;
  /** Absent: the view's own, else the newest activity first. */
  sort?: TicketSort;
  limit: number;
  cursor?: string;
}

export interface PatchTicketArgs {
  id: string;
  /** Refused with 412 when the ticket has another version by now. */
  ifVersion?: number;
  /** With a `stageId` of it. */
  pipelineId?: string;
  stageId?: string;
  ownerId?: string | null;
  teamId?: string | null;
  priority?: Priority | null;
  category?: string[];
  name?: string;
  /** All of them as they are to be; the first one is shown in lists. */
  contacts?: { id: string; name: string }[];
  companyIds?: string[];
  links?: { kind: LinkKind; ticketId: string }[];
  /** Custom ones; absent = unchanged, null = cleared. */
  properties?: Record<string, unknown>;
}

export interface CreateTicketArgs {
  /** Chosen by the gateway, so that a repeated request makes one ticket. */
  id: string;
  name: string;
  pipelineId: string;
  stageId: string;
  ownerId: string | null;
  teamId: string | null;
  priority: Priority | null;
  category: string[];
  /** The first one is shown in lists. */
  contacts: { id: string; name: string }[];
  companyIds: string[];
  properties: Record<string, unknown>;
  source: 'manual' | 'api';
  /** Messages of other tickets, which the gateway has checked that the maker may see. */
  activityIds?: string[];
}

/** Proof that a person may do `action` on a ticket; conversations serves messages only against one. */
export interface TicketGrant {
  ticketId: string;
  number: number;
  name: string;
  action: TicketAction;
  pipelineId: string;
  stageId: string;
  ownerId: string | null;
  version: number;
}

/** Sight given on one ticket, to one user or to one team. It grants seeing, never changing. */
export interface TicketShare {
  userId: string | null;
  teamId: string | null;
  /** RFC 3339; null = for good. */
  expiresAt: string | null;
}

/** What decides who sees a ticket. */
export interface TicketAccessFacts {
  accountId: string;
  ownerId: string | null;
  teamId: string | null;
  shares: TicketShare[];
}

export interface TicketShareView extends TicketShare {
  id: string;
  createdBy: string;
  createdAt: string;
}

export interface AddShareArgs extends TicketShare {
  id: string;
  /** Chosen by the gateway, so that a repeated request makes one share. */
  shareId: string;
}

export interface HistoryItem {
  at: string;
  actor: { type: 'user' | 'system' | 'contact'; id: string | null; name: string };
  source: string;
  field: string;
  old: unknown;
  new: unknown;
}

export const ListTickets = query<ListTicketsArgs, Page<TicketRow>>('tickets', 'list');
export const GetTicket = query<{ id: string }, TicketView>('tickets', 'get');
/** `moveToStageId` is checked as well when it is given. 404 when the ticket is outside the scope, 403 when it may be seen but not changed. */
export const AuthorizeTicket = query<{ id: string; action: TicketAction; moveToStageId?: string }, TicketGrant>('tickets', 'authorize');
export const CreateTicket = command<CreateTicketArgs, TicketView>('tickets', 'create');
export const DeleteTicket = command<{ id: string }, { deleted: true }>('tickets', 'delete');
export const RestoreTicket = command<{ id: string }, TicketView>('tickets', 'restore');
export const PatchTicket = command<PatchTicketArgs, TicketView>('tickets', 'patch');
export const TicketHistory = query<{ id: string }, { items: HistoryItem[] }>('tickets', 'history');
/** Which of these tickets the asker may see. */
export const VisibleTickets = query<{ ids: string[] }, { ids: string[] }>('tickets', 'visible');
export const GetTicketAccess = query<{ id: string }, TicketAccessFacts>('tickets', 'access');
export const ListShares = query<{ id: string }, { items: TicketShareView[] }>('tickets', 'shares');
export const AddShare = command<AddShareArgs, TicketShareView>('tickets', 'add-share');
export const RemoveShare = command<{ id: string; shareId: string }, { removed: true }>('tickets', 'remove-share');
export const FollowTicket = command<{ id: string; follows: boolean }, { follows: boolean }>('tickets', 'follow');
/** Makes the default pipeline of a new account; repeating it changes nothing. */
export const SetUpTickets = command<Record<string, never>, { pipelineId: string }>('tickets', 'set-up');
