import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import pg from 'pg';
import { envelope, ingest, makeChannel } from './support/channels.js';
import { post, uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { ticketNamed } from './support/reading.js';
import { problemsOf, refusal } from './support/refusal.js';

interface Row {
  id: string;
  name: string;
  ownerId: string | null;
  teamId: string | null;
}

let desk: Desk;
let admin: Api;
let store: pg.Client;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  store = new pg.Client({ connectionString: desk.databaseUrl });
  await store.connect();
}, 120_000);

afterAll(async () => {
  await store?.end();
  await desk?.stop();
}, 60_000);

/** Waits until tickets knows of the user what the gateway knows. */
const known = (...people: User[]) =>
  waitFor(
    async () => {
      const { rows } = await store.query(
        `SELECT 1 FROM gateway.desk_user u JOIN tickets.agent_copy a ON a.account_id = u.account_id AND a.user_id = u.id AND a.version = u.agent_version
         WHERE u.id = ANY ($1)`,
        [people.map(({ id }) => id)],
      );
      return rows.length === people.length;
    },
    { what: 'the copies of the agents' },
  );

type User = Pick<Person, 'id'>;
const inOrder = <T extends User>(users: T[]) => users.toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** New agents of one test, in the order of their ids; nobody signs in. */
async function agents(count: number): Promise<User[]> {
  const word = uniqueWord();
  const user = (_: unknown, i: number) => ({ name: 'Agent', email: `${word}-${i}@people.test`, seat: 'service' });
  const made = await Promise.all(Array.from({ length: count }, user).map((body) => admin.post<User>('/users', body)));
  await known(...made);
  return inOrder(made);
}
/** The same, signed in. */
async function people(count: number): Promise<Person[]> {
  const word = uniqueWord();
  const made = Array.from({ length: count }, (_, i) => makePerson(desk, admin, `${word}-${i}`, { ticketAccess: ticketAccess('own') }));
  const all = await Promise.all(made);
  await known(...all);
  return inOrder(all);
}
const idsOf = (people: User[]) => people.map(({ id }) => id);
const channelWith = (routing: object, more: object = {}) => makeChannel(admin, 'custom', { settings: { routing }, ...more });
type Channel = Awaited<ReturnType<typeof channelWith>>;

/** Writes through the channel, and gives the ticket once it is there. */
async function ticketFrom(channel: Channel, more: Record<string, unknown> = {}): Promise<Row> {
  const word = uniqueWord();
  expect(
    (await ingest(desk.url, channel.id, channel.token, envelope(randomUUID(), { subject: word, thread: word, ...more }))).body.status,
  ).toBe('accepted');
  return waitFor(async () => (await admin.all<Row>(`/tickets?q=${word}`))[0], { what: 'the ticket' });
}
async function ownersOf(channel: Channel, count: number): Promise<(string | null)[]> {
  const owners: (string | null)[] = [];
  for (let i = 0; i < count; i += 1) owners.push((await ticketFrom(channel)).ownerId);
  return owners;
}
const change = async (person: User, body: object) => {
  await admin.patch(`/users/${person.id}`, body);
  await known(person);
};
const goes = async (person: Person, state: string) => {
  await person.api.put('/me/availability', { state });
  await known(person);
};
const makeTeam = (people: User[]) => admin.post<{ id: string }>('/teams', { name: uniqueWord(), memberIds: idsOf(people) });

