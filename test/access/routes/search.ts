import { marker } from '../markers.js';
import { count, names, ok, seen, type Asked, type Route } from './route.js';

/** Asked for what stands on the ticket in turn, whether the user sees it or not: found if and only if he does. */
const finding = (word: (hex: string) => string): Route => ({
  operation: 'GET /api/v1/search',
  query: ({ target }) => `q=${word(target.ticket?.hex ?? '000000000000')}`,
  turns: true,
  needs: 'helpdesk',
  passes: ok,
  shows: (asked) => names(found(asked)),
  says: ({ tickets }: { tickets: unknown[] }, asked) => count({ items: tickets }, found(asked).length),
});
const found = (asked: Asked) => seen(asked, (ticket) => ticket === asked.target.ticket);

export const search: Route[] = [
  finding((hex) => marker('n', hex)),
  finding((hex) => marker('t', hex)),
  finding((hex) => marker('f', hex)),
  {
    ...finding(() => ''),
    query: ({ target }) => `q=%23${target.ticket?.number ?? 999_999}`,
    shows: (asked) => names(numbered(asked)),
    says: ({ tickets }: { tickets: unknown[] }, asked) => count({ items: tickets }, numbered(asked).length),
  },
  {
    operation: 'GET /api/v1/search',
    query: () => 'q=customer',
    needs: 'helpdesk',
    passes: ok,
    says: ({ contacts }: { contacts: { id: string }[] }, { world, user }) => {
      const foreign = contacts.find(({ id }) => world.targets.contact.find((one) => one.id === id)?.account !== user.account);
      const his = world.targets.contact.filter(({ account }) => account === user.account).length;
      return foreign ? `names ${foreign.id}, a contact of others` : count({ items: contacts }, Math.min(his, 10));
    },
  },
];
const numbered = (asked: Asked) => seen(asked, ({ number }) => number === asked.target.ticket?.number);
