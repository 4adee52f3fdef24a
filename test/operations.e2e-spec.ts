import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, startSink, waitFor, type Api, type Desk, type Sink } from '@helpdesk/testing';
import { newMessageId, post, uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { entry, messagesOf, ticketNamed, ticketsNamed, timeline, type Item, type Row } from './support/reading.js';
import { problemsOf, refusal } from './support/refusal.js';
import { customerOf, ticketByMail } from './support/tickets.js';

interface Ticket extends Row {
  ownerId: string | null;
  teamId: string | null;
  pipelineId: string;
  stageId: string;
  priority: string | null;
  category: string[];
  contactIds: string[];
  mergedIds: string[];
  links: { kind: string; ticketId: string }[];
  threadVersion: number;
  version: number;
  createdAt: string;
}
interface Restructured {
  ticket: Ticket;
  operationId: string;
}
interface Pipeline {
  id: string;
  isDefault: boolean;
  stages: { id: string; name: string; category: string }[];
}

let desk: Desk;
let sink: Sink;
let admin: Api;
/** Sees and changes everything · only what he owns. */
let lead: Person;
let agent: Person;

beforeAll(async () => {
  sink = await startSink();
  desk = await startDesk({ form: 'embedded', env: { SMTP_URL: sink.url } });
  admin = await desk.signIn();
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all'), rights: ['bulk'] });
  agent = await makePerson(desk, admin, 'agent');
}, 120_000);

afterAll(async () => {
  await desk?.stop();
  await sink?.stop();
}, 60_000);

const newTicket = (word = uniqueWord()) => ticketByMail(desk.smtpPort, admin, word);
const read = (id: string, as: Api = admin) => as.get<Ticket>(`/tickets/${id}`);
const textsOf = async (id: string) => (await messagesOf(admin, id)).map(({ text }) => text.trim());
const merge = (primary: string, secondaryIds: string[], as: Api = admin) =>
  as.post<Restructured>(`/tickets/${primary}/merge`, { secondaryIds });
const undo = (operationId: string, as: Api = admin) =>
  as.post<{ state: string; ticket: Ticket | null }>(`/operations/${operationId}/undo`, {});

/** A thread of one customer: mails with ids that answer each other. */
async function thread(texts: string[]): Promise<{ ticket: Row; ids: string[]; from: string; word: string }> {
  const word = uniqueWord();
  const from = customerOf(word);
  const ids = texts.map(() => newMessageId());
  for (const [i, text] of texts.entries()) {
    const headers = i > 0 ? { 'In-Reply-To': `<${ids[i - 1]}>`, References: `<${ids.slice(0, i).join('> <')}>` } : undefined;
    await post(desk.smtpPort, { from, subject: `About ${word}`, text, messageId: ids[i], headers });
    const ticket = await ticketNamed(admin, word);
    await entry(admin, ticket.id, (item) => item.text.trim() === text, text);
  }
  return { ticket: await ticketNamed(admin, word), ids, from, word };
}
const answer = (from: string, subject: string, text: string, to: string) =>
  post(desk.smtpPort, { from, subject: `Re: ${subject}`, text, headers: { 'In-Reply-To': `<${to}>` } });

describe('S-61 D-62 merging', () => {
  it('keeps the id and number of the one that stays; the other leads to it, and what is answered there comes here', async () => {
    const [a, b] = [await thread(['first', 'third']), await thread(['second'])];
    const before = await read(a.ticket.id);
    await lead.api.put(`/tickets/${b.ticket.id}/followers/me`);
    const { ticket, operationId } = await merge(a.ticket.id, [b.ticket.id]);
    expect(ticket).toMatchObject({ id: a.ticket.id, number: a.ticket.number, mergedIds: [b.ticket.id] });
    expect(ticket.contactIds).toHaveLength(2);
    // Whoever answers the thread as it was is told that there is more.
    expect(ticket.threadVersion).toBeGreaterThan(before.threadVersion);
    // By time, whichever ticket it came with.
    expect(await textsOf(a.ticket.id)).toEqual(['first', 'third', 'second']);
    expect(await read(b.ticket.id)).toMatchObject({ id: a.ticket.id });
    expect((await ticketsNamed(admin, `#${b.ticket.number}`)).map(({ id }) => id)).toEqual([a.ticket.id]);
    // What was said there is found where it is now.
    expect((await ticketsNamed(admin, b.word)).map(({ id }) => id)).toEqual([a.ticket.id]);
    const following = await lead.api.get<{ items: Row[] }>('/tickets?view=following');
    expect(following.items.map(({ id }) => id)).toEqual([a.ticket.id]);

    await answer(b.from, `About ${b.word}`, 'fourth', b.ids[0] ?? '');
    await entry(admin, a.ticket.id, (item) => item.text.trim() === 'fourth', 'the answer to the merged one');

    const undone = await undo(operationId);
    expect(undone).toMatchObject({ state: 'undone', ticket: { id: a.ticket.id, mergedIds: [] } });
    // What came since stays with the one that stayed.
    expect(await textsOf(a.ticket.id)).toEqual(['first', 'third', 'fourth']);
    expect(await read(b.ticket.id)).toMatchObject({ id: b.ticket.id, number: b.ticket.number });
    expect(await textsOf(b.ticket.id)).toEqual(['second']);
    await answer(b.from, `About ${b.word}`, 'fifth', b.ids[0] ?? '');
    await entry(admin, b.ticket.id, (item) => item.text.trim() === 'fifth', 'the answer after the undo');
    expect((await refusal(undo(operationId))).problem).toMatchObject({ status: 409, code: 'already_undone' });
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
    await undo(first.operationId);
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

describe('S-60 D-61 splitting', () => {
  it('makes a ticket of its own; answers go where the message is that they answer', async () => {
    const { ticket, ids, from, word } = await thread(['one', 'two', 'three', 'four', 'five']);
    const third = (await messagesOf(admin, ticket.id))[2] as Item;
    const made = await lead.api.post<Restructured>(`/tickets/${ticket.id}/split`, { messageIds: [third.id], name: 'Another matter' });
    expect(made.ticket).toMatchObject({
      name: 'Another matter',
      ownerId: lead.id,
      source: 'email',
      links: [{ kind: 'related', ticketId: ticket.id }],
    });
    expect(made.ticket.contactIds).toEqual((await read(ticket.id)).contactIds);
    expect(await textsOf(made.ticket.id)).toEqual(['three']);
    expect(await textsOf(ticket.id)).toEqual(['one', 'two', 'four', 'five']);
    await answer(from, `About ${word}`, 'to the third', ids[2] ?? '');
    await answer(from, `About ${word}`, 'to the fifth', ids[4] ?? '');
    await entry(admin, made.ticket.id, (item) => item.text.trim() === 'to the third', 'the answer to the third');
    await entry(admin, ticket.id, (item) => item.text.trim() === 'to the fifth', 'the answer to the fifth');

    await undo(made.operationId, lead.api);
    expect(await textsOf(ticket.id)).toEqual(['one', 'two', 'three', 'four', 'five', 'to the third', 'to the fifth']);
    expect(await read(made.ticket.id)).toMatchObject({ id: ticket.id });
  });

  it('follows a reply of ours that was split off, by the address it was sent from', async () => {
    const word = uniqueWord();
    const ticket = await newTicket(word);
    const reply = await admin.post<Item>(`/tickets/${ticket.id}/replies`, { text: 'Ours', undoSeconds: 0 });
    const out = await waitFor(() => sink.to(customerOf(word))[0], { what: 'the reply at the sink' });
    const made = await admin.post<Restructured>(`/tickets/${ticket.id}/split`, { messageIds: [reply.id] });
    await post(desk.smtpPort, {
      from: customerOf(word),
      to: /<?([^<>\s]+@[^<>\s]+)>?$/.exec(out.header('Reply-To') ?? '')?.[1],
      subject: `Re: ${ticket.name}`,
      text: 'To yours',
      headers: { 'In-Reply-To': out.header('Message-ID') ?? '' },
    });
    await entry(admin, made.ticket.id, (item) => item.text.trim() === 'To yours', 'the answer on the new ticket');
    expect(await textsOf(ticket.id)).toHaveLength(1);
  });

  it('refuses what is not there, everything at once, and comments alone', async () => {
    const [a, b] = [await newTicket(), await newTicket()];
    const [only] = await messagesOf(admin, a.id);
    const comment = await admin.post<Item>(`/tickets/${a.id}/comments`, { text: 'internal' });
    const split = (messageIds: (string | undefined)[]) => admin.post(`/tickets/${a.id}/split`, { messageIds });
    expect(await problemsOf(split([only?.id]))).toEqual(['/messageIds all_messages']);
    expect(await problemsOf(split([comment.id]))).toEqual(['/messageIds no_message']);
    expect(await problemsOf(split([only?.id, (await messagesOf(admin, b.id))[0]?.id]))).toEqual(['/messageIds/1 unknown']);
    expect(await problemsOf(split([]))).toEqual(['/messageIds array_min_size']);
    expect(await messagesOf(admin, a.id)).toHaveLength(1);
  });
});

describe('I-01 moving one message', () => {
  it('puts it where it belongs, and so the next answer to it; and back', async () => {
    const [from, to] = [await thread(['stays', 'goes']), await newTicket()];
    const goes = (await messagesOf(admin, from.ticket.id))[1] as Item;
    const { ticket, operationId } = await admin.post<Restructured>(`/messages/${goes.id}/rethread`, { ticketId: to.id });
    expect(ticket.id).toBe(to.id);
    expect(await textsOf(to.id)).toContain('goes');
    expect(await admin.get(`/messages/${goes.id}/decision`)).toMatchObject({ rule: 'moved' });
    await answer(from.from, `About ${from.word}`, 'next', from.ids[1] ?? '');
    await entry(admin, to.id, (item) => item.text.trim() === 'next', 'the answer to it');
    await undo(operationId);
    expect(await textsOf(from.ticket.id)).toEqual(['stays', 'goes']);
    const rethread = (id: string, ticketId: string, as = admin) => as.post(`/messages/${id}/rethread`, { ticketId });
    expect(await problemsOf(rethread(goes.id, crypto.randomUUID()))).toEqual(['/ticketId unknown']);
    expect(await problemsOf(rethread(goes.id, from.ticket.id))).toEqual(['/ticketId same_ticket']);
    expect((await refusal(rethread(goes.id, to.id, agent.api))).status).toBe(404);
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
    expect(await code(undo(operationId, agent.api))).toBe('404 not_found');
    expect((await read(b.id)).id).toBe(a.id);
    expect(await code(undo(operationId, lead.api))).toBe('404 not_found');
    expect(await undo(operationId)).toMatchObject({ state: 'undone', ticket: { id: a.id } });
    expect((await read(b.id)).id).toBe(b.id);
  });

  it('touches no other ticket where the one it was done to has gone into another', async () => {
    const { ticket } = await thread(['one', 'two']);
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
    for (const { operationId } of [split, moved, brought]) expect(await code(undo(operationId))).toBe('409 changed_since');
    expect(await read(into.id)).toMatchObject({ stageId: before.stageId, version: before.version, mergedIds: before.mergedIds });
    expect(await textsOf(ticket.id)).toHaveLength(2);
  });
});

describe('S-62 D-64 moving', () => {
  it('changes pipeline, status and team together, tells the mover even what he loses sight of, and goes back', async () => {
    const pipeline = await admin.post<Pipeline>('/pipelines', {
      name: uniqueWord(),
      stages: [
        { name: 'In', category: 'new' },
        { name: 'Checked', category: 'open', requiredProperties: ['priority'] },
        { name: 'Done', category: 'closed' },
      ],
    });
    const team = await admin.post<{ id: string }>('/teams', { name: uniqueWord(), memberIds: [] });
    const ticket = await read((await newTicket()).id);
    const move = (stageId: string | undefined, more: object = {}) =>
      admin.post<Restructured>(`/tickets/${ticket.id}/move`, { pipelineId: pipeline.id, stageId, ...more });
    expect(await problemsOf(move(ticket.stageId))).toEqual(['/stageId wrong_stage']);
    expect(await problemsOf(move(pipeline.stages[1]?.id))).toEqual(['/priority required']);
    expect(await problemsOf(move(pipeline.stages[0]?.id, { pipelineId: crypto.randomUUID() }))).toEqual(['/pipelineId unknown']);
    expect(await problemsOf(move(pipeline.stages[0]?.id, { teamId: crypto.randomUUID() }))).toEqual(['/teamId unknown']);
    const moved = await move(pipeline.stages[0]?.id, { teamId: team.id });
    expect(moved.ticket).toMatchObject({ pipelineId: pipeline.id, stageId: pipeline.stages[0]?.id, teamId: team.id });
    await admin.patch(`/tickets/${ticket.id}`, { priority: 'low' });
    const back = await undo(moved.operationId);
    expect(back.ticket).toMatchObject({ pipelineId: ticket.pipelineId, stageId: ticket.stageId, teamId: null, priority: 'low' });
    const again = await move(pipeline.stages[0]?.id);
    await move(pipeline.stages[2]?.id);
    expect((await refusal(undo(again.operationId))).problem).toMatchObject({ status: 409, code: 'changed_since' });
  });
});

describe('D-63 links, D-58 associations', () => {
  it('are seen from both ends, and only by who sees the other end', async () => {
    const [a, b, c] = [await newTicket(), await newTicket(), await newTicket()];
    const link = (links: object[], as: Api = admin) => as.patch<Ticket>(`/tickets/${a.id}`, { links });
    const parent = { kind: 'parent', ticketId: b.id };
    const related = { kind: 'related', ticketId: c.id };
    expect((await link([parent, related])).links).toEqual([parent, related]);
    expect((await read(b.id)).links).toEqual([{ kind: 'child', ticketId: a.id }]);
    expect((await read(c.id)).links).toEqual([{ kind: 'related', ticketId: a.id }]);
    await admin.patch(`/tickets/${a.id}`, { ownerId: agent.id });
    await admin.patch(`/tickets/${c.id}`, { ownerId: agent.id });
    expect((await read(a.id, agent.api)).links).toEqual([related]);
    // What he does not see he does not take away.
    await link([], agent.api);
    expect((await read(a.id)).links).toEqual([parent]);
    expect((await read(c.id)).links).toEqual([]);
    expect(await problemsOf(link([{ kind: 'related', ticketId: a.id }]))).toEqual(['/links/0/ticketId same_ticket']);
    expect(await problemsOf(link([parent], agent.api))).toEqual(['/links/0/ticketId unknown']);
    expect(await problemsOf(link([parent, { kind: 'child', ticketId: b.id }]))).toEqual([
      '/links/0/ticketId circular',
      '/links/1/ticketId circular',
    ]);
    const duplicate = { kind: 'duplicate_of', ticketId: b.id };
    expect((await link([duplicate])).links).toEqual([duplicate]);
    expect((await read(b.id)).links).toEqual([]);
  });

  it('change contacts and companies, the first of them in lists (S-58)', async () => {
    const ticket = await newTicket();
    const word = uniqueWord();
    const anna = await admin.post<{ id: string }>('/contacts', { name: `Anna ${word}` });
    const firm = await admin.post<{ id: string }>('/companies', { name: word });
    const [first] = (await read(ticket.id)).contactIds;
    const changed = await admin.patch<Ticket>(`/tickets/${ticket.id}`, { contactIds: [anna.id, first], companyIds: [firm.id] });
    expect(changed).toMatchObject({ contactIds: [anna.id, first], companyIds: [firm.id] });
    const rows = await admin.get<{ items: { id: string; contact: { name: string } }[] }>(`/tickets?contactId=${anna.id}`);
    expect(rows.items).toMatchObject([{ id: ticket.id, contact: { name: `Anna ${word}` } }]);
    expect(await problemsOf(admin.patch(`/tickets/${ticket.id}`, { contactIds: [anna.id, crypto.randomUUID()] }))).toEqual([
      '/contactIds/1 unknown',
    ]);
    const { items } = await admin.get<{ items: { field: string; new: unknown }[] }>(`/tickets/${ticket.id}/history`);
    expect(items.find(({ field }) => field === 'companyIds')).toMatchObject({ new: [firm.id] });
  });
});
