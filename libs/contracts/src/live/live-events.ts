import type { TicketAccessFacts } from '../tickets/patterns.js';

/** What a user does on a ticket he has open. */
export const PRESENCE_STATES = ['viewing', 'typing_comment', 'typing_reply'] as const;
export type PresenceState = (typeof PRESENCE_STATES)[number];

/** A ticket began, changed or went. Null: nobody saw it then, as before its creation or after its deletion. */
export interface LiveTicketChanged {
  kind: 'ticket.changed';
  ticketId: string;
  version: number;
  before: TicketAccessFacts | null;
  after: TicketAccessFacts | null;
}

/** An entry joined the ticket's timeline. */
export interface LiveTimelineAdded {
  kind: 'timeline.added';
  ticketId: string;
  version: number;
  seq: number;
  access: TicketAccessFacts;
}

/** A user's own draft changed, perhaps in another window of his; nobody else hears of it. Gone: no revision. */
export interface LiveDraftChanged {
  kind: 'draft.changed';
  ticketId: string;
  userId: string;
  tab: 'reply' | 'comment';
  revision: number | null;
}

/** Somebody is told something about a ticket. */
export interface LiveNotificationAdded {
  kind: 'notification.added';
  id: string;
  ticketId: string;
  userId: string;
}

/** What a user's window said about where he is, told to the other replicas of the gateway. */
export interface LivePresence {
  kind: 'presence';
  ticketId: string;
  userId: string;
  socketId: string;
  /** The replica of the gateway that says so; it alone knows whether the window is still open. */
  replica: string;
  state: PresenceState | 'left';
  /** The ticket as it was read for this; null when the user left. */
  ticket: { version: number; access: TicketAccessFacts } | null;
}

/** Rights of users of the account changed: every replica of the gateway reads them again at once. */
export interface LiveRightsChanged {
  kind: 'rights.changed';
}

/**
 * What travels to the gateways for open browsers. Lossy: a client that missed something fetches again. Ids, versions and what decides who
 * may hear it, never text.
 */
export type LiveEvent = LiveTicketChanged | LiveTimelineAdded | LiveDraftChanged | LiveNotificationAdded | LivePresence | LiveRightsChanged;
