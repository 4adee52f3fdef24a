import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, type Api, type Desk } from '@helpdesk/testing';
import { uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { entry, messagesOf, ticketsNamed, timeline, type Item, type Row } from './support/reading.js';
import { problemsOf, refusal } from './support/refusal.js';
import { answer, textsOf, threadOf, undo, type Pipeline, type Restructured, type Ticket } from './support/threads.js';
import { ticketByMail } from './support/tickets.js';

let desk: Desk;
let admin: Api;
/** Sees and changes everything · only what he owns. */
let lead: Person;
let agent: Person;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all') });
  agent = await makePerson(desk, admin, 'agent');
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const newTicket = () => ticketByMail(desk.smtpPort, admin, uniqueWord());
const read = (id: string, as: Api = admin) => as.get<Ticket>(`/tickets/${id}`);
const merge = (primary: string, secondaryIds: string[], as: Api = admin) =>
  as.post<Restructured>(`/tickets/${primary}/merge`, { secondaryIds });

describe('S-61 D-62 merging', () => {
  it('keeps the id and number of the one that stays; the other leads to it, and what is answered there comes here', async () => {
    const [a, b] = [await threadOf(desk, admin, ['first', 'third']), await threadOf(desk, admin, ['second'])];
    const before = await read(a.ticket.id);
    await lead.api.put(`/tickets/${b.ticket.id}/followers/me`);
    const { ticket, operationId } = await merge(a.ticket.id, [b.ticket.id]);
    expect(ticket).toMatchObject({ id: a.ticket.id, number: a.ticket.number, mergedIds: [b.ticket.id] });
    expect(ticket.contactIds).toHaveLength(2);
    // Whoever answers the thread as it was is told that there is more.
    expect(ticket.threadVersion).toBeGreaterThan(before.threadVersion);
    // By time, whichever ticket it came with.
    expect(await textsOf(admin, a.ticket.id)).toEqual(['first', 'third', 'second']);
    expect(await read(b.ticket.id)).toMatchObject({ id: a.ticket.id });
    expect((await ticketsNamed(admin, `#${b.ticket.number}`)).map(({ id }) => id)).toEqual([a.ticket.id]);
    // What was said there is found where it is now.
    expect((await ticketsNamed(admin, b.word)).map(({ id }) => id)).toEqual([a.ticket.id]);
    const following = await lead.api.get<{ items: Row[] }>('/tickets?view=following');
    expect(following.items.map(({ id }) => id)).toEqual([a.ticket.id]);

    await answer(desk, b, 0, 'fourth');
    await entry(admin, a.ticket.id, (item) => item.text.trim() === 'fourth', 'the answer to the merged one');

    const undone = await undo(admin, operationId);
    expect(undone).toMatchObject({ state: 'undone', ticket: { id: a.ticket.id, mergedIds: [] } });
    // What came since stays with the one that stayed.
    expect(await textsOf(admin, a.ticket.id)).toEqual(['first', 'third', 'fourth']);
    expect(await read(b.ticket.id)).toMatchObject({ id: b.ticket.id, number: b.ticket.number });
    expect(await textsOf(admin, b.ticket.id)).toEqual(['second']);
    await answer(desk, b, 0, 'fifth');
    await entry(admin, b.ticket.id, (item) => item.text.trim() === 'fifth', 'the answer after the undo');
    expect((await refusal(undo(admin, operationId))).problem).toMatchObject({ status: 409, code: 'already_undone' });
  });

  it('puts messages in the order of their times, comments and replies among them', async () => {
    const a = await newTicket();
    const b = await newTicket();
    await admin.post(`/tickets/${a.id}/comments`, { text: 'comment on a' });
    await admin.post(`/tickets/${b.id}/comments`, { text: 'comment on b' });
    await admin.post(`/tickets/${a.id}/replies`, { text: 'reply on a', undoSeconds: 0 });
    await merge(b.id, [a.id]);
    const said = (await timeline(admin, b.id)).filter(({ kind }) => kind !== 'event').map(({ text }) => text.trim());
    expect(said.slice(2)).toEqual(['comment on a', 'comment on b', 'reply on a']);
    const seqs = (await timeline(admin, b.id)).map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((x, y) => x - y));
  });

  it('leads through any number of merges', async () => {
    const [a, b, c] = [await newTicket(), await newTicket(), await newTicket()];
    const first = await merge(b.id, [c.id]);
    await merge(a.id, [b.id]);
    expect(await read(c.id)).toMatchObject({ id: a.id, mergedIds: [b.id, c.id] });
    expect((await messagesOf(admin, a.id)).length).toBe(3);
    // Apart again, though what it went into has gone further.
    await undo(admin, first.operationId);
    expect(await read(c.id)).toMatchObject({ id: c.id });
    expect((await messagesOf(admin, a.id)).length).toBe(2);
    expect((await messagesOf(admin, c.id)).length).toBe(1);
  });

  it('of two into each other at the same moment ends with one', async () => {
    const [a, b] = [await newTicket(), await newTicket()];
    const outcomes = await Promise.allSettled([merge(a.id, [b.id]), merge(b.id, [a.id])]);
    const refused = outcomes
      .filter(({ status }) => status === 'rejected')
      .map((o) => (o as PromiseRejectedResult).reason as { problem: object });
    expect(refused).toHaveLength(1);
    expect(refused[0]?.problem).toMatchObject({ status: 409, code: 'already_merged' });
    const [one, other] = [await read(a.id), await read(b.id)];
    expect(one.id).toBe(other.id);
    expect(await messagesOf(admin, one.id)).toHaveLength(2);
  });

  it('fills what is empty and widens nobody’s sight', async () => {
    const [a, b] = [await newTicket(), await newTicket()];
    await admin.patch(`/tickets/${b.id}`, { priority: 'high', category: ['billing'], ownerId: agent.id });
    await admin.patch(`/tickets/${a.id}`, { category: ['product_issue'] });
    const { ticket } = await merge(a.id, [b.id]);
    expect(ticket).toMatchObject({ priority: 'high', category: ['product_issue', 'billing'], ownerId: null });
    expect((await refusal(read(a.id, agent.api))).status).toBe(404);
    expect((await refusal(read(b.id, agent.api))).status).toBe(404);
  });

  it('refuses itself, strangers, what one may not change, and who has no Service seat', async () => {
    const [a, b] = [await newTicket(), await newTicket()];
    expect(await problemsOf(merge(a.id, [a.id]))).toEqual(['/secondaryIds/0 same_ticket']);
    expect(await problemsOf(merge(a.id, [b.id, crypto.randomUUID()]))).toEqual(['/secondaryIds/1 unknown']);
    await admin.patch(`/tickets/${a.id}`, { ownerId: agent.id });
    expect(await problemsOf(merge(a.id, [b.id], agent.api))).toEqual(['/secondaryIds/0 unknown']);
    expect((await refusal(merge(b.id, [a.id], agent.api))).status).toBe(404);
    expect((await read(a.id)).mergedIds).toEqual([]);
  });
});

