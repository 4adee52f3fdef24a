import { query } from '../rpc-pattern.js';
import type { Page, TicketGrant } from '../tickets/patterns.js';

export const ACTIVITY_KINDS = ['message', 'call', 'form'] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** Something that was said, as it is listed with the person it was said with. Who may not see its ticket is told nothing of it. */
export interface ActivityView {
  /** Of the message. */
  id: string;
  kind: ActivityKind;
  ticketId: string;
  direction: 'in' | 'out';
  subject: string | null;
  /** At most 300 characters. */
  excerpt: string;
  at: string;
}

export interface ListActivitiesArgs {
  of: { contactId: string } | { companyId: string };
  limit: number;
  /** The id of the last one of the page before. */
  cursor?: string;
}

/** Of all tickets, seen or not, the newest first. */
export const ListActivities = query<ListActivitiesArgs, Page<ActivityView>>('conversations', 'activities');
/** Which of these there are. */
export const FindActivities = query<{ ids: string[] }, { items: ActivityView[] }>('conversations', 'find-activities');
/** What was attached to a ticket, of all tickets it was said on. */
export const AttachedActivities = query<{ grant: TicketGrant }, { items: ActivityView[] }>('conversations', 'attached-activities');
