import { command, query } from '../rpc-pattern.js';

/** Whose messages are taken for spam (D-67): an address, or a mail domain with `@` before it. */
export interface BlockedSender {
  id: string;
  value: string;
  blockedBy: string;
  createdAt: string;
}

export const ListBlockedSenders = query<Record<string, never>, { items: BlockedSender[] }>('conversations', 'blocked-senders');
/** Blocking again gives the one that is there. */
export const BlockSender = command<{ id: string; value: string }, BlockedSender>('conversations', 'block-sender');
export const UnblockSender = command<{ id: string }, { unblocked: true }>('conversations', 'unblock-sender');