describe('I-09 taking back', () => {
  const own = (id: string, ownerId: string) => admin.patch(`/tickets/${id}`, { ownerId });
  const code = async (asked: Promise<unknown>) => {
    const { status, problem } = await refusal(asked);
    return `${status} ${problem.code}`;
  };

  it('is for who may still change all of it, and shows nobody what he has lost', async () => {
    const [a, b] = [await newTicket(), await newTicket()];
    for (const { id } of [a, b]) await own(id, agent.id);
    const { operationId } = await merge(a.id, [b.id], agent.api);
    await own(a.id, lead.id);
    expect(await code(undo(agent.api, operationId))).toBe('404 not_found');
    expect((await read(b.id)).id).toBe(a.id);
    expect(await code(undo(lead.api, operationId))).toBe('404 not_found');
    expect(await undo(admin, operationId)).toMatchObject({ state: 'undone', ticket: { id: a.id } });
    expect((await read(b.id)).id).toBe(b.id);
  });

  it('touches no other ticket where the one it was done to has gone into another', async () => {
    const { ticket } = await threadOf(desk, admin, ['one', 'two']);
    const [into, other] = [await newTicket(), await newTicket()];
    const two = (await messagesOf(admin, ticket.id))[1] as Item;
    const split = await admin.post<Restructured>(`/tickets/${ticket.id}/split`, { messageIds: [two.id] });
    const { pipelineId, stageId } = await read(ticket.id);
    const { items } = await admin.get<{ items: Pipeline[] }>('/pipelines');
    const next = items.find(({ id }) => id === pipelineId)?.stages.find(({ id, category }) => id !== stageId && category !== 'closed');
    const moved = await admin.post<Restructured>(`/tickets/${split.ticket.id}/move`, { pipelineId, stageId: next?.id });
    const [one] = await messagesOf(admin, other.id);
    const brought = await admin.post<Restructured>(`/messages/${one?.id}/rethread`, { ticketId: ticket.id });
    await merge(into.id, [split.ticket.id, other.id]);
    const before = await read(into.id);
    for (const { operationId } of [split, moved, brought]) expect(await code(undo(admin, operationId))).toBe('409 changed_since');
    expect(await read(into.id)).toMatchObject({ stageId: before.stageId, version: before.version, mergedIds: before.mergedIds });
    expect(await textsOf(admin, ticket.id)).toHaveLength(2);
  });
});
