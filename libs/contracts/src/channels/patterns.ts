import { command, query } from '../rpc-pattern.js';
import type { ChannelType } from '../enums.js';
import type { RoutingSettings } from '../tickets/routing.js';

export interface ChannelSettings {
  autoReply?: { enabled: boolean; subject?: string; html?: string };
  publicKey?: string;
  webhookUrl?: string;
  disabled?: boolean;
  /** Sender name of mails, default: agent and account. */
  fromName?: string;
  /** Own relay of an e-mail channel; write-only. */
  smtpUrl?: string;
  routing?: RoutingSettings;
}

export interface ChannelView {
  id: string;
  type: ChannelType;
  name: string;
  address: string | null;
  createTicket: boolean;
  pipelineId: string | null;
  stageId: string | null;
  teamId: string | null;
  settings: ChannelSettings;
  createdAt: string;
  /** Shown once, in the answer that made the channel. */
  token?: string;
  secret?: string;
}

export interface CreateChannelArgs {
  id: string;
  type: ChannelType;
  name: string;
  address?: string | null;
  createTicket?: boolean;
  pipelineId?: string | null;
  stageId?: string | null;
  teamId?: string | null;
  settings?: ChannelSettings;
}

export type IngestReceipt =
  | { id: string; status: 'accepted' | 'duplicate'; messageId?: string; ticketId?: string }
  | {
      id: string | null;
      status: 'rejected';
      problem: { code: string; detail: string; errors?: { pointer: string; code: string; detail: string }[] };
    };

export interface QuarantineItem {
  id: string;
  channelId: string | null;
  receivedAt: string;
  code: string;
  reason: string;
  attempts: number;
  sender: string | null;
  subject: string | null;
}

export interface OutboxMail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  sentAt: string;
  raw: string;
  /** The text of it, where it was kept. */
  text?: string;
}

export const ListChannels = query<Record<string, never>, { items: ChannelView[] }>('channels', 'list');
export const GetChannel = query<{ id: string }, ChannelView>('channels', 'get');
export const CreateChannel = command<CreateChannelArgs, ChannelView>('channels', 'create');
export const PatchChannel = command<Partial<CreateChannelArgs> & { id: string }, ChannelView>('channels', 'patch');
export const DeleteChannel = command<{ id: string }, Record<string, never>>('channels', 'delete');
export const TestChannel = command<{ id: string }, { steps: { name: string; ok: boolean; detail: string }[] }>('channels', 'test');
/** The public HTTP door: the account comes from the channel, the right from its token. */
export const Ingest = command<{ channelId: string; token: string; body: string }, IngestReceipt>('channels', 'ingest');
export const IngestDeliveryReceipt = command<{ channelId: string; token: string; body: unknown }, { status: 'accepted' }>(
  'channels',
  'ingest-delivery-receipt',
);
export const ListQuarantine = query<{ limit: number; cursor?: string }, { items: QuarantineItem[]; nextCursor: string | null }>(
  'channels',
  'quarantine',
);
export const QuarantineRaw = query<{ id: string }, { sha256: string; contentType: string }>('channels', 'quarantine-raw');
export const ReplayQuarantine = command<{ id: string }, { status: 'replayed' }>('channels', 'replay');
/** Outgoing mail kept here because no relay is set (all accounts' mail is never mixed: only the caller's account). */
export const ListOutbox = query<{ limit: number }, { items: OutboxMail[] }>('channels', 'outbox');