describe('a channel gives its tickets (D-76)', () => {
  it('to nobody, unless it says so; to whom is a setting that is checked and audited', async () => {
    const [agent] = (await agents(1)) as [User];
    const channel = await makeChannel(admin, 'custom');
    expect((await ticketFrom(channel)).ownerId).toBeNull();
    const set = (routing: object) => admin.patch(`/channels/${channel.id}`, { settings: { routing } });
    const refused = (routing: object) => problemsOf(set(routing));
    expect(await refused({ mode: 'luck' })).toEqual(['/settings/routing/mode is_in']);
    expect(await refused({ mode: 'user', userIds: [] })).toEqual(['/settings/routing/userIds exactly_one']);
    expect(await refused({ mode: 'team', teamIds: [randomUUID(), randomUUID()] })).toEqual(['/settings/routing/teamIds exactly_one']);
    expect(await refused({ mode: 'round_robin', userIds: [agent.id, randomUUID()] })).toEqual(['/settings/routing/userIds/1 unknown']);
    expect(await refused({ mode: 'round_robin', teamIds: [agent.id] })).toEqual(['/settings/routing/teamIds/0 unknown']);
    expect(await refused({ mode: 'round_robin', onlyAvailable: 'no' })).toEqual(['/settings/routing/onlyAvailable is_boolean']);
    const routing = { mode: 'user', userIds: [agent.id] };
    expect(await set(routing)).toMatchObject({ settings: { routing } });
    const lines = () => admin.all<{ action: string; subject: string; new: object }>('/audit');
    const line = await waitFor(
      async () => (await lines()).find(({ action, subject }) => action === 'channel.changed' && subject === `channel/${channel.id}`),
      {
        what: 'the line in the audit',
      },
    );
    expect(line).toMatchObject({ new: { settings: { routing } } });
    await waitFor(async () => (await ticketFrom(channel)).ownerId === agent.id, { what: 'the new setting to hold' });
  });

  it('in turn, and fairly where twenty come at once', async () => {
    const four = await agents(4);
    const channel = await channelWith({ mode: 'round_robin', userIds: idsOf(four) });
    const rows = await Promise.all(Array.from({ length: 20 }, () => ticketFrom(channel)));
    const counts = four.map(({ id }) => rows.filter(({ ownerId }) => ownerId === id).length);
    expect(counts).toEqual([5, 5, 5, 5]);
    expect(await ownersOf(channel, 5)).toEqual([...idsOf(four), four[0]?.id]);
    // Each channel has turns of its own.
    expect(await ownersOf(await channelWith({ mode: 'round_robin', userIds: idsOf(four) }), 2)).toEqual(idsOf(four).slice(0, 2));
  });

  it('tells whoever gets one, who finds it in his history and in his view', async () => {
    const [agent] = (await people(1)) as [Person];
    const { id } = await ticketFrom(await channelWith({ mode: 'round_robin', userIds: [agent.id] }));
    const notices = () => agent.api.all<{ topic: string; reason: string; ticketId: string }>('/notifications');
    await waitFor(async () => (await notices()).length === 1, { what: 'the notice' });
    expect(await notices()).toMatchObject([{ topic: 'assigned', reason: 'owner', ticketId: id }]);
    expect((await agent.api.all<Row>('/tickets?view=mine')).map((row) => row.id)).toEqual([id]);
    const { items } = await agent.api.get<{ items: object[] }>(`/tickets/${id}/history`);
    expect(items).toEqual([
      expect.objectContaining({
        field: 'ownerId',
        old: null,
        new: agent.id,
        source: 'routing',
        actor: { type: 'system', id: null, name: 'Automation' },
      }),
    ]);
  });

  it('to who has least open', async () => {
    const [a, b, c] = (await agents(3)) as [User, User, User];
    const channel = await channelWith({ mode: 'least_busy', userIds: idsOf([a, b, c]) });
    const [first, second] = [await ticketFrom(channel), await ticketFrom(channel)];
    expect([first.ownerId, second.ownerId]).toEqual([a.id, b.id]);
    await admin.patch(`/tickets/${second.id}`, { ownerId: c.id });
    expect(await ownersOf(channel, 1)).toEqual([b.id]);
    await admin.delete(`/tickets/${first.id}`);
    expect(await ownersOf(channel, 1)).toEqual([a.id]);
  });

  it('to the contact’s owner; while he cannot, to the others that are named', async () => {
    const [owner, other] = (await people(2)) as [Person, Person];
    const word = uniqueWord();
    const email = `${word}@customer.test`;
    const contact = await admin.post<{ id: string; ownerId: string }>('/contacts', { name: word, email, ownerId: owner.id });
    expect(contact.ownerId).toBe(owner.id);
    const sender = { name: 'Mara', address: { kind: 'email', value: email } };
    const [named, alone] = [
      await channelWith({ mode: 'contact_owner', userIds: [other.id] }),
      await channelWith({ mode: 'contact_owner' }),
    ];
    const ask = async (more: object = { sender }) => [
      (await ticketFrom(named, { ...more })).ownerId,
      (await ticketFrom(alone, { ...more })).ownerId,
    ];
    expect(await ask()).toEqual([owner.id, owner.id]);
    expect(await ask({})).toEqual([other.id, null]);
    await goes(owner, 'away');
    expect(await ask()).toEqual([other.id, null]);
    await goes(owner, 'available');
    await admin.patch(`/contacts/${contact.id}`, { ownerId: null });
    expect(await ask()).toEqual([other.id, null]);
    expect(await problemsOf(admin.patch(`/contacts/${contact.id}`, { ownerId: randomUUID() }))).toEqual(['/ownerId unknown']);
    expect((await refusal(admin.patch(`/contacts/${randomUUID()}`, { ownerId: randomUUID() }))).status).toBe(404);
    // The owner of the one that goes up in another is kept where this one has none.
    const second = await admin.post<{ id: string }>('/contacts', { name: word, ownerId: other.id });
    expect(await admin.post(`/contacts/${contact.id}/merge`, { secondaryId: second.id })).toMatchObject({ ownerId: other.id });
  });

  it('to a team, whose it stays where nobody there can take it (W-26)', async () => {
    const [a, b, outsider] = (await people(3)) as [Person, Person, Person];
    const [team, others] = [await makeTeam([a]), await makeTeam([outsider])];
    const channel = await channelWith({ mode: 'team', teamIds: [team.id] }, { teamId: others.id });
    await known(a);
    expect(await ticketFrom(channel)).toMatchObject({ ownerId: a.id, teamId: team.id });
    await admin.patch(`/teams/${team.id}`, { memberIds: idsOf([a, b]) });
    await known(a, b);
    expect(await ownersOf(channel, 2)).toEqual([b.id, a.id]);
    for (const one of [a, b]) await goes(one, 'away');
    expect(await ticketFrom(channel)).toMatchObject({ ownerId: null, teamId: team.id });
    for (const one of [a, b]) await goes(one, 'available');
    await admin.delete(`/teams/${team.id}`);
    await known(a, b);
    expect(await ticketFrom(channel)).toMatchObject({ ownerId: null });
  });

  it('never automatic mail (D-41), and no ticket that somebody makes by hand', async () => {
    const [agent] = (await agents(1)) as [User];
    const address = `${uniqueWord()}@desk.test`;
    await makeChannel(admin, 'email', { address, settings: { routing: { mode: 'user', userIds: [agent.id] } } });
    const write = async (headers: Record<string, string>) => {
      const word = uniqueWord();
      await post(desk.smtpPort, { from: `${word}@customer.test`, to: address, subject: word, text: 'x', headers });
      const { id } = await ticketNamed(admin, word);
      return (await admin.get<Row>(`/tickets/${id}`)).ownerId;
    };
    expect(await write({ 'Auto-Submitted': 'auto-generated' })).toBeNull();
    expect(await write({})).toBe(agent.id);
    const [pipeline] = (await admin.get<{ items: { id: string; stages: { id: string }[] }[] }>('/pipelines')).items;
    const made = await admin.post<Row>('/tickets', { name: uniqueWord(), pipelineId: pipeline?.id, stageId: pipeline?.stages[0]?.id });
    expect(made.ownerId).toBeNull();
  });
});

