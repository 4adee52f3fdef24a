import { describe, expect, it } from '@jest/globals';
import type { RoutingSettings } from '@helpdesk/contracts';
import { route, type Agent, type RoutingFacts } from './routing.rules.js';

const agent = (userId: string, more: Partial<Agent> = {}): Agent => ({
  userId,
  isAvailable: true,
  teamIds: [],
  maxOpenTickets: null,
  openTickets: 0,
  ...more,
});
const THREE = [agent('b'), agent('a'), agent('c')];
const ownerOf = (rule: RoutingSettings, agents: Agent[], more: Partial<RoutingFacts> = {}) =>
  route(rule, { agents, contactOwnerId: null, lastUserId: null, ...more }).ownerId;
/** Who gets so many tickets, one after the other. */
function owners(rule: RoutingSettings, agents: Agent[], count: number): (string | null)[] {
  const all = agents.map((one) => ({ ...one }));
  let lastUserId: string | null = null;
  return Array.from({ length: count }, () => {
    const { ownerId, isTurn } = route(rule, { agents: all, contactOwnerId: null, lastUserId });
    if (isTurn) lastUserId = ownerId;
    const owner = all.find(({ userId }) => userId === ownerId);
    if (owner) owner.openTickets += 1;
    return ownerId;
  });
}

describe('routing (D-76)', () => {
  it('none: nobody', () => expect(ownerOf({ mode: 'none' }, THREE)).toBeNull());

  it('round robin: one after the other, whoever comes or goes', () => {
    expect(owners({ mode: 'round_robin' }, THREE, 7)).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
    expect(ownerOf({ mode: 'round_robin' }, THREE, { lastUserId: 'bb' })).toBe('c');
    expect(ownerOf({ mode: 'round_robin' }, THREE, { lastUserId: 'z' })).toBe('a');
    expect(ownerOf({ mode: 'round_robin' }, [])).toBeNull();
  });

  it('only those who are named, by themselves or by a team', () => {
    const agents = [agent('a'), agent('b', { teamIds: ['t'] }), agent('c'), agent('d', { teamIds: ['u'] })];
    expect(owners({ mode: 'round_robin', userIds: ['c', 'x'], teamIds: ['t'] }, agents, 3)).toEqual(['b', 'c', 'b']);
    expect(ownerOf({ mode: 'round_robin', userIds: ['x'] }, agents)).toBeNull();
    expect(ownerOf({ mode: 'user', userIds: ['c'] }, agents)).toBe('c');
    expect(ownerOf({ mode: 'user', userIds: ['x'] }, agents)).toBeNull();
    expect(ownerOf({ mode: 'team', teamIds: ['u'] }, agents)).toBe('d');
    expect(ownerOf({ mode: 'team', teamIds: ['v'] }, agents)).toBeNull();
  });

  it('least busy: whoever has least open; those who have the same, in turn', () => {
    expect(owners({ mode: 'least_busy' }, [agent('a', { openTickets: 2 }), agent('b'), agent('c')], 8)).toEqual(
      'b c b c a b c a'.split(' '),
    );
    expect(ownerOf({ mode: 'least_busy' }, [])).toBeNull();
  });

  it('the contact’s owner; another only where others are named', () => {
    expect(ownerOf({ mode: 'contact_owner', userIds: ['a'] }, THREE, { contactOwnerId: 'c' })).toBe('c');
    expect(ownerOf({ mode: 'contact_owner', userIds: ['a'] }, THREE, { contactOwnerId: 'x' })).toBe('a');
    expect(ownerOf({ mode: 'contact_owner', userIds: ['a'] }, THREE)).toBe('a');
    expect(ownerOf({ mode: 'contact_owner' }, THREE)).toBeNull();
  });

  it.each(['round_robin', 'least_busy', 'contact_owner', 'user', 'team'] as const)(
    '%s passes over who is away or at his limit (D-77)',
    (mode) => {
      const rule = { mode, userIds: ['a'], teamIds: ['t'] };
      const only = (more: Partial<Agent>) => [agent('a', { teamIds: ['t'], ...more })];
      expect(ownerOf(rule, only({}))).toBe('a');
      expect(ownerOf(rule, only({ isAvailable: false }))).toBeNull();
      expect(ownerOf({ ...rule, onlyAvailable: false }, only({ isAvailable: false }))).toBe('a');
      expect(ownerOf(rule, only({ maxOpenTickets: 2, openTickets: 1 }))).toBe('a');
      for (const openTickets of [2, 3])
        expect(ownerOf({ ...rule, onlyAvailable: false }, only({ maxOpenTickets: 2, openTickets }))).toBeNull();
    },
  );

  it('goes on with the next one where somebody is full, and stays with nobody where all are', () => {
    expect(owners({ mode: 'round_robin' }, [agent('a', { maxOpenTickets: 1 }), agent('b', { maxOpenTickets: 2 })], 4)).toEqual([
      'a',
      'b',
      'b',
      null,
    ]);
  });
});
