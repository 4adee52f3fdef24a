import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { post, uniqueWord } from './support/letters.js';
import { makePerson, type Person } from './support/people.js';
import { ticketNamed } from './support/reading.js';
import { problemsOf, refusal } from './support/refusal.js';
import { customerOf, ticketByMail } from './support/tickets.js';

interface Contact {
  id: string;
  name: string;
  addresses: { kind: string; value: string }[];
  companyId: string | null;
}
interface Company {
  id: string;
  domains: string[];
}
interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

let desk: Desk;
let admin: Api;
/** Sees his own tickets alone. */
let agent: Person;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  agent = await makePerson(desk, admin, 'agent');
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const found = async (path: string, q: string) =>
  (await admin.get<Page<{ id: string }>>(`/${path}?q=${encodeURIComponent(q)}`)).items.map(({ id }) => id);

describe('contacts', () => {
  it('are kept with several addresses and found by name, mail and phone (S-22)', async () => {
    const word = uniqueWord();
    const made = await admin.post<Contact>('/contacts', {
      name: `Anna ${word}`,
      email: `Anna@${word}.test`,
      phone: '+49 (30) 123-4567',
      addresses: [{ kind: 'handle', value: `@${word}` }],
    });
    expect(made.addresses).toEqual([
      { kind: 'email', value: `anna@${word}.test` },
      { kind: 'handle', value: `@${word}` },
      { kind: 'phone', value: '+49301234567' },
    ]);
    for (const q of [`anna ${word}`, `ANNA@${word}`, '+4930123', '+49 (30) 123']) expect(await found('contacts', q)).toEqual([made.id]);
    expect(await found('contacts', '%')).toEqual([]);
    const changed = await admin.patch<Contact>(`/contacts/${made.id}`, { addresses: [{ kind: 'email', value: `other@${word}.test` }] });
    expect(changed).toMatchObject({ name: made.name, addresses: [{ kind: 'email', value: `other@${word}.test` }] });
    expect(await admin.get(`/contacts/${made.id}`)).toEqual(changed);
  });

  it('write from their addresses, whoever kept these; a new name shows in the lists', async () => {
    const word = uniqueWord();
    const made = await admin.post<Contact>('/contacts', { name: 'Berta', email: customerOf(word) });
    const { id } = await ticketByMail(desk.smtpPort, admin, word);
    const row = async () =>
      (await admin.get<Page<{ id: string; contact: { id: string; name: string } }>>(`/contacts/${made.id}/tickets`)).items;
    expect(await row()).toMatchObject([{ id, contact: { id: made.id, name: 'Berta' } }]);
    await admin.patch(`/contacts/${made.id}`, { name: 'Berta Brecht' });
    await waitFor(async () => (await row())[0]?.contact.name === 'Berta Brecht', { what: 'the new name in the list' });
    expect((await agent.api.get<Page<object>>(`/contacts/${made.id}/tickets`)).items).toEqual([]);
  });

  it('no two have the same address: the one that has it is named (S-44)', async () => {
    const word = uniqueWord();
    const first = await admin.post<Contact>('/contacts', { name: 'First', email: `first@${word}.test` });
    const problem = (await refusal(admin.post('/contacts', { name: 'Second', email: `FIRST@${word}.test` }))).problem;
    expect(problem).toMatchObject({ status: 409, code: 'contact_exists', contactId: first.id });
    expect(await found('contacts', 'Second')).toEqual([]);
    expect((await refusal(admin.get(`/contacts/${agent.id}`))).status).toBe(404);
    const wrong = {
      name: ' ',
      addresses: [
        { kind: 'email', value: 'nowhere' },
        { kind: 'phone', value: 'ring me' },
        { kind: 'fax', value: '1' },
      ],
    };
    expect(await problemsOf(admin.post('/contacts', wrong))).toEqual(['/addresses/2/kind is_in']);
    wrong.addresses.pop();
    expect(await problemsOf(admin.post('/contacts', wrong))).toEqual([
      '/name required',
      '/addresses/0/value wrong_value',
      '/addresses/1/value wrong_value',
    ]);
    expect(await problemsOf(admin.post('/contacts', { name: 'A', email: 'nowhere', phone: 'ring me' }))).toEqual([
      '/email wrong_value',
      '/phone wrong_value',
    ]);
    expect(await problemsOf(admin.post('/contacts', { name: 'A', addresses: [[]] }))).toEqual(['/addresses is_object']);
    expect(await problemsOf(admin.patch(`/contacts/${first.id}`, { companyId: agent.id }))).toEqual(['/companyId unknown']);
  });
});

