import { newId, type Tx } from '@helpdesk/platform';
import type { AuditLog } from '../audit/audit.log.js';
import { RIGHTS } from '../auth/principal.js';

export interface NewAccount {
  accountName: string;
  name: string;
  email: string;
  password: string;
  supportAddress: string;
}

const ALL = { scope: 'all', unassigned: true };

/** The rows of an account and of its super admin. A running gateway adds what the services need (AccountsService). Gives the account's id. */
export async function insertAccount(tx: Tx, audit: AuditLog, account: NewAccount, passwordHash: string): Promise<string> {
  const [accountId, userId] = [newId(), newId()];
  const settings = { channelId: newId(), supportAddress: account.supportAddress.toLowerCase() };
  await tx.query('INSERT INTO gateway.account (id, name, settings) VALUES ($1, $2, $3)', [
    accountId,
    account.accountName,
    JSON.stringify(settings),
  ]);
  await tx.query(
    `INSERT INTO gateway.desk_user (id, account_id, email, name, password_hash, seat, super_admin, access, ticket_access, rights)
     VALUES ($1, $2, $3, $4, $5, 'service', true, '{service}', $6, $7)`,
    [
      userId,
      accountId,
      account.email.toLowerCase(),
      account.name,
      passwordHash,
      JSON.stringify({ view: ALL, edit: ALL, delete: ALL }),
      RIGHTS,
    ],
  );
  const admin = { accountId, userId, name: account.name };
  await audit.record(admin, 'account.created', `account/${accountId}`, { new: { name: account.accountName } }, tx);
  return accountId;
}
