import { expect, test } from '@jest/globals';
import { capabilitiesOf, hasHelpdesk, viewsOf } from './capabilities.rules.js';
import type { Principal } from './principal.js';

const all = { scope: 'all' as const, unassigned: true };
const user = (change: Partial<Principal>) => ({
  seat: 'core' as const,
  isSuperAdmin: false,
  access: [],
  rights: [],
  seatReply: true,
  ticketAccess: { view: all, edit: all, delete: all },
  ...change,
});

test('neither seat nor access: no way in', () => {
  expect(hasHelpdesk(user({}))).toBe(false);
  expect(capabilitiesOf(user({ rights: ['account_settings'] }))).toEqual([]);
});

test('a service seat works, settings need the right', () => {
  expect(capabilitiesOf(user({ seat: 'service' }))).toEqual(
    expect.arrayContaining(['ticket.reply', 'ticket.restructure', 'views.all', 'presence']),
  );
  expect(capabilitiesOf(user({ seat: 'service' }))).not.toContain('settings');
  expect(capabilitiesOf(user({ seat: 'service', rights: ['account_settings'] }))).toContain('settings');
});

test('access without the seat: replies and comments, but no restructuring, all views, settings', () => {
  const found = capabilitiesOf(user({ seat: 'core', access: ['sales'], rights: ['account_settings', 'bulk'] }));
  expect(found).toEqual(['helpdesk', 'ticket.create', 'ticket.reply', 'ticket.comment', 'ticket.edit', 'views.own']);
});

test('view only reads', () => {
  expect(capabilitiesOf(user({ seat: 'view_only', access: ['service'] }))).toEqual(['helpdesk']);
});

test('a super admin may do everything', () => {
  expect(capabilitiesOf(user({ isSuperAdmin: true }))).toHaveLength(16);
});

test('views stand in the order of D-70, those of a seat too', () => {
  expect(viewsOf(user({ isSuperAdmin: true }))).toEqual([
    'unassigned',
    'mine',
    'mentions',
    'following',
    'all_open',
    'drafts',
    'scheduled',
    'all_closed',
    'spam',
    'trash',
  ]);
  expect(viewsOf(user({ seat: 'core', access: ['sales'] }))).toEqual(['mentions', 'following', 'all_open']);
});