describe('companies (D-58, D-59)', () => {
  it('have the contacts of their domains, before and after, and those contacts’ tickets', async () => {
    const word = uniqueWord();
    const early = await admin.post<Contact>('/contacts', { name: 'Early', email: `early@${word}.test` });
    const company = await admin.post<Company>('/companies', { name: `Firm ${word}`, domains: [`${word.toUpperCase()}.test`] });
    expect(company.domains).toEqual([`${word}.test`]);
    expect(await admin.get<Contact>(`/contacts/${early.id}`)).toMatchObject({ companyId: company.id });
    for (const q of [`firm ${word}`, `${word}.te`]) expect(await found('companies', q)).toEqual([company.id]);
    const { items } = await admin.get<{ items: [{ id: string; stages: { id: string }[] }] }>('/pipelines');
    const place = { pipelineId: items[0].id, stageId: items[0].stages[0]?.id };
    const ticket = await admin.post<{ id: string }>('/tickets', { name: word, ...place, companyIds: [company.id], contactIds: [early.id] });
    const tickets = async (as: Api) => (await as.get<Page<{ id: string }>>(`/companies/${company.id}/tickets`)).items.map(({ id }) => id);
    expect([await tickets(admin), await tickets(agent.api)]).toEqual([[ticket.id], []]);
    const other = uniqueWord();
    await post(desk.smtpPort, { from: `late@${word}.test`, subject: `About ${other}`, text: 'Hello' });
    const { id: theirs } = await ticketNamed(admin, other);
    expect([await tickets(admin), await tickets(agent.api)]).toEqual([[theirs, ticket.id], []]);
    const kept = await admin.post<Contact>('/contacts', { name: 'Kept', email: `kept@${word}.test` });
    const people = await admin.get<Page<Contact>>(`/contacts?companyId=${company.id}`);
    expect(people.items.map(({ name }) => name)).toEqual(['Kept', `late@${word}.test`, 'Early']);
    expect(kept.companyId).toBe(company.id);
  });

  it('share no domain, and own none where everybody has an address', async () => {
    const word = uniqueWord();
    const first = await admin.post<Company>('/companies', { name: 'First', domains: [`${word}.test`] });
    const problem = (await refusal(admin.post('/companies', { name: 'Second', domains: [`${word}.test`] }))).problem;
    expect(problem).toMatchObject({ status: 409, code: 'company_exists', companyId: first.id });
    expect(await problemsOf(admin.patch(`/companies/${first.id}`, { domains: ['gmail.com'] }))).toEqual(['/domains/0 free_mail']);
    expect(await problemsOf(admin.patch(`/companies/${first.id}`, { domains: ['no domain'] }))).toEqual(['/domains is_fqdn']);
    expect(await admin.patch<Company>(`/companies/${first.id}`, { name: 'Firm' })).toMatchObject({
      name: 'Firm',
      domains: [`${word}.test`],
    });
  });

  it('are changed at the same time as their contacts, and nobody gets in anybody’s way', async () => {
    const word = uniqueWord();
    const company = await admin.post<Company>('/companies', { name: 'Busy' });
    const contact = await admin.post<Contact>('/contacts', { name: 'Busy', email: `busy@${word}.test` });
    const changes = Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0
        ? admin.patch(`/companies/${company.id}`, { domains: i % 4 === 0 ? [`${word}.test`] : [] })
        : admin.patch(`/contacts/${contact.id}`, { companyId: i % 4 === 1 ? company.id : null }),
    );
    expect((await Promise.allSettled(changes)).filter(({ status }) => status === 'rejected')).toEqual([]);
  });
});
