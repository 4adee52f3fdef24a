import type { Keys } from '@helpdesk/platform';

/** Carried by every automatic mail of ours (D-42); its value tells our own from anybody else's header of that name. */
export const LOOP_HEADER = 'X-Desk-Loop';

export const loopMark = (keys: Keys, accountId: string) => keys.sign('reply-token', `loop/${accountId}`).slice(0, 32);
