import { ABSENT, ok, status, type Asked, type Route } from './route.js';

/** Refused for what the body names, after the ticket itself was found and may be changed. */
const restructures = (rest: string, body: object): Route => ({
  operation: `POST /api/v1/tickets/{id}/${rest}`,
  body,
  needs: 'ticket.restructure',
  on: 'ticket',
  action: 'edit',
  passes: status(422),
});
/** Whoever made it, and super admins of his account. */
const isHis = ({ user, target }: Asked) => target.account === user.account && (user.superAdmin || target.user === user.id);

/** What is done to tickets as a whole. */
export const operations: Route[] = [
  restructures('merge', { secondaryIds: [ABSENT] }),
  restructures('split', { messageIds: [ABSENT] }),
  restructures('move', { pipelineId: ABSENT, stageId: ABSENT }),
  {
    operation: 'POST /api/v1/messages/{id}/rethread',
    body: { ticketId: ABSENT },
    needs: 'ticket.restructure',
    on: 'message',
    action: 'edit',
    passes: status(422),
  },
  { operation: 'POST /api/v1/tickets/bulk', body: { action: 'nonsense' }, needs: 'ticket.bulk', passes: status(422) },
  { operation: 'GET /api/v1/operations/{id}', needs: 'helpdesk', on: 'operation', isHis, passes: ok },
  // It has moved nothing: undoing it changes nothing, and may be done once, while the ticket is there.
  {
    operation: 'POST /api/v1/operations/{id}/undo',
    needs: 'helpdesk',
    on: 'operation',
    isHis,
    passes: ({ world, target }) => (world.byId(target.about ?? '')?.deleted ? [404, 409] : [200, 409]),
  },
  { operation: 'GET /api/v1/blocked-senders', needs: 'ticket.delete', passes: ok },
  { operation: 'POST /api/v1/blocked-senders', body: { value: '' }, needs: 'ticket.delete', passes: status(422) },
  { operation: 'DELETE /api/v1/blocked-senders/{id}', needs: 'ticket.delete', on: 'quarantine', isHis: () => false, passes: status(404) },
];
