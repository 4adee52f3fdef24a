import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { LiveEvent, TicketAccessFacts } from '@helpdesk/contracts';
import type { Principal } from '../auth/principal.js';
import type { KnownFacts } from './latest-facts.js';
import { LiveAccount } from './live-account.js';
import { LiveConnection } from './live-connection.js';

const ALL = { scope: 'all' as const, unassigned: true };
const OWN = { scope: 'own' as const, unassigned: false };
const user = (userId: string, view: Principal['ticketAccess']['view'], change: Partial<Principal> = {}): Principal => ({
  accountId: 'acme',
  accountName: '',
  userId,
  email: '',
  name: '',
  seat: 'service',
  isSuperAdmin: false,
  access: [],
  rights: [],
  ticketAccess: { view, edit: view, delete: view },
  seatReply: true,
  teamIds: [],
  teammateIds: [userId],
  preferences: {},
  via: 'session',
  ...change,
});
const ownedBy = (ownerId: string): TicketAccessFacts => ({ accountId: 'acme', ownerId, teamId: null, shares: [] });
const changed = (version: number, before: TicketAccessFacts | null, after: TicketAccessFacts | null): LiveEvent => ({
  kind: 'ticket.changed',
  ticketId: 't',
  version,
  before,
  after,
});

/** What the database says. */
let holders: Map<string, Principal>;
let isAway: boolean;
let seen: KnownFacts | undefined;
let published: LiveEvent[];
let account: LiveAccount;
let open: LiveConnection[];

beforeEach(() => {
  [holders, isAway, seen, published, open] = [new Map(), false, undefined, [], []];
  account = new LiveAccount('here', {
    holders: async (credentials) => {
      if (isAway) throw new Error('away');
      return new Map([...holders].filter(([credential]) => credentials.includes(credential)));
    },
    look: async () => seen,
    publish: (event) => void published.push(event),
    failed: () => undefined,
  });
});
afterEach(() => {
  for (const connection of open) connection.closed();
});

