import { expect, test } from '@jest/globals';
import { reachesBeyond, refusals, type UserChanges, type UserFacts } from './users.rules.js';

const OWN = { scope: 'own', unassigned: false } as const;
const user = (id: string, facts: Partial<UserFacts> = {}): UserFacts => ({
  id,
  seat: 'service',
  superAdmin: false,
  access: [],
  ticketAccess: { view: OWN, edit: OWN, delete: OWN },
  rights: [],
  active: true,
  teamIds: [],
  ...facts,
});
const root = user('root', { superAdmin: true });
const clerk = user('clerk', { rights: ['user_admin', 'bulk'] });
const agent = user('agent');
const chief = user('chief', { rights: ['audit'] });

const codes = (actor: UserFacts, target: UserFacts | undefined, changes: UserChanges, hasOtherSuperAdmin = true) =>
  refusals({ actor, target, changes, hasOtherSuperAdmin })
    .map(({ pointer, code }) => `${pointer} ${code}`)
    .join(', ');

test.each<[string, UserFacts, UserFacts | undefined, UserChanges, string]>([
  ['a super admin makes another', root, agent, { superAdmin: true, rights: ['audit'] }, ''],
  ['a user admin gives a right he has', clerk, agent, { rights: ['bulk'] }, ''],
  [
    'but none he has not',
    clerk,
    agent,
    { rights: ['bulk', 'export', 'audit'] },
    '/rights/1 beyond_own_rights, /rights/2 beyond_own_rights',
  ],
  ['a right that is there may stay', clerk, chief, { rights: ['audit', 'bulk'] }, ''],
  ['nor a super admin', clerk, undefined, { superAdmin: true }, '/superAdmin beyond_own_rights'],
  ['nor may he touch one', clerk, root, { name: 'x', seat: 'core' }, '/name beyond_own_rights, /seat beyond_own_rights'],
  [
    'nor take over somebody with more rights',
    clerk,
    chief,
    { password: 'p', email: 'e' },
    '/email beyond_own_rights, /password beyond_own_rights',
  ],
  ['nobody changes his own rights', clerk, clerk, { seat: 'core', rights: ['user_admin'] }, '/seat own_rights, /rights own_rights'],
  ['what stays as it is is no change', clerk, clerk, { seat: 'service', rights: ['bulk', 'user_admin'], name: 'x' }, ''],
  ['nor joins a team that widens what he sees', clerk, clerk, { teamIds: ['team'] }, '/teamIds own_rights'],
  ['who sees everything anyway may', root, root, { teamIds: ['team'] }, ''],
  ['his own password is changed elsewhere', root, root, { password: 'p' }, '/password own_password'],
])('%s', (_, actor, target, changes, expected) => {
  expect(codes(actor, target, changes)).toBe(expected);
});

test('the last active super admin stays', () => {
  expect(codes(root, root, { superAdmin: false, active: false, seat: 'core' }, false)).toBe(
    '/superAdmin last_super_admin, /active last_super_admin, /seat own_rights',
  );
  expect(codes(root, root, { superAdmin: false }, true)).toBe('/superAdmin own_rights');
  expect(codes(root, user('other', { superAdmin: true, active: false }), { superAdmin: false }, false)).toBe('');
});

test('who reaches beyond whom', () => {
  expect(reachesBeyond(chief, root)).toBe(false);
  expect(reachesBeyond(chief, clerk)).toBe(true);
  expect(reachesBeyond(root, clerk)).toBe(true);
  expect(reachesBeyond(agent, clerk)).toBe(false);
});
