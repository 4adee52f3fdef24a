export const CHANNEL_TYPES = ['email', 'form', 'chat', 'call', 'custom'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

export const TICKET_SOURCES = ['email', 'form', 'chat', 'call', 'custom', 'manual', 'api'] as const;
export type TicketSource = (typeof TICKET_SOURCES)[number];

export const STAGE_CATEGORIES = ['new', 'open', 'waiting', 'closed'] as const;
export type StageCategory = (typeof STAGE_CATEGORIES)[number];

export const PRIORITIES = ['low', 'medium', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const MESSAGE_STATES = ['scheduled', 'queued', 'sent', 'delivered', 'failed', 'bounced', 'unconfirmed', 'cancelled'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export const TIMELINE_KINDS = ['message', 'comment', 'call', 'form', 'event'] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

export const LINK_KINDS = ['related', 'follow_up_of', 'parent', 'child', 'duplicate_of'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

export const ADDRESS_KINDS = ['email', 'phone', 'handle'] as const;
export type AddressKind = (typeof ADDRESS_KINDS)[number];

export type TicketAction = 'view' | 'edit' | 'delete';

export interface Address {
  kind: AddressKind;
  /** Normalised: an e-mail address is lower case. Never empty. */
  value: string;
  name?: string;
}
