import { marker } from '../markers.js';
import { CAN, viewsOf } from '../model.js';
import { ABSENT, customViewOf, holds, isUnowned, ok, sameAccount, sameIds, seen, status, type Asked, type Route } from './route.js';
import type { Target } from '../world.js';
import { readsTicket } from './tickets.js';

const draft = (method: string, tab: 'reply' | 'comment', extra: Partial<Route>): Route => ({
  operation: `${method} /api/v1/tickets/{id}/drafts/{tab}`,
  needs: 'ticket.comment',
  parameters: { tab },
  on: 'ticket',
  action: 'view',
  passes: ok,
  ...extra,
});
/** Who has made it, or may change settings. */
const managesView = ({ user, target }: Asked) => target.user === user.id || CAN.settings(user);
const replies = ({ user }: Asked) => (CAN['ticket.reply'](user) ? undefined : 'missing_ticket_reply');
const hasDraft = ({ world, user, target }: Asked, tab: 'reply' | 'comment') =>
  [...world.drafts.values()].some((of) => of.ticket === target.ticket && of.user === user.id && of.tab === tab);
const ownDraft = ({ world, user, target }: Asked, tab: 'reply' | 'comment') =>
  [...world.drafts]
    .filter(([, of]) => of.ticket === target.ticket && of.user === user.id && of.tab === tab)
    .map(([hex]) => marker('d', hex));

/** What colleagues do beside the customer. */
export const together: Route[] = [
  {
    operation: 'POST /api/v1/tickets/{id}/comments',
    body: { text: 'no', mentions: [ABSENT] },
    needs: 'ticket.comment',
    on: 'ticket',
    action: 'view',
    passes: status(422),
  },
  ...(['reply', 'comment'] as const).map((tab) =>
    draft('GET', tab, {
      passes: (asked) => [hasDraft(asked, tab) ? 200 : 404],
      shows: (asked) => ownDraft(asked, tab),
    }),
  ),
  draft('PUT', 'comment', { body: { html: 'no', revision: 999_999 }, passes: status(409) }),
  draft('PUT', 'reply', { body: { html: 'no', revision: 999_999 }, passes: status(409), action: 'edit', refuses: replies }),
  draft('DELETE', 'comment', { passes: status(204), isHarmless: (asked) => !hasDraft(asked, 'comment') }),
  ...(['PUT', 'DELETE'] as const).map((method): Route => ({
    operation: `${method} /api/v1/tickets/{id}/followers/me`,
    needs: 'ticket.comment',
    on: 'ticket',
    action: 'view',
    passes: status(204),
    isHarmless: ({ target, user }) => target.ticket?.followers.has(user.id) === (method === 'PUT'),
  })),
  {
    ...readsTicket('/access', () => []),
    says: (json: { items: { userId: string; allowed: boolean }[] }, { world, user, target: { ticket } }) => {
      const his = world.everybody.filter(({ account }) => account === user.account);
      if (json.items.length !== his.length) return `names ${json.items.length} users instead of ${his.length}`;
      const wrong = json.items.find(({ userId, allowed }) => {
        const named = world.member(userId);
        return !named || !ticket || world.may(named, 'view', ticket) !== allowed;
      });
      return wrong && `is wrong about ${wrong.userId}`;
    },
  },
  {
    ...readsTicket('/shares', () => []),
    says: (json: { items: { id: string }[] }, { world, target: { id } }) =>
      sameIds(
        json,
        world.targets.share.filter((share) => share.parent === id && !share.isMissing),
      ),
  },
  {
    operation: 'POST /api/v1/tickets/{id}/shares',
    body: { userId: ABSENT },
    needs: 'ticket.share',
    on: 'ticket',
    action: 'edit',
    passes: status(422),
  },
  {
    operation: 'DELETE /api/v1/tickets/{id}/shares/{shareId}',
    needs: 'ticket.share',
    on: 'share',
    action: 'edit',
    passes: status(404),
    isHarmless: ({ target }) => target.isMissing === true,
  },
  {
    operation: 'GET /api/v1/views',
    needs: 'helpdesk',
    passes: ok,
    says: (json, asked) =>
      sameIds(json, [...viewsOf(asked.user).map((id) => ({ id })), ...(customViewOf(asked) ? [customViewOf(asked) as Target] : [])]),
  },
  { operation: 'POST /api/v1/views', body: {}, needs: 'views.all', passes: status(422) },
  {
    operation: 'PATCH /api/v1/views/{id}',
    body: { filter: { and: [] } },
    needs: 'views.all',
    on: 'view',
    isHis: sameAccount,
    passes: (asked) => (managesView(asked) ? [422] : [403]),
  },
  {
    operation: 'DELETE /api/v1/views/{id}',
    needs: 'views.all',
    on: 'view',
    isHis: sameAccount,
    passes: status(403),
    isHarmless: (asked) => !managesView(asked),
  },
  {
    operation: 'GET /api/v1/views/counts',
    needs: 'helpdesk',
    passes: ok,
    says: ({ counts }: { counts: Record<string, number> }, asked) => {
      const custom = customViewOf(asked);
      const expected = Object.fromEntries([
        ...viewsOf(asked.user).map((view) => [view, holds(view, asked).length]),
        ...(custom ? [[custom.id, seen(asked, isUnowned).length]] : []),
      ]);
      const isSame = JSON.stringify(Object.entries(counts).toSorted()) === JSON.stringify(Object.entries(expected).toSorted());
      return isSame ? undefined : `counts ${JSON.stringify(counts)} instead of ${JSON.stringify(expected)}`;
    },
  },
];
