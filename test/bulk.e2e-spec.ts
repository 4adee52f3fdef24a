import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import type { Row } from './support/reading.js';
import { problemsOf, refusal } from './support/refusal.js';

interface Ticket extends Row {
  ownerId: string | null;
  priority: string | null;
  category: string[];
}
interface Pipeline {
  id: string;
  isDefault: boolean;
  stages: { id: string }[];
}
interface Operation {
  id: string;
  state: string;
  total: number;
  done: number;
  failed: { id: string; code: string }[];
  undoUntil: string | null;
}

let desk: Desk;
let admin: Api;
/** Sees and changes everything, and deletes nothing · only what he owns. */
let lead: Person;
let agent: Person;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all'), rights: ['bulk'] });
  agent = await makePerson(desk, admin, 'agent');
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const read = (id: string) => admin.get<Ticket>(`/tickets/${id}`);

describe('D-68 many at once', () => {
  const bulk = (body: object, as: Api = admin) => as.post<Operation>('/tickets/bulk', body);
  const ended = (id: string, as: Api = admin) =>
    waitFor(
      async () => {
        const operation = await as.get<Operation>(`/operations/${id}`);
        return operation.state === 'running' ? undefined : operation;
      },
      { what: 'the end of the operation' },
    );
  const make = async (n: number) => {
    const { items } = await admin.get<{ items: Pipeline[] }>('/pipelines');
    const pipeline = items.find(({ isDefault }) => isDefault);
    const word = uniqueWord();
    const made = Array.from({ length: n }, () =>
      admin.post<Ticket>('/tickets', { name: word, pipelineId: pipeline?.id, stageId: pipeline?.stages[0]?.id }),
    );
    return { word, tickets: await Promise.all(made) };
  };

  it('changes each by itself, says what became of it, and takes back what nobody has changed since', async () => {
    const { tickets } = await make(60);
    const ids = tickets.map(({ id }) => id);
    const absent = crypto.randomUUID();
    await admin.patch(`/tickets/${ids[0]}`, { ownerId: agent.id });
    const begun = await bulk({ ids: [...ids, absent], action: 'update', set: { priority: 'urgent', ownerId: lead.id } });
    expect(begun).toMatchObject({ kind: 'bulk', state: 'running', total: 61 });
    const done = await ended(begun.id);
    expect(done).toMatchObject({ state: 'done', done: 61, failed: [{ id: absent, code: 'not_found' }] });
    expect(new Set((await Promise.all(ids.map((id) => read(id)))).map(({ priority, ownerId }) => `${priority} ${ownerId}`))).toEqual(
      new Set([`urgent ${lead.id}`]),
    );
    await admin.patch(`/tickets/${ids[1]}`, { priority: 'low' });
    await admin.post(`/operations/${begun.id}/undo`, {});
    const undone = await ended(begun.id);
    expect(undone).toMatchObject({ state: 'undone', undoUntil: null });
    expect(undone.failed.map(({ id, code }) => `${id} ${code}`).toSorted()).toEqual(
      [`${ids[1]} changed_since`, `${absent} not_found`].toSorted(),
    );
    expect(await read(ids[0] ?? '')).toMatchObject({ priority: null, ownerId: agent.id });
    expect(await read(ids[1] ?? '')).toMatchObject({ priority: 'low', ownerId: null });
  });

  it('takes a view with a filter, and nothing that one may not change', async () => {
    const { word, tickets } = await make(3);
    const [mine] = tickets;
    await admin.patch(`/tickets/${mine?.id}`, { ownerId: lead.id });
    const filter = { field: 'name', op: 'eq', value: word };
    const begun = await bulk({ view: 'mine', filter, action: 'update', set: { category: ['billing'] } }, lead.api);
    expect(await ended(begun.id, lead.api)).toMatchObject({ state: 'done', total: 1 });
    expect((await read(mine?.id ?? '')).category).toEqual(['billing']);
    expect((await refusal(admin.get(`/operations/${crypto.randomUUID()}`))).status).toBe(404);
    expect((await refusal(agent.api.get(`/operations/${begun.id}`))).status).toBe(404);
    expect((await refusal(bulk({ ids: [mine?.id], action: 'delete' }, agent.api))).problem).toMatchObject({ code: 'missing_ticket_bulk' });
    // He may not delete; the operation says so where the seat does not.
    expect((await refusal(bulk({ ids: [mine?.id], action: 'delete' }, lead.api))).problem).toMatchObject({ code: 'missing_ticket_delete' });
  });

  it('merges, keeping the lowest number or the one that is named, and parts them again', async () => {
    const { tickets } = await make(3);
    const ids = tickets.map(({ id }) => id);
    const [lowest] = tickets.toSorted((a, b) => a.number - b.number);
    const begun = await bulk({ ids, action: 'merge' });
    expect(await ended(begun.id)).toMatchObject({ state: 'done', failed: [] });
    expect(new Set((await Promise.all(ids.map((id) => read(id)))).map(({ id }) => id))).toEqual(new Set([lowest?.id]));
    await admin.post(`/operations/${begun.id}/undo`, {});
    await ended(begun.id);
    expect((await Promise.all(ids.map((id) => read(id)))).map(({ id }) => id)).toEqual(ids);
    const named = await bulk({ ids, action: 'merge', primaryId: ids[2] });
    await ended(named.id);
    expect((await read(ids[0] ?? '')).id).toBe(ids[2]);
  });

  it('follows, deletes and takes for spam, and each of it back (D-65, D-66)', async () => {
    const { word, tickets } = await make(2);
    const ids = tickets.map(({ id }) => id);
    const shown = async (view: string) => (await admin.get<{ items: Row[] }>(`/tickets?view=${view}&q=${word}`)).items.length;
    for (const [action, view] of [
      ['follow', 'following'],
      ['delete', 'trash'],
      ['spam', 'spam'],
    ] as const) {
      const begun = await bulk({ ids, action });
      expect(await ended(begun.id)).toMatchObject({ state: 'done', failed: [] });
      expect(await shown(view)).toBe(2);
      expect(await shown('all_open')).toBe(action === 'follow' ? 2 : 0);
      await admin.post(`/operations/${begun.id}/undo`, {});
      await ended(begun.id);
      expect(await shown(view)).toBe(0);
      expect(await shown('all_open')).toBe(2);
    }
    await ended((await bulk({ ids, action: 'spam' })).id);
    await ended((await bulk({ ids, action: 'restore' })).id);
    expect(await shown('all_open')).toBe(2);
  });

  it('refuses what makes no sense, and begins nothing', async () => {
    const { tickets } = await make(1);
    const ids = [tickets[0]?.id];
    const owner = { ownerId: crypto.randomUUID() };
    for (const [body, problem] of [
      [{ ids, action: 'explode' }, '/action is_in'],
      [{ action: 'delete' }, '/ids required'],
      [{ ids, view: 'mine', action: 'delete' }, '/ids required'],
      [{ ids, action: 'update' }, '/set required'],
      [{ ids, action: 'delete', set: { priority: 'low' } }, '/set unexpected'],
      [{ ids, action: 'update', set: owner }, '/set/ownerId unknown'],
      [{ ids, action: 'merge' }, '/ids wrong_number'],
      [{ view: 'nonsense', action: 'delete' }, '/view unknown'],
    ] as const)
      expect(await problemsOf(bulk(body))).toEqual([problem]);
  });
});
