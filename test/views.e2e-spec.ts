import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, type Api, type Desk } from '@helpdesk/testing';
import { uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { problemsOf, refusal } from './support/refusal.js';

interface View {
  id: string;
  name: string;
  kind: string;
}
interface Page {
  items: { id: string; name: string }[];
  nextCursor: string | null;
}

let desk: Desk;
let admin: Api;
/** Sees all · sees his own · the same, in a team · has no Service seat. */
let lead: Person;
let agent: Person;
let mate: Person;
let sales: Person;
let teamId: string;
let place: { pipelineId: string; stageId: string };
let closed: string;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all') });
  agent = await makePerson(desk, admin, 'agent');
  mate = await makePerson(desk, admin, 'mate');
  sales = await makePerson(desk, admin, 'sales', { seat: 'sales', access: ['sales'], ticketAccess: ticketAccess('all') });
  ({ id: teamId } = await admin.post<{ id: string }>('/teams', { name: 'Billing', memberIds: [mate.id] }));
  const { items } = await admin.get<{ items: [{ id: string; stages: { id: string; category: string }[] }] }>('/pipelines');
  place = { pipelineId: items[0].id, stageId: items[0].stages[0]?.id ?? '' };
  closed = items[0].stages.find(({ category }) => category === 'closed')?.id ?? '';
  for (const [name, type] of [
    ['weight', 'number'],
    ['due', 'date'],
    ['price', 'money'],
    ['isOld', 'boolean'],
    ['helper', 'user'],
  ])
    await admin.post('/properties', { name, label: name, type });
  const options = ['red', 'blue', 'green'].map((value) => ({ value, label: value }));
  await admin.post('/properties', { name: 'colours', label: 'Colours', type: 'multi_select', options });
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const make = (name: string, more: object = {}) => admin.post<{ id: string }>('/tickets', { name, ...place, ...more });
const page = (as: Api, query: Record<string, string | object>) => {
  const text = Object.entries(query).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return as.get<Page>(`/tickets?${new URLSearchParams(text)}`);
};
/** Names of the tickets of this word that the filter leaves. */
const left = async (word: string, filter: object, as: Api = lead.api) =>
  (await page(as, { q: word, filter })).items.map(({ name }) => name.replace(`${word} `, '')).toSorted();
const is = (field: string, op: string, value?: unknown) => ({ field, op, value });

describe('contract §2 filters', () => {
  it('find tickets by every kind of field', async () => {
    const word = uniqueWord();
    await make(`${word} a`, {
      priority: 'high',
      category: ['billing'],
      ownerId: lead.id,
      properties: { weight: 1, due: '2026-11-01', colours: ['red', 'blue'], price: { amount: 5, currency: 'EUR' }, helper: lead.id },
    });
    await make(`${word} b`, {
      priority: 'low',
      teamId,
      properties: { weight: 20, due: '2026-12-01', colours: ['green'], price: { amount: 50, currency: 'EUR' }, isOld: true },
    });
    const c = await make(`${word} 100%_c`);
    await admin.patch(`/tickets/${c.id}`, { stageId: closed });
    const found = (filter: object) => left(word, filter);
    expect(await found(is('priority', 'in', ['high', 'low']))).toEqual(['a', 'b']);
    expect(await found(is('priority', 'ne', 'high'))).toEqual(['100%_c', 'b']);
    expect(await found(is('priority', 'is_empty'))).toEqual(['100%_c']);
    expect(await found(is('name', 'contains', '100%_'))).toEqual(['100%_c']);
    expect(await found(is('name', 'contains', '%'))).toEqual(['100%_c']);
    expect(await found(is('ownerId', 'eq', 'me'))).toEqual(['a']);
    expect(await found(is('ownerId', 'not_in', [lead.id]))).toEqual(['100%_c', 'b']);
    expect(await found(is('teamId', 'eq', teamId))).toEqual(['b']);
    expect(await found(is('category', 'contains', 'billing'))).toEqual(['a']);
    expect(await found(is('category', 'is_empty'))).toEqual(['100%_c', 'b']);
    expect(await found(is('stageCategory', 'eq', 'closed'))).toEqual(['100%_c']);
    expect(await found(is('closedAt', 'is_not_empty'))).toEqual(['100%_c']);
    expect(await found(is('createdAt', 'gt', '2020-01-01T00:00:00Z'))).toHaveLength(3);
    expect(await found(is('createdAt', 'gt', '2120-01-01T00:00:00Z'))).toEqual([]);
    expect(await found(is('properties.weight', 'gt', 3))).toEqual(['b']);
    expect(await found(is('properties.due', 'lte', '2026-11-01'))).toEqual(['a']);
    expect(await found(is('properties.price', 'gte', 50))).toEqual(['b']);
    expect(await found(is('properties.isOld', 'eq', true))).toEqual(['b']);
    expect(await found(is('properties.helper', 'eq', 'me'))).toEqual(['a']);
    expect(await found(is('properties.colours', 'in', ['blue', 'green']))).toEqual(['a', 'b']);
    expect(await found(is('properties.colours', 'not_in', ['red']))).toEqual(['100%_c', 'b']);
    expect(await found({ or: [is('priority', 'eq', 'high'), { and: [is('closedAt', 'is_not_empty'), is('number', 'gt', 0)] }] })).toEqual([
      '100%_c',
      'a',
    ]);
  });

  it('show nobody more than he may see', async () => {
    const word = uniqueWord();
    await make(`${word} his`, { ownerId: agent.id });
    await make(`${word} other`, { ownerId: lead.id });
    expect(await left(word, is('name', 'contains', word), agent.api)).toEqual(['his']);
    expect(await left(word, { or: [is('name', 'contains', word), is('number', 'gt', 0)] }, agent.api)).toEqual(['his']);
  });

  it('that make no sense are refused with their place, and a cursor of another list is none here', async () => {
    expect(await problemsOf(page(lead.api, { filter: '{' }))).toEqual(['/filter invalid_json']);
    expect(await problemsOf(page(lead.api, { filter: is('number', 'eq', [7]) }))).toEqual(['/filter/value wrong_value']);
    expect(await problemsOf(page(lead.api, { filter: is('name', 'eq', '\0') }))).toEqual(['/filter/value nul_character']);
    expect(await problemsOf(page(lead.api, { filter: { and: [is('name', 'like', 'x')] } }))).toEqual(['/filter/and/0/op unknown']);
    const word = uniqueWord();
    for (const name of ['a', 'b', 'c']) await make(`${word} ${name}`);
    const first = await page(lead.api, { q: word, limit: '2', filter: is('number', 'gt', 0) });
    const cursor = first.nextCursor ?? '';
    const rest = await page(lead.api, { q: word, limit: '2', filter: is('number', 'gt', 0), cursor });
    expect([...first.items, ...rest.items].map(({ name }) => name)).toEqual(['c', 'b', 'a'].map((name) => `${word} ${name}`));
    expect(await problemsOf(page(lead.api, { q: word, limit: '2', filter: is('number', 'gt', 1), cursor }))).toEqual(['/cursor invalid']);
    expect(await problemsOf(page(lead.api, { q: word, limit: '2', view: 'all_open', cursor }))).toEqual(['/cursor invalid']);
  });
});

describe('D-71 custom views', () => {
  const mine = (as: Person) => as.api.get<{ items: View[] }>('/views').then(({ items }) => items.filter(({ kind }) => kind === 'custom'));
  const view = (more: object = {}, as: Person = lead) =>
    as.api.post<View>('/views', { name: uniqueWord(), filter: is('priority', 'eq', 'urgent'), ...more });

  it('are private, a team’s or everybody’s, and hold what each may see', async () => {
    const [privately, team, everybody] = [
      await view(),
      await view({ sharedWith: 'team', teamIds: [teamId] }),
      await view({ sharedWith: 'everyone', sort: 'number', columns: ['name', 'priority'] }),
    ];
    const ids = async (as: Person) => (await mine(as)).map(({ id }) => id).toSorted();
    expect(await ids(lead)).toEqual([privately.id, team.id, everybody.id].toSorted());
    expect(await ids(mate)).toEqual([team.id, everybody.id].toSorted());
    expect(await ids(agent)).toEqual([everybody.id]);
    const urgent = await make(uniqueWord(), { priority: 'urgent', ownerId: agent.id });
    await make(uniqueWord(), { priority: 'urgent', ownerId: lead.id });
    expect((await page(agent.api, { view: everybody.id })).items.map(({ id }) => id)).toEqual([urgent.id]);
    const counts = async (as: Person) => (await as.api.get<{ counts: Record<string, number> }>('/views/counts')).counts;
    expect(await counts(agent)).toMatchObject({ [everybody.id]: 1 });
    expect(await counts(lead)).toMatchObject({ [privately.id]: 2, [team.id]: 2, [everybody.id]: 2 });
    expect(await problemsOf(page(agent.api, { view: privately.id }))).toEqual(['/view unknown']);
    expect(await problemsOf(page(lead.api, { view: randomUUID() }))).toEqual(['/view unknown']);
    for (const { id } of [privately, team, everybody]) await lead.api.delete(`/views/${id}`);
    expect(await ids(lead)).toEqual([]);
  });

  it('are changed by who made them or may change settings, seen or not seen by others, and not there without a Service seat', async () => {
    const shared = await view({ sharedWith: 'everyone' });
    expect((await refusal(agent.api.patch(`/views/${shared.id}`, { name: 'Mine' }))).problem).toMatchObject({
      status: 403,
      code: 'not_your_view',
    });
    expect(await lead.api.patch(`/views/${shared.id}`, { sharedWith: 'me', teamIds: [teamId] })).toMatchObject({
      teamIds: [],
      id: shared.id,
      sharedWith: 'me',
      name: shared.name,
    });
    expect((await refusal(agent.api.patch(`/views/${shared.id}`, { name: 'Mine' }))).status).toBe(404);
    await lead.api.patch(`/views/${shared.id}`, { sharedWith: 'everyone' });
    expect(await admin.patch(`/views/${shared.id}`, { name: 'Urgent' })).toMatchObject({ name: 'Urgent', ownerId: lead.id });
    expect((await refusal(sales.api.get(`/tickets?view=${shared.id}`))).problem).toMatchObject({ status: 403, code: 'missing_views_all' });
    expect((await refusal(view({}, sales))).problem).toMatchObject({ status: 403, code: 'missing_views_all' });
    expect(await mine(sales)).toEqual([]);
    await admin.delete(`/views/${shared.id}`);
    expect((await refusal(lead.api.delete(`/views/${shared.id}`))).status).toBe(404);
  });

  it('that make no sense are refused with their place', async () => {
    expect(await problemsOf(view({ filter: { and: [] } }))).toEqual(['/filter/and wrong_value']);
    const long = Array.from({ length: 30 }, () => is('name', 'eq', 'x'.repeat(900)));
    expect(await problemsOf(view({ filter: { or: long } }))).toEqual(['/filter too_long']);
    expect(await problemsOf(view({ filter: { or: Array.from({ length: 51 }, () => 0) } }))).toEqual(['/filter/or too_many']);
    expect(await problemsOf(view({ sharedWith: 'team' }))).toEqual(['/teamIds required']);
    expect(await problemsOf(view({ sharedWith: 'team', teamIds: [randomUUID()] }))).toEqual(['/teamIds/0 unknown']);
    expect(await problemsOf(view({ name: undefined, filter: undefined }))).toEqual(['/name required', '/filter required']);
    expect(await problemsOf(view({ sort: 'colour' }))).toEqual(['/sort is_in']);
  });
});