describe('who gets tickets', () => {
  it('D-11 nobody who is away, unless the channel does not ask; he himself says so, and colleagues see it', async () => {
    const [a, b] = (await people(2)) as [Person, Person];
    const users = { mode: 'round_robin', userIds: idsOf([a, b]) };
    const [available, anyone] = [await channelWith(users), await channelWith({ ...users, onlyAvailable: false })];
    expect(await a.api.get('/me/availability')).toEqual({ state: 'available', openTickets: 0, maxOpenTickets: null });
    await goes(a, 'away');
    expect(await ownersOf(available, 2)).toEqual([b.id, b.id]);
    expect(await ownersOf(anyone, 2)).toEqual([a.id, b.id]);
    expect(await a.api.get('/me/availability')).toEqual({ state: 'away', openTickets: 1, maxOpenTickets: null });
    expect(await b.api.get(`/users/${a.id}`)).toMatchObject({ availability: 'away' });
    await goes(b, 'away');
    expect(await ownersOf(available, 1)).toEqual([null]);
    await goes(a, 'available');
    expect(await ownersOf(available, 1)).toEqual([a.id]);
    expect(await problemsOf(a.api.put('/me/availability', { state: 'asleep' }))).toEqual(['/state is_in']);
  });

  it('D-77 nobody who is at his limit, even where many come at once; where all are, it stays with nobody', async () => {
    const [a, b] = (await people(2)) as [Person, Person];
    await change(a, { maxOpenTickets: 2 });
    await change(b, { maxOpenTickets: 3 });
    const userIds = idsOf([a, b]);
    const channels = [await channelWith({ mode: 'round_robin', userIds }), await channelWith({ mode: 'least_busy', userIds })];
    const rows = await Promise.all(channels.flatMap((channel) => Array.from({ length: 5 }, () => ticketFrom(channel))));
    const taken = (owner: string | null) => rows.filter(({ ownerId }) => ownerId === owner).length;
    expect([taken(a.id), taken(b.id), taken(null)]).toEqual([2, 3, 5]);
    expect(await a.api.get('/me/availability')).toEqual({ state: 'available', openTickets: 2, maxOpenTickets: 2 });
    // By hand it can be given all the same; what is closed makes room.
    const free = rows.filter(({ ownerId }) => ownerId === null).map(({ id }) => id);
    expect(await admin.patch(`/tickets/${free[0]}`, { ownerId: a.id })).toMatchObject({ ownerId: a.id });
    const stages = (await admin.get<{ items: { stages: { id: string; category: string }[] }[] }>('/pipelines')).items[0]?.stages ?? [];
    const closed = stages.find(({ category }) => category === 'closed')?.id;
    await admin.patch(`/tickets/${rows.find(({ ownerId }) => ownerId === b.id)?.id}`, { stageId: closed });
    expect(await ownersOf(channels[0] as Channel, 2)).toEqual([b.id, null]);
    await change(a, { maxOpenTickets: null });
    expect(await ownersOf(channels[0] as Channel, 1)).toEqual([a.id]);
    expect(await problemsOf(admin.patch(`/users/${a.id}`, { maxOpenTickets: -1 }))).toEqual(['/maxOpenTickets min']);
    expect((await refusal(a.api.patch(`/users/${a.id}`, { maxOpenTickets: 9 }))).problem.code).toBe('missing_users');
  });

  it('nobody whose account or Service seat is gone, from then on', async () => {
    const [a, b, c] = (await agents(3)) as [User, User, User];
    const channel = await channelWith({ mode: 'round_robin', userIds: idsOf([a, b, c]) });
    expect(await ownersOf(channel, 1)).toEqual([a.id]);
    await change(b, { active: false });
    await change(c, { seat: 'sales', access: ['service'] });
    expect(await ownersOf(channel, 2)).toEqual([a.id, a.id]);
    await change(a, { active: false });
    expect(await ownersOf(channel, 1)).toEqual([null]);
    await change(c, { seat: 'service' });
    expect(await ownersOf(channel, 1)).toEqual([c.id]);
  });

  it('those too that the gateway has told nobody of: the first super admin, and users from before', async () => {
    const { user } = await admin.get<{ user: { id: string } }>('/me');
    await known(user);
    const [old] = (await agents(1)) as [User];
    await store.query('DELETE FROM tickets.agent_copy WHERE user_id = $1', [old.id]);
    await store.query('UPDATE gateway.desk_user SET agent_version = 0 WHERE id = $1', [old.id]);
    await known(old);
    expect(await ownersOf(await channelWith({ mode: 'round_robin', userIds: [old.id, user.id] }), 2)).toEqual([user.id, old.id]);
  });
});
