import { expect, test } from '@jest/globals';
import type { TicketScope } from '@helpdesk/access';
import type { TicketAccessFacts } from '@helpdesk/contracts';
import type { Principal } from '../auth/principal.js';
import { credentialOf, newsOf, presenceWord, rightsText } from './live.rules.js';

const NOW = new Date('2026-01-01T12:00:00Z');
const none = { scope: 'none' as const, unassigned: false };
const mira: TicketScope = {
  accountId: 'acme',
  userId: 'mira',
  isSuperAdmin: false,
  view: { scope: 'own', unassigned: false },
  edit: none,
  delete: none,
  teamIds: [],
  teammateIds: ['mira'],
};
const facts = (change: Partial<TicketAccessFacts> = {}): TicketAccessFacts => ({
  accountId: 'acme',
  ownerId: null,
  teamId: null,
  shares: [],
  ...change,
});
const hers = facts({ ownerId: 'mira' });
const share = (expiresAt: string | null) => facts({ shares: [{ userId: 'mira', teamId: null, expiresAt }] });

test.each([
  ['she gets it', facts(), hers, 'ticket.changed'],
  ['she keeps it', hers, hers, 'ticket.changed'],
  ['she loses it', hers, facts(), 'ticket.gone'],
  ['it is never hers', facts(), facts({ ownerId: 'tom' }), undefined],
  ['it begins as hers', null, hers, 'ticket.changed'],
  ['it is deleted', hers, null, 'ticket.gone'],
  ['it was never hers and is deleted', facts(), null, undefined],
  ['a share for good', facts(), share(null), 'ticket.changed'],
  ['a share that has ended', facts(), share('2026-01-01T11:59:59Z'), undefined],
  ['a share is taken back', share('2026-01-01T12:00:01Z'), facts(), 'ticket.gone'],
  ['the same ids in another account', { ...hers, accountId: 'other' }, { ...hers, accountId: 'other' }, undefined],
])('%s', (_, before, after, news) => {
  expect(newsOf(mira, before, after, NOW)).toBe(news);
});

test('rights differ when seat, scope or teams do, not when only the order does', () => {
  const rule = { scope: 'all' as const, unassigned: true };
  const principal = {
    seat: 'service',
    isSuperAdmin: false,
    access: [],
    rights: ['bulk', 'audit'],
    ticketAccess: { view: rule, edit: rule, delete: rule },
    teamIds: ['a', 'b'],
    teammateIds: ['x', 'y'],
    seatReply: true,
  } as unknown as Principal;
  const text = rightsText(principal);
  expect(rightsText({ ...principal, rights: ['audit', 'bulk'], teamIds: ['b', 'a'], teammateIds: ['y', 'x'] })).toBe(text);
  expect(rightsText({ ...principal, seat: 'sales' })).not.toBe(text);
  expect(rightsText({ ...principal, teammateIds: ['x'] })).not.toBe(text);
  expect(rightsText({ ...principal, ticketAccess: { ...principal.ticketAccess, view: { scope: 'all', unassigned: false } } })).not.toBe(
    text,
  );
});

test('a word about presence is an id and a known state, and nothing else', () => {
  const ticketId = '01890000-0000-7000-8000-00000000000A';
  expect(presenceWord({ ticketId, state: 'viewing', more: 1 })).toEqual({ ticketId: ticketId.toLowerCase(), state: 'viewing' });
  expect(presenceWord({ ticketId, state: 'left' })).toBeDefined();
  for (const said of [undefined, null, 'x', [], {}, { ticketId }, { ticketId, state: 'dancing' }, { ticketId: '*', state: 'viewing' }])
    expect(presenceWord(said)).toBeUndefined();
  expect(presenceWord({ ticketId: [ticketId], state: 'viewing' })).toBeUndefined();
});

test('a key in the header goes before one in auth, and that before the cookie', () => {
  const cookie = 'a=b; sid=session; c=d';
  expect(credentialOf({ authorization: 'Bearer one', cookie }, { token: 'two' })).toEqual({ via: 'api_key', secret: 'one' });
  expect(credentialOf({ cookie }, { token: 'two' })).toEqual({ via: 'api_key', secret: 'two' });
  expect(credentialOf({ cookie }, { token: 7 })).toEqual({ via: 'session', secret: 'session' });
  expect(credentialOf({ authorization: 'Basic x' }, {})).toBeUndefined();
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['sid=', undefined],
  ['xsid=1', undefined],
  ['xsid=1;sid=2', '2'],
  [' sid=2 ', '2'],
])('cookies %j hold the session %j', (cookies, sid) => {
  expect(credentialOf({ cookie: cookies }, {})?.secret).toBe(sid);
});
