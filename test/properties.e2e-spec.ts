import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { ticketByMail } from './support/tickets.js';
import { problemsOf, refusal } from './support/refusal.js';

interface Pipeline {
  id: string;
  stages: { id: string; name: string; category: string }[];
}
interface Ticket {
  id: string;
  stageId: string;
  version: number;
  properties: Record<string, unknown>;
}

let desk: Desk;
let admin: Api;
let lead: Person;
let support: Pipeline;
let place: { pipelineId: string; stageId: string };

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all') });
  [support] = (await admin.get<{ items: [Pipeline] }>('/pipelines')).items;
  place = { pipelineId: support.id, stageId: support.stages[0]?.id ?? '' };
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const add = (name: string, type: string, more: object = {}) => admin.post('/properties', { name, label: `The ${name}`, type, ...more });
const make = (more: object = {}, as: Api = lead.api) => as.post<Ticket>('/tickets', { name: uniqueWord(), ...place, ...more });
const patch = (ticket: Ticket, body: object, as: Api = lead.api) => as.patch<Ticket>(`/tickets/${ticket.id}`, body);
const history = async (ticket: Ticket) =>
  (await admin.get<{ items: { field: string; old: unknown; new: unknown; actor: { name: string } }[] }>(`/tickets/${ticket.id}/history`))
    .items;

describe('2.5 properties', () => {
  it('of the account stand beside those of every ticket; who may not change settings adds none', async () => {
    await add('serial', 'text');
    const { items } = await lead.api.get<{ items: { name: string; kind: string }[] }>('/properties');
    expect(items.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'default ownerId',
      'default teamId',
      'default priority',
      'default category',
      'custom serial',
    ]);
    expect((await refusal(lead.api.post('/properties', { name: 'mine', label: 'Mine', type: 'text' }))).status).toBe(403);
    expect(await problemsOf(add('serial', 'number'))).toEqual(['/name taken']);
    expect(await problemsOf(add('with space', 'text'))).toEqual(['/name matches']);
    for (const name of ['toString', 'constructor', 'valueOf']) expect(await problemsOf(add(name, 'text'))).toEqual(['/name taken']);
    expect(await problemsOf(add('colour', 'select'))).toEqual(['/options required']);
    expect(await problemsOf(add('formula', 'formula'))).toEqual(['/type is_in']);
  });

  it('are told at creation and changed one by one, each with its history (S-58, D-69)', async () => {
    await add('weight', 'number');
    const ticket = await make({ properties: { serial: 'A-1', weight: 3 } });
    expect(ticket.properties).toEqual({ serial: 'A-1', weight: 3 });
    const changed = await patch(ticket, { properties: { weight: 4 } });
    expect(changed.properties).toEqual({ serial: 'A-1', weight: 4 });
    expect((await patch(ticket, { properties: { serial: null } })).properties).toEqual({ weight: 4 });
    expect((await history(ticket)).slice(1)).toMatchObject([
      { field: 'properties.weight', old: 3, new: 4, actor: { name: 'lead' } },
      { field: 'properties.serial', old: 'A-1', new: null, actor: { name: 'lead' } },
    ]);
    const { version } = await admin.get<Ticket>(`/tickets/${ticket.id}`);
    expect((await patch(ticket, { properties: { weight: 4 } })).version).toBe(version);
  });

  it('are refused with their place when they are unknown, of another type or of another account; nothing changes', async () => {
    await add('helper', 'user');
    await add('crew', 'team');
    const ticket = await make({ properties: { weight: 1 } });
    const wrong = { weight: 'heavy', nothing: 1 };
    expect(await problemsOf(make({ properties: wrong }))).toEqual(['/properties/weight wrong_value', '/properties/nothing unknown']);
    expect(await problemsOf(patch(ticket, { priority: 'high', properties: wrong }))).toEqual([
      '/properties/weight wrong_value',
      '/properties/nothing unknown',
    ]);
    expect(await problemsOf(patch(ticket, { properties: { helper: randomUUID() } }))).toEqual(['/properties/helper unknown']);
    expect(await problemsOf(patch(ticket, { properties: { crew: randomUUID() } }))).toEqual(['/properties/crew unknown']);
    expect(await problemsOf(patch(ticket, { properties: { helper: 'lea' } }))).toEqual(['/properties/helper wrong_value']);
    expect(await problemsOf(patch(ticket, { category: ['billing', 'nonsense'] }))).toEqual(['/category/1 unknown']);
    expect(await problemsOf(patch(ticket, { properties: { constructor: 'x' } }))).toEqual(['/properties/constructor not_allowed']);
    expect(await problemsOf(patch(ticket, { properties: { serial: '\ud800' } }))).toEqual(['/properties/serial ill_formed']);
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`p${i}`, 1]));
    expect(await problemsOf(patch(ticket, { properties: many }))).toEqual(['/properties too_many']);
    expect(await admin.get<Ticket>(`/tickets/${ticket.id}`)).toEqual(ticket);
    expect((await patch(ticket, { properties: { helper: lead.id.toUpperCase() } })).properties).toEqual({ weight: 1, helper: lead.id });
  });
});

