import { ABSENT, names, ok, PAGE, sameAccount, sameIds, seen, status, type Asked, type Route } from './route.js';

/** Everybody in the help desk looks up the people and companies of his account; of their tickets he gets those he sees. */
const records = (kind: 'contact' | 'company', path: string): Route[] => [
  {
    operation: `GET /api/v1/${path}`,
    query: () => PAGE,
    needs: 'helpdesk',
    passes: ok,
    says: (json, { world, user }) =>
      sameIds(
        json,
        world.targets[kind].filter(({ account }) => account === user.account),
      ),
  },
  { operation: `POST /api/v1/${path}`, body: { name: '' }, needs: 'ticket.create', passes: status(422) },
  { operation: `GET /api/v1/${path}/{id}`, needs: 'helpdesk', on: kind, isHis: sameAccount, passes: ok },
  {
    operation: `PATCH /api/v1/${path}/{id}`,
    body: { name: ' ' },
    needs: 'ticket.create',
    on: kind,
    isHis: sameAccount,
    passes: status(422),
  },
  {
    operation: `POST /api/v1/${path}/{id}/merge`,
    body: { secondaryId: ABSENT },
    needs: 'ticket.create',
    on: kind,
    isHis: sameAccount,
    passes: status(422),
  },
  {
    operation: `GET /api/v1/${path}/{id}/tickets`,
    query: () => PAGE,
    needs: 'helpdesk',
    on: kind,
    isHis: sameAccount,
    passes: ok,
    shows: (asked) => names(ticketsOf(kind, asked)),
  },
  {
    operation: `GET /api/v1/${path}/{id}/activities`,
    query: () => PAGE,
    needs: 'helpdesk',
    on: kind,
    isHis: sameAccount,
    passes: ok,
    shows: (asked) => names(ticketsOf(kind, asked)),
  },
];
const ticketsOf = (kind: 'contact' | 'company', asked: Asked) =>
  kind === 'contact' ? seen(asked, ({ contactId }) => contactId === asked.target.id) : [];

export const people = [...records('contact', 'contacts'), ...records('company', 'companies')];
