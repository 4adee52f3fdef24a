import { marker } from '../markers.js';
import { ok, PAGE, sameIds, status, type Route } from './route.js';

const message = (operation: string, extra: Partial<Route>): Route => ({
  operation,
  needs: 'helpdesk',
  on: 'message',
  action: 'view',
  passes: ok,
  ...extra,
});
export const messages: Route[] = [
  message('GET /api/v1/messages/{id}/body', {
    shows: ({ target }) => (target.ticket && target.direction !== 'internal' ? [marker('t', target.ticket.hex)] : undefined),
  }),
  message('GET /api/v1/messages/{id}/raw', {
    passes: ({ target }) => [target.hasRaw ? 200 : 404],
    shows: ({ target }) =>
      target.ticket && target.hasRaw ? ['n', 't', 'f'].map((kind) => marker(kind as 'n', target.ticket?.hex ?? '')) : undefined,
  }),
  message('GET /api/v1/messages/{id}/decision', {
    passes: ({ target }) => [target.direction === 'in' ? 200 : 404],
    // What it belongs to and could not join may be a ticket he does not see.
    says: ({ matched }: { matched: string | null }, { world, user, target: { ticket, isFirst } }) =>
      isFirst && ticket?.continues && matched !== null && !world.mayKnow(user, ticket.continues)
        ? `tells of ${ticket.continues.id}`
        : undefined,
  }),
  ...['cancel', 'retry'].map((verb) =>
    message(`POST /api/v1/messages/{id}/${verb}`, {
      needs: 'ticket.reply',
      action: 'edit',
      passes: ({ target }) => [target.direction === 'out' ? 409 : 404],
    }),
  ),
  {
    operation: 'GET /api/v1/attachments/{id}',
    needs: 'helpdesk',
    on: 'attachment',
    action: 'view',
    isHis: ({ target, user }) => target.ticket !== undefined || target.user === user.id,
    passes: ok,
    shows: ({ target }) => (target.ticket ? [marker('b', target.ticket.hex)] : undefined),
  },
  { operation: 'POST /api/v1/attachments', needs: 'ticket.comment', passes: status(400, 415, 422) },
];

/** What people are told of tickets. */
export const told: Route[] = [
  {
    operation: 'GET /api/v1/notifications',
    query: () => PAGE,
    needs: 'helpdesk',
    passes: ok,
    says: (json: { items: { id: string }[] }, { world, user }) => {
      const his = world.targets.notification.filter((n) => n.user === user.id && n.ticket && world.may(user, 'view', n.ticket));
      return sameIds(json.items, his);
    },
  },
  {
    operation: 'POST /api/v1/notifications/{id}/read',
    needs: 'helpdesk',
    on: 'notification',
    action: 'view',
    isHis: ({ target, user }) => target.user === user.id,
    passes: ok,
  },
];