describe('D-54 what a status requires', () => {
  it('holds up an agent until it is told, in the same change or before, and never a message', async () => {
    await add('solution', 'long_text');
    const stages = support.stages.map((stage) => ({
      ...stage,
      requiredProperties: stage.category === 'closed' ? ['solution', 'ownerId'] : stage.category === 'new' ? [] : ['solution'],
    }));
    await admin.patch(`/pipelines/${support.id}`, { stages });
    const stageId = stages.find(({ category }) => category === 'closed')?.id;
    const ticket = await make();
    expect(await problemsOf(patch(ticket, { stageId }))).toEqual(['/properties/solution required', '/ownerId required']);
    expect(await patch(ticket, { stageId, ownerId: lead.id, properties: { solution: 'Turned it on' } })).toMatchObject({ stageId });
    expect(await problemsOf(make({ stageId }, admin))).toEqual(['/properties/solution required', '/ownerId required']);
    const { id } = await ticketByMail(desk.smtpPort, admin, uniqueWord());
    const isIn = (wanted: string | undefined) =>
      waitFor(async () => (await admin.get<Ticket>(`/tickets/${id}`)).stageId === wanted, { what: 'the ticket in its status' });
    const answer = (moveTo?: string) => lead.api.post(`/tickets/${id}/replies`, { text: 'Done', undoSeconds: 0, moveTo });
    expect(await problemsOf(answer(stageId))).toEqual(['/moveTo required_property']);
    await answer();
    await isIn(stages.find(({ category }) => category === 'waiting')?.id);
    await lead.api.patch(`/tickets/${id}`, { ownerId: lead.id, properties: { solution: 'Turned it on' } });
    await answer(stageId);
    await isIn(stageId);
    await admin.patch(`/pipelines/${support.id}`, { stages: stages.map((stage) => ({ ...stage, requiredProperties: [] })) });
  });
});

describe('2.6 the create form (S-17, S-21)', () => {
  it('requires what was published, from the page and the API alike; name, pipeline and status always', async () => {
    const none = await admin.get<{ version: number }>('/forms/create-ticket');
    expect(none.version).toBe(0);
    for (const field of ['name', 'pipelineId', 'stageId'])
      expect(await problemsOf(lead.api.post('/tickets', { name: uniqueWord(), ...place, [field]: undefined }))).toEqual([
        `/${field} required`,
      ]);
    const form = { fields: [{ property: 'serial', required: true, showWhen: { property: 'category', values: ['product_issue'] } }] };
    expect((await refusal(lead.api.put('/forms/create-ticket', form))).status).toBe(403);
    expect(await admin.put('/forms/create-ticket', form)).toMatchObject({ ...form, version: 1, publishedAt: expect.any(String) });
    expect(await problemsOf(make({ category: ['product_issue'] }))).toEqual(['/properties/serial required']);
    await add('tags', 'multi_select', { options: [{ value: 'a', label: 'A' }], required: true });
    expect(await lead.api.get('/forms/create-ticket')).toMatchObject({ fields: [...form.fields, { property: 'tags', required: true }] });
    const tagged = await make({ properties: { tags: ['a'] } });
    for (const tags of [null, []]) expect(await problemsOf(patch(tagged, { properties: { tags } }))).toEqual(['/properties/tags required']);
    expect(await make({ category: ['product_issue'], properties: { serial: 'B-2', tags: ['a'] } })).toMatchObject({
      properties: { serial: 'B-2' },
    });
    await make({ category: ['billing'], properties: { tags: ['a'] } });
  });

  it('has further fields for a pipeline, and what makes no sense is refused', async () => {
    const pipelines = { [support.id]: { fields: [{ property: 'weight', required: true }] } };
    await admin.put('/forms/create-ticket', { fields: [], pipelines });
    expect(await problemsOf(make())).toEqual(['/properties/tags required', '/properties/weight required']);
    expect(await admin.get('/forms/create-ticket')).toMatchObject({ version: 2, pipelines });
    const gone = randomUUID();
    const wrong = { fields: [{ property: 'nothing', required: true }], pipelines: { [gone]: { fields: [] } } };
    expect(await problemsOf(admin.put('/forms/create-ticket', wrong))).toEqual([
      '/fields/0/property unknown',
      `/pipelines/${gone} unknown`,
    ]);
    const unchecked = { fields: [], pipelines: { [support.id]: { fields: [{ property: 7, required: 'yes', more: 1 }] } } };
    const places = await problemsOf(admin.put('/forms/create-ticket', unchecked));
    expect(places.map((place) => place.split(' ')[0]).toSorted()).toEqual(
      ['more', 'property', 'required'].map((field) => `/pipelines/${support.id}/fields/0/${field}`),
    );
    expect(await admin.get('/forms/create-ticket')).toMatchObject({ version: 2 });
  });

  it('is nothing for tickets that channels make', async () => {
    await admin.put('/forms/create-ticket', { fields: [{ property: 'priority', required: true }] });
    expect(await ticketByMail(desk.smtpPort, admin, uniqueWord())).toMatchObject({ source: 'email', priority: null });
    await admin.put('/forms/create-ticket', { fields: [] });
  });
});
