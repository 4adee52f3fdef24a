import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { post, uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { ticketNamed } from './support/reading.js';
import { problemsOf, refusal } from './support/refusal.js';

interface Contact {
  id: string;
  name: string;
  addresses: { kind: string; value: string }[];
  companyId: string | null;
  mergedIds: string[];
}
interface Company {
  id: string;
  domains: string[];
  mergedIds: string[];
}
interface Ticket {
  id: string;
  version: number;
  contactIds: string[];
  companyIds: string[];
}
interface Page<T> {
  items: T[];
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

const contactOf = (word: string, name = word) => admin.post<Contact>('/contacts', { name, email: `${name}@${word}.test` });
const companyOf = (word: string) => admin.post<Company>('/companies', { name: word, domains: [`${word}.test`] });
const merge = <T = Contact>(path: string, id: string, secondaryId: string) => admin.post<T>(`/${path}/${id}/merge`, { secondaryId });
const ticketWith = (fields: object) => admin.post<Ticket>('/tickets', { name: uniqueWord(), ...place, ...fields });
const ticket = (id: string) => admin.get<Ticket>(`/tickets/${id}`);
const ticketsOf = async (path: string, as = admin) => (await as.all<{ id: string }>(`/${path}/tickets`)).map(({ id }) => id);
const hasContacts = (id: string, contactIds: string[]) =>
  waitFor(async () => (await ticket(id)).contactIds.join() === contactIds.join(), { what: 'the contacts of the ticket' });

describe('two contacts become one (D-59)', () => {
  it('with all their addresses, conversations and tickets; the other id leads there', async () => {
    const word = uniqueWord();
    const [stays, goes] = [await contactOf(word, 'Stays'), await contactOf(word, 'Goes')];
    const firm = await admin.post<Company>('/companies', { name: word });
    await admin.patch(`/contacts/${goes.id}`, { companyId: firm.id });
    await post(desk.smtpPort, { from: `goes@${word}.test`, subject: `First ${word}`, text: 'one' });
    const { id: written } = await ticketNamed(admin, `First ${word}`);
    const { version } = await ticket(written);

    const now = await merge('contacts', stays.id, goes.id);
    expect(now).toMatchObject({
      id: stays.id,
      name: 'Stays',
      addresses: [
        { kind: 'email', value: `goes@${word}.test` },
        { kind: 'email', value: `stays@${word}.test` },
      ],
      companyId: firm.id,
      mergedIds: [goes.id],
    });
    for (const id of [stays.id, goes.id]) expect(await admin.get(`/contacts/${id}`)).toEqual(now);
    expect((await admin.get<Page<Contact>>(`/contacts?q=${word}`)).items).toEqual([now]);
    expect((await refusal(admin.patch(`/contacts/${goes.id}`, { name: 'x' }))).problem).toMatchObject({
      status: 409,
      code: 'contact_merged',
      contactId: stays.id,
    });
    await hasContacts(written, [stays.id]);
    // Nobody has changed it.
    expect((await ticket(written)).version).toBe(version);
    const rows = await admin.get<Page<{ id: string; contact: object }>>(`/contacts/${goes.id}/tickets`);
    expect(rows.items).toMatchObject([{ id: written, contact: { id: stays.id, name: 'Stays' } }]);
    const again = await post(desk.smtpPort, { from: `goes@${word}.test`, subject: `Second ${word}`, text: 'two' });
    expect(again).toMatch(/^250/);
    const { id: later } = await ticketNamed(admin, `Second ${word}`);
    expect((await ticket(later)).contactIds).toEqual([stays.id]);
    const lines = () => admin.all<{ action: string; subject: string; old: object; new: object }>('/audit');
    const line = await waitFor(
      async () => (await lines()).find(({ subject, action }) => subject === `contact/${stays.id}` && action === 'contact.merged'),
      {
        what: 'the line in the audit',
      },
    );
    expect(line).toMatchObject({ old: { contact: { companyId: null }, secondary: { id: goes.id, name: 'Goes' } }, new: { id: stays.id } });
  });

  it('on tickets that had both the better place is kept, and the first contact is the one lists show', async () => {
    const word = uniqueWord();
    const [a, b, c] = [await contactOf(word, 'A'), await contactOf(word, 'B'), await contactOf(word, 'C')];
    const [first, last, none] = [
      await ticketWith({ contactIds: [b.id, c.id, a.id] }),
      await ticketWith({ contactIds: [a.id, c.id, b.id] }),
      await ticketWith({ contactIds: [c.id, b.id] }),
    ];
    await merge('contacts', a.id, b.id);
    await hasContacts(first.id, [a.id, c.id]);
    await hasContacts(last.id, [a.id, c.id]);
    await hasContacts(none.id, [c.id, a.id]);
    const shown = await admin.all<{ id: string; contact: { name: string } }>(`/contacts/${a.id}/tickets`);
    expect(shown.map(({ id, contact }) => [id, contact.name]).toSorted()).toEqual(
      [
        [first.id, 'A'],
        [last.id, 'A'],
        [none.id, 'C'],
      ].toSorted(),
    );
    // An id that somebody still holds in his hands is good for a new ticket.
    expect((await ticketWith({ contactIds: [b.id, c.id, a.id] })).contactIds).toEqual([a.id, c.id]);
  });

  it('nobody sees a ticket by it that he did not see before', async () => {
    const word = uniqueWord();
    const [his, theirs] = [await contactOf(word, 'His'), await contactOf(word, 'Theirs')];
    const own = await ticketWith({ contactIds: [his.id], ownerId: agent.id });
    const hidden = await ticketWith({ contactIds: [theirs.id] });
    const seen = async () => (await agent.api.all<{ id: string }>('/tickets')).map(({ id }) => id);
    const before = await seen();
    await merge('contacts', his.id, theirs.id);
    await hasContacts(hidden.id, [his.id]);
    expect(await seen()).toEqual(before);
    for (const id of [his.id, theirs.id]) {
      expect(await ticketsOf(`contacts/${id}`, agent.api)).toEqual([own.id]);
      expect((await ticketsOf(`contacts/${id}`)).toSorted()).toEqual([own.id, hidden.id].toSorted());
    }
    expect((await refusal(agent.api.get(`/tickets/${hidden.id}`))).status).toBe(404);
    const open = await agent.api.get<{ sidebar: { previousTickets: object[] } }>(`/tickets/${own.id}?include=sidebar`);
    expect(open.sidebar.previousTickets).toEqual([]);
  });

  it('is refused where there are no two; repeating it changes nothing', async () => {
    const word = uniqueWord();
    const [a, b] = [await contactOf(word, 'A'), await contactOf(word, 'B')];
    expect(await problemsOf(merge('contacts', a.id, a.id))).toEqual(['/secondaryId same']);
    expect(await problemsOf(merge('contacts', a.id, agent.id))).toEqual(['/secondaryId unknown']);
    expect(await problemsOf(admin.post(`/contacts/${a.id}/merge`, {}))).toEqual(['/secondaryId required']);
    expect((await refusal(merge('contacts', agent.id, a.id))).status).toBe(404);
    const now = await merge('contacts', a.id, b.id);
    expect(await merge('contacts', a.id, b.id)).toEqual(now);
    expect(await merge('contacts', b.id, a.id)).toEqual(now);
    const c = await contactOf(word, 'C');
    expect(await merge('contacts', c.id, b.id)).toMatchObject({ id: c.id, mergedIds: [a.id, b.id].toSorted() });
    for (const { id } of [a, b]) expect(await admin.get(`/contacts/${id}`)).toMatchObject({ id: c.id });
  });

  it('at the same moment into each other one is left, with everything', async () => {
    const word = uniqueWord();
    const people = await Promise.all(Array.from({ length: 6 }, (_, i) => contactOf(word, `P${i}`)));
    const made = await Promise.all(people.map(({ id }) => ticketWith({ contactIds: [id] })));
    await Promise.all(
      people.flatMap(({ id }, i) =>
        people.slice(i + 1).flatMap((other) => [merge('contacts', id, other.id), merge('contacts', other.id, id)]),
      ),
    );
    const left = await Promise.all(people.map(({ id }) => admin.get<Contact>(`/contacts/${id}`)));
    expect(new Set(left.map(({ id }) => id)).size).toBe(1);
    expect(left[0]?.addresses).toHaveLength(6);
    for (const { id } of made) await hasContacts(id, [left[0]?.id ?? '']);
  });

  it('mails that come in at the same moment are those of the one that stays', async () => {
    const word = uniqueWord();
    const [stays, goes] = [await contactOf(word, 'Stays'), await contactOf(word, 'Goes')];
    const mails = Array.from({ length: 12 }, (_, i) =>
      post(desk.smtpPort, { from: `goes@${word}.test`, subject: `M${i} ${word}`, text: 'x' }),
    );
    await mails[2];
    await merge('contacts', stays.id, goes.id);
    await Promise.all(mails);
    await waitFor(async () => (await ticketsOf(`contacts/${stays.id}`)).length === 12, { what: 'twelve tickets of the one that stays' });
    expect((await admin.get<Page<Contact>>(`/contacts?q=${word}`)).items.map(({ id }) => id)).toEqual([stays.id]);
  });
});

it('two companies become one, with domains, people and tickets (D-59)', async () => {
  const [here, there] = [uniqueWord(), uniqueWord()];
  const [stays, goes] = [await companyOf(here), await companyOf(there)];
  const person = await contactOf(there);
  const made = await ticketWith({ companyIds: [goes.id] });
  const now = await merge<Company>('companies', stays.id, goes.id);
  expect(now).toMatchObject({ id: stays.id, domains: [`${here}.test`, `${there}.test`].toSorted(), mergedIds: [goes.id] });
  expect(await admin.get(`/companies/${goes.id}`)).toEqual(now);
  expect(await admin.get(`/contacts/${person.id}`)).toMatchObject({ companyId: stays.id });
  await waitFor(async () => (await ticket(made.id)).companyIds[0] === stays.id, { what: 'the company of the ticket' });
  expect(await ticketsOf(`companies/${goes.id}`)).toEqual([made.id]);
  expect(await ticketsOf(`companies/${goes.id}`, agent.api)).toEqual([]);
  expect((await admin.get<Page<Contact>>(`/contacts?companyId=${goes.id}`)).items.map(({ id }) => id)).toEqual([person.id]);
  expect((await contactOf(there, 'Late')).companyId).toBe(stays.id);
  expect(await admin.post<Contact>('/contacts', { name: 'By an old id', companyId: goes.id })).toMatchObject({ companyId: stays.id });
  expect((await refusal(admin.patch(`/companies/${goes.id}`, { name: 'x' }))).problem).toMatchObject({
    code: 'company_merged',
    companyId: stays.id,
  });
  expect(await problemsOf(merge('companies', stays.id, stays.id))).toEqual(['/secondaryId same']);
});
