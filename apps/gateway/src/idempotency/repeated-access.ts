import { AuthorizeTicket, LocateMessage } from '@helpdesk/contracts';
import type { RpcClient } from '@helpdesk/platform';
import { actorFor, type DeskRequest, type Principal } from '../auth/principal.js';

const SUBJECT = /^\/api\/v1\/(tickets|messages)\/([0-9a-f-]{36})(?:\/|$)/i;

/**
 * A kept answer is given again only to somebody who may still see what it is about: rights may have changed since the first request.
 * Throws 404 otherwise.
 */
export async function checkStillVisible(rpc: RpcClient, me: Principal, { url }: DeskRequest): Promise<void> {
  const [, kind, id = ''] = SUBJECT.exec(url) ?? [];
  if (!kind) return;
  const ticketId = kind === 'tickets' ? id : (await rpc.call(LocateMessage, actorFor(me), { id })).ticketId;
  await rpc.call(AuthorizeTicket, actorFor(me), { id: ticketId, action: 'view' });
}
