import { marker } from '../markers.js';
import { UNOWNED } from '../fixture.js';
import { CAN, lackOf, type View } from '../model.js';
import type { Case } from '../world.js';
import { ABSENT, count, holds, isUnowned, names, ok, PAGE, seen, status, VIEWS, type Asked, type Route } from './route.js';

/** A list of tickets: exactly those the user sees and that fit. */
function listing(query: (asked: Asked) => string, fits: (ticket: Case, asked: Asked) => boolean, turns = false): Route {
  const expected = (asked: Asked) => seen(asked, (ticket) => fits(ticket, asked));
  return {
    operation: 'GET /api/v1/tickets',
    query,
    turns,
    needs: 'helpdesk',
    passes: ok,
    shows: (asked) => names(expected(asked)),
    says: (json, asked) => count(json, expected(asked).length),
  };
}
/** The ticket in turn: lists are filtered by its name, number or contact, whether the user sees it or not. */
const inTurn = ({ target }: Asked) => target.ticket;

/** At most ten, and open: where there are more than that, which ones is not its business. */
function similar(query: (ticket: Case) => string, fits: (ticket: Case, to: Case) => boolean): Route {
  const expected = (asked: Asked) => {
    const to = inTurn(asked);
    return to ? seen(asked, (ticket) => !ticket.isClosed && fits(ticket, to)) : [];
  };
  return {
    operation: 'GET /api/v1/tickets/similar',
    query: (asked) => (asked.target.ticket ? query(asked.target.ticket) : `contactId=${ABSENT}`),
    turns: true,
    needs: 'helpdesk',
    passes: ok,
    shows: (asked) => (expected(asked).length > 10 ? undefined : names(expected(asked))),
    says: (json, asked) => count(json, Math.min(10, expected(asked).length)),
  };
}

export const readsTicket = (rest: string, shows: (ticket: Case, asked: Asked) => string[], query?: string): Route => ({
  operation: `GET /api/v1/tickets/{id}${rest}`,
  query: query === undefined ? undefined : () => query,
  needs: 'helpdesk',
  on: 'ticket',
  action: 'view',
  passes: ok,
  shows: (asked) => (asked.target.ticket ? shows(asked.target.ticket, asked) : []),
});
const timelineOf = ({ hex, isCommented }: Case) => [marker('t', hex), marker('f', hex), ...(isCommented ? [marker('c', hex)] : [])];
const ofSameContact = (ticket: Case, asked: Asked) => seen(asked, ({ contactId }) => contactId === ticket.contactId);
const draftsOf = (ticket: Case, { world, user }: Asked) =>
  [...world.drafts].filter(([, of]) => of.ticket === ticket && of.user === user.id).map(([hex]) => marker('d', hex));

const view = (name: View): Route => ({
  ...listing(
    () => `view=${name}&${PAGE}`,
    () => true,
  ),
  shows: (asked) => names(holds(name, asked)),
  says: (json, asked) => count(json, holds(name, asked).length),
  // Who has not got the view may not use its name either (D-51c).
  refuses: ({ user }) => (lackOf(user, name) ? `missing_${lackOf(user, name)}` : undefined),
});

export const tickets: Route[] = [
  listing(
    () => `sort=-number&${PAGE}`,
    () => true,
  ),
  ...([...Object.keys(VIEWS), 'drafts', 'scheduled', 'spam', 'trash'] as View[]).map(view),
  listing(() => `filter=${encodeURIComponent(JSON.stringify(UNOWNED))}&${PAGE}`, isUnowned),
  {
    ...listing((asked) => `view=${asked.world.targets.view.find(({ account }) => account === asked.user.account)?.id}&${PAGE}`, isUnowned),
    refuses: ({ user }) => (CAN['views.all'](user) ? undefined : 'missing_views_all'),
  },
  listing(
    (asked) => `q=${inTurn(asked) ? marker('n', inTurn(asked)?.hex ?? '') : 'nothing'}&${PAGE}`,
    (ticket, asked) => ticket === inTurn(asked),
    true,
  ),
  listing(
    (asked) => `q=${inTurn(asked) ? marker('t', inTurn(asked)?.hex ?? '') : 'nothing'}&${PAGE}`,
    (ticket, asked) => ticket === inTurn(asked),
    true,
  ),
  listing(
    (asked) => `q=%23${inTurn(asked)?.number ?? 999_999}&${PAGE}`,
    (ticket, asked) => ticket.number === inTurn(asked)?.number,
    true,
  ),
  listing(
    (asked) => `contactId=${inTurn(asked)?.contactId ?? ABSENT}&${PAGE}`,
    (ticket, asked) => ticket.contactId === inTurn(asked)?.contactId,
    true,
  ),
  similar(
    (ticket) => `contactId=${ticket.contactId}`,
    (ticket, to) => ticket.contactId === to.contactId,
  ),
  similar(
    (ticket) => `name=${marker('n', ticket.hex)}`,
    (ticket, to) => ticket === to,
  ),
  readsTicket('', ({ hex }) => [marker('n', hex)]),
  {
    ...readsTicket(
      '',
      (ticket, asked) => [
        ...ofSameContact(ticket, asked).map(({ hex }) => marker('n', hex)),
        ...timelineOf(ticket),
        ...draftsOf(ticket, asked),
      ],
      'include=timeline,sidebar,drafts',
    ),
    says: (json: { sidebar?: { previousTickets: unknown[] } }, asked) => {
      const others = asked.target.ticket ? ofSameContact(asked.target.ticket, asked).length - 1 : 0;
      const shown = json.sidebar?.previousTickets.length;
      return shown === Math.min(others, 10) ? undefined : `the sidebar has ${shown} tickets instead of ${others}`;
    },
  },
  readsTicket('/timeline', timelineOf, PAGE),
  readsTicket('/history', () => []),
  {
    ...readsTicket('/sla', () => []),
    says: ({ clocks }: { clocks: { clock: string }[] }) =>
      clocks.map(({ clock }) => clock).join() === 'close' ? undefined : 'has other clocks',
  },
  {
    operation: 'PATCH /api/v1/tickets/{id}',
    body: { priority: 'low' },
    headers: { 'if-match': '"999999"' },
    needs: 'ticket.edit',
    on: 'ticket',
    action: 'edit',
    passes: status(412),
  },
  // A wrong field is told only to who may change the ticket.
  {
    operation: 'PATCH /api/v1/tickets/{id}',
    body: { ownerId: ABSENT },
    needs: 'ticket.edit',
    on: 'ticket',
    action: 'edit',
    passes: status(422),
  },
  {
    operation: 'POST /api/v1/tickets/{id}/replies',
    body: { text: 'no', conversationId: ABSENT },
    needs: 'ticket.reply',
    on: 'ticket',
    action: 'edit',
    passes: status(422),
  },
];

export const changes: Route[] = [
  {
    operation: 'POST /api/v1/tickets',
    body: { name: 'no', pipelineId: ABSENT, stageId: ABSENT },
    needs: 'ticket.create',
    passes: status(422),
  },
  {
    operation: 'DELETE /api/v1/tickets/{id}',
    needs: 'ticket.delete',
    on: 'ticket',
    action: 'delete',
    passes: status(204),
    isHarmless: () => false,
  },
  {
    operation: 'POST /api/v1/tickets/{id}/restore',
    needs: 'ticket.delete',
    on: 'ticket',
    isHis: ({ world, user, target }) => target.ticket !== undefined && world.trashOf(user).includes(target.ticket),
    passes: ok,
    isHarmless: () => false,
  },
];
