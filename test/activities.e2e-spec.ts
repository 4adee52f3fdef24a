import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { envelope, ingest, makeChannel } from './support/channels.js';
import { post, uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { messagesOf, ticketNamed, type Item } from './support/reading.js';
import { problemsOf } from './support/refusal.js';
import { customerOf, ticketByMail } from './support/tickets.js';

interface Activity {
  id: string;
  kind: string;
  ticketId: string;
  direction: string;
  subject: string | null;
  excerpt: string;
}
interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
interface Open {
  id: string;
  contactIds: string[];
  timeline: Page<Item & { activity?: Activity; event?: object[] }>;
  sidebar: { activities: Activity[] };
}

let desk: Desk;
let admin: Api;
/** Sees his own tickets alone. */
let agent: Person;
let place: { pipelineId?: string; stageId?: string };

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  agent = await makePerson(desk, admin, 'agent', { ticketAccess: ticketAccess('own') });
  const [pipeline] = (await admin.get<Page<{ id: string; stages: { id: string }[] }>>('/pipelines')).items;
  place = { pipelineId: pipeline?.id, stageId: pipeline?.stages[0]?.id };
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const contactIdOf = async (ticketId: string) => (await admin.get<Open>(`/tickets/${ticketId}`)).contactIds[0] ?? '';
const activitiesOf = (contactId: string, as = admin, path = 'contacts') => as.all<Activity>(`/${path}/${contactId}/activities`);
const open = (id: string, as = admin) => as.get<Open>(`/tickets/${id}?include=timeline,sidebar`);
const create = (fields: object, as = admin) => as.post<Open>('/tickets', { name: uniqueWord(), ...place, ...fields });
const attachedTo = (id: string, count: number) =>
  waitFor(async () => (await open(id)).sidebar.activities.length === count, { what: `${count} activities on the ticket` });

/** Tickets of one customer, each by one mail, the oldest first. */
async function threeMails() {
  const word = uniqueWord();
  const tickets: string[] = [];
  for (const name of ['one', 'two', 'three']) {
    await post(desk.smtpPort, { from: customerOf(word), subject: `${name} ${word}`, text: `Text ${name}` });
    tickets.push((await ticketNamed(admin, `${name} ${word}`)).id);
  }
  const contactId = await contactIdOf(tickets[0] ?? '');
  return { word, tickets, contactId, said: (await activitiesOf(contactId)).toReversed() };
}

describe('what was said with somebody (D-60)', () => {
  it('is listed with him and with his company, the newest first, whatever the channel', async () => {
    const word = uniqueWord();
    const { id } = await ticketByMail(desk.smtpPort, admin, word);
    const contactId = await contactIdOf(id);
    await admin.post(`/tickets/${id}/comments`, { text: 'between us' });
    await admin.post(`/tickets/${id}/replies`, { text: `Dear\n  customer`, undoSeconds: 0 });
    await admin.post(`/tickets/${id}/replies`, { text: 'not yet', undoSeconds: 30 });
    const channel = await makeChannel(admin, 'custom');
    const address = { kind: 'email', value: customerOf(word) };
    const call = { direction: 'inbound', outcome: 'missed' };
    const sent = envelope(randomUUID(), { kind: 'call', sender: { name: 'Mara', address }, text: 'Rang', subject: `Call ${word}`, call });
    expect((await ingest(desk.url, channel.id, channel.token, sent)).body.status).toBe('accepted');
    const { id: called } = await ticketNamed(admin, `Call ${word}`);
    const found = await activitiesOf(contactId);
    expect(found).toMatchObject([
      { kind: 'call', ticketId: called, direction: 'in', excerpt: 'Rang' },
      { kind: 'message', ticketId: id, direction: 'out', subject: `Re: About ${word}`, excerpt: 'Dear customer' },
      { kind: 'message', ticketId: id, direction: 'in', subject: `About ${word}`, excerpt: `Please help: ${word}` },
    ]);
    const company = await admin.post<{ id: string }>('/companies', { name: word });
    await admin.patch(`/contacts/${contactId}`, { companyId: company.id });
    expect(await activitiesOf(company.id, admin, 'companies')).toEqual(found);
    // He had another record, in which he wrote before.
    const other = await ticketByMail(desk.smtpPort, admin, uniqueWord());
    await admin.post(`/contacts/${contactId}/merge`, { secondaryId: await contactIdOf(other.id) });
    const expected = [other.id, called, id, id];
    expect((await activitiesOf(contactId)).map(({ ticketId }) => ticketId)).toEqual(expected);
    expect((await activitiesOf(company.id, admin, 'companies')).map(({ ticketId }) => ticketId)).toEqual(expected);
  });

  it('with an answer that nobody asked for: the contact of the address it went to', async () => {
    const word = uniqueWord();
    const contact = await admin.post<{ id: string }>('/contacts', { name: word, email: customerOf(word) });
    const { id } = await create({ contactIds: [contact.id] });
    await admin.post(`/tickets/${id}/replies`, { text: 'Hello', to: [customerOf(word)], undoSeconds: 0 });
    expect(await activitiesOf(contact.id)).toMatchObject([{ ticketId: id, direction: 'out', excerpt: 'Hello' }]);
  });

  it('is shown of tickets the reader may see, on full pages', async () => {
    const { tickets, contactId, said } = await threeMails();
    expect(said.map(({ ticketId }) => ticketId)).toEqual(tickets);
    expect(await activitiesOf(contactId, agent.api)).toEqual([]);
    for (const id of [tickets[0], tickets[2]]) await admin.patch(`/tickets/${id}`, { ownerId: agent.id });
    const [first, , third] = said;
    const page = await agent.api.get<Page<Activity>>(`/contacts/${contactId}/activities?limit=1`);
    expect(page).toEqual({ items: [third], nextCursor: third?.id });
    const next = await agent.api.get<Page<Activity>>(`/contacts/${contactId}/activities?limit=1&cursor=${page.nextCursor}`);
    expect(next).toEqual({ items: [first], nextCursor: null });
  });
});

describe('past activities of a new ticket (S-23)', () => {
  it('exactly those that were chosen stand in its timeline, and they stay with the contact and on their tickets', async () => {
    const { tickets, contactId, said } = await threeMails();
    const chosen = [said[2], said[0]] as Activity[];
    const { id } = await create({ contactIds: [contactId], activityIds: chosen.map((activity) => activity.id) });
    await attachedTo(id, 2);
    const { timeline, sidebar } = await open(id);
    expect(sidebar.activities).toEqual(chosen);
    expect(timeline.items).toMatchObject(
      chosen.map((activity) => ({
        kind: 'event',
        direction: 'internal',
        text: activity.excerpt,
        event: [{ field: 'activity', old: null, new: activity.id }],
        activity,
      })),
    );
    expect((await activitiesOf(contactId)).toReversed()).toEqual(said);
    for (const [i, ticketId] of tickets.entries())
      expect((await messagesOf(admin, ticketId)).map((item) => item.id)).toEqual([said[i]?.id]);
    // Nobody has written on it: neither a thread nor a first answer.
    expect(await messagesOf(admin, id)).toEqual([]);
  });

  it('say nothing to who may not see the tickets they come from', async () => {
    const { tickets, said } = await threeMails();
    const { id } = await create({ ownerId: agent.id, activityIds: said.map((activity) => activity.id) });
    await attachedTo(id, 3);
    await admin.patch(`/tickets/${tickets[1]}`, { ownerId: agent.id });
    const seen = await open(id, agent.api);
    expect(seen.sidebar.activities).toEqual([said[1]]);
    expect(seen.timeline.items.map(({ activity }) => activity)).toEqual([said[1]]);
    expect(seen.timeline.nextCursor).toBeNull();
    // Neither an empty page nor a cursor tells of the others.
    await agent.api.post(`/tickets/${id}/comments`, { text: 'mine' });
    const first = await agent.api.get<Page<Item>>(`/tickets/${id}/timeline?limit=1`);
    const second = await agent.api.get<Page<Item>>(`/tickets/${id}/timeline?limit=1&cursor=${first.nextCursor}`);
    expect([first.items[0]?.text, second.items[0]?.text, second.nextCursor]).toEqual([said[1]?.excerpt, 'mine', null]);
    await admin.patch(`/tickets/${tickets[1]}`, { ownerId: null });
    expect(JSON.stringify(await open(id, agent.api))).not.toMatch(/Text (one|two|three)/);
  });

  it('are refused where the maker may not see them, as if they were not there', async () => {
    const { said } = await threeMails();
    const [first, second] = said.map((activity) => activity.id);
    const own = await ticketByMail(desk.smtpPort, admin, uniqueWord());
    await admin.patch(`/tickets/${own.id}`, { ownerId: agent.id });
    const [mine] = await messagesOf(agent.api, own.id);
    const event = (
      await waitFor(async () => (await agent.api.all<Item>(`/tickets/${own.id}/timeline`)).find(({ kind }) => kind === 'event'), {
        what: 'the change of owner',
      })
    ).id;
    const refused = (activityIds: (string | undefined)[]) => problemsOf(create({ activityIds }, agent.api));
    expect(await refused([mine?.id, first, randomUUID(), event])).toEqual([
      '/activityIds/1 unknown',
      '/activityIds/2 unknown',
      '/activityIds/3 unknown',
    ]);
    expect(await refused([second, second])).toEqual(['/activityIds array_unique']);
    expect((await create({ activityIds: [mine?.id] }, agent.api)).id).toBeTruthy();
  });
});

it('D-60 open tickets that may be about the same warn who makes another', async () => {
  const { word, tickets, contactId } = await threeMails();
  const similar = async (query: string, as = admin) =>
    (await as.get<Page<{ id: string }>>(`/tickets/similar?${query}`)).items.map(({ id }) => id);
  expect(await similar(`contactId=${contactId}`)).toEqual(tickets.toReversed());
  expect(await similar(`name=${encodeURIComponent(` TWO ${word} `)}`)).toEqual([tickets[1]]);
  expect(await similar(`name=${word}&contactId=${randomUUID()}`)).toEqual(tickets.toReversed());
  expect(await similar('')).toEqual([]);
  expect(await similar(`contactId=${contactId}`, agent.api)).toEqual([]);
  const stages = (await admin.get<Page<{ stages: { id: string; category: string }[] }>>('/pipelines')).items[0]?.stages ?? [];
  await admin.patch(`/tickets/${tickets[2]}`, { stageId: stages.find(({ category }) => category === 'closed')?.id });
  await admin.delete(`/tickets/${tickets[0]}`);
  await admin.patch(`/tickets/${tickets[1]}`, { ownerId: agent.id });
  expect(await similar(`contactId=${contactId}&name=${word}`, agent.api)).toEqual([tickets[1]]);
  expect(await similar(`contactId=${contactId}&name=${word}`)).toEqual([tickets[1]]);
});
