import type { Tx } from '@helpdesk/platform';

/** From here to the end of the transaction nobody else changes what is set up for the account's tickets. */
export const aloneInSettings = (tx: Tx, accountId: string) =>
  tx.query('SELECT 1 FROM tickets.account_counter WHERE account_id = $1 FOR NO KEY UPDATE', [accountId]);