/** Opens a window; gives what it hears, `views.counts` left out, and `disconnected` at its end. */
function listen(principal: Principal, readAt = Number.NEGATIVE_INFINITY): { heard: unknown[][]; connection: LiveConnection } {
  const heard: unknown[][] = [];
  const wire = {
    id: `socket-${open.length}`,
    emit: (event: string, payload: object) => void (event !== 'views.counts' && heard.push([event, ...Object.values(payload)])),
    disconnect: () => void heard.push(['disconnected']),
  };
  const credential = `credential-${open.length}`;
  holders.set(credential, principal);
  const connection = new LiveConnection(wire, { principal, credential, readAt });
  open.push(connection);
  account.add(connection);
  return { heard, connection };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

test('each hears what he may see, with the rights he has now', async () => {
  const [anna, mira] = [listen(user('anna', ALL)), listen(user('mira', OWN))];
  account.hear(changed(2, ownedBy('mira'), ownedBy('tom')));
  account.hear({ kind: 'timeline.added', ticketId: 't', version: 2, seq: 9, access: ownedBy('tom') });
  await settled();
  expect(anna.heard).toEqual([
    ['ticket.changed', 't', 2],
    ['timeline.added', 't', 2, 9],
  ]);
  expect(mira.heard).toEqual([['ticket.gone', 't', 2]]);
});

test('the rights of an open window change before the next event', async () => {
  const anna = listen(user('anna', ALL));
  holders.set('credential-0', user('anna', OWN));
  account.hear(changed(2, ownedBy('tom'), ownedBy('tom')));
  await settled();
  expect(anna.heard).toEqual([['resync']]);
});

test('rights that were read a moment ago are not read again for each event', async () => {
  const anna = listen(user('anna', ALL), performance.now());
  holders.clear();
  account.hear(changed(2, ownedBy('tom'), ownedBy('tom')));
  await settled();
  expect(anna.heard).toEqual([['ticket.changed', 't', 2]]);
  account.hear({ kind: 'rights.changed' });
  await settled();
  expect(anna.heard.at(-1)).toEqual(['disconnected']);
  expect(account.isEmpty).toBe(true);
});

test('whose session has ended, or who may not enter any more, is disconnected', async () => {
  const windows = [listen(user('anna', ALL)), listen(user('mira', ALL)), listen(user('tom', ALL))];
  holders.delete('credential-0');
  holders.set('credential-1', user('mira', ALL, { seat: 'core' }));
  await account.check();
  expect(windows.map(({ heard }) => heard)).toEqual([[['disconnected']], [['disconnected']], []]);
});

test('nobody hears anything while rights cannot be read; then all are told to fetch again', async () => {
  const anna = listen(user('anna', ALL));
  isAway = true;
  account.hear(changed(2, ownedBy('tom'), ownedBy('tom')));
  await settled();
  expect(anna.heard).toEqual([]);
  isAway = false;
  await account.check();
  expect(anna.heard).toEqual([['resync']]);
  await account.check();
  expect(anna.heard).toHaveLength(1);
});

test('an event that was overtaken tells nobody who has lost sight by then', async () => {
  const [mira, tom] = [listen(user('mira', OWN)), listen(user('tom', OWN))];
  account.hear(changed(3, ownedBy('mira'), ownedBy('tom')));
  account.hear(changed(2, ownedBy('mira'), ownedBy('mira')));
  account.hear({ kind: 'timeline.added', ticketId: 't', version: 2, seq: 9, access: ownedBy('mira') });
  await settled();
  expect(mira.heard.map(([event]) => event)).toEqual(['ticket.gone', 'ticket.gone']);
  expect(tom.heard).toEqual([
    ['ticket.changed', 't', 3],
    ['ticket.changed', 't', 3],
    ['timeline.added', 't', 2, 9],
  ]);
});

test('a notification reaches the windows of its user, while he may see the ticket', async () => {
  const [mira, tom] = [listen(user('mira', OWN)), listen(user('tom', ALL))];
  const event: LiveEvent = { kind: 'notification.added', id: 'n', ticketId: 't', userId: 'mira' };
  account.hear(event);
  await settled();
  expect(mira.heard).toEqual([]);
  seen = { version: 1, facts: ownedBy('mira') };
  account.hear(event);
  await settled();
  expect([mira.heard, tom.heard]).toEqual([[['notification.added', 'n', 't']], []]);
});

test('presence is seen by who sees the ticket and has the capability, and ends with the sight', async () => {
  const anna = listen(user('anna', ALL));
  const sales = listen(user('sales', ALL, { seat: 'sales', access: ['sales'] }));
  const mira = listen(user('mira', OWN));
  seen = { version: 1, facts: ownedBy('mira') };
  await account.place(mira.connection, { ticketId: 't', state: 'typing_reply' });
  const there = ['presence', 't', [{ userId: 'mira', state: 'typing_reply' }]];
  expect([anna.heard, sales.heard, mira.heard]).toEqual([[there], [], [there]]);
  account.hear(changed(2, ownedBy('mira'), ownedBy('tom')));
  await settled();
  expect(anna.heard.slice(1)).toEqual([
    ['ticket.changed', 't', 2],
    ['presence', 't', []],
  ]);
  expect(mira.heard.at(-1)).toEqual(['ticket.gone', 't', 2]);
  expect(published.map((event) => (event.kind === 'presence' ? event.state : event.kind))).toEqual(['typing_reply', 'left']);
});

test('a window that closes is on no ticket, and what other replicas say counts', async () => {
  const [anna, tom] = [listen(user('anna', ALL)), listen(user('tom', ALL))];
  seen = { version: 1, facts: ownedBy('tom') };
  await account.place(tom.connection, { ticketId: 't', state: 'viewing' });
  const ticket = { version: 1, access: ownedBy('tom') };
  const ida = { kind: 'presence' as const, ticketId: 't', userId: 'ida', socketId: 'far', replica: 'there' };
  account.hear({ ...ida, state: 'viewing', ticket });
  await settled();
  account.remove(tom.connection);
  account.hear({ ...ida, state: 'left', ticket: null });
  await settled();
  const users = anna.heard.map(([, , present]) => (present as { userId: string }[]).map(({ userId }) => userId));
  expect(users).toEqual([['tom'], ['ida', 'tom'], ['ida'], []]);
});

test('who may not see a ticket is not on it', async () => {
  const [anna, mira] = [listen(user('anna', ALL)), listen(user('mira', OWN))];
  await account.place(mira.connection, { ticketId: 't', state: 'viewing' });
  expect([anna.heard, mira.heard, published]).toEqual([[], [], []]);
});
