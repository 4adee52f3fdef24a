import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, startSink, waitFor, type Api, type Desk, type Sink } from '@helpdesk/testing';
import { post, uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { entry, messagesOf, type Item } from './support/reading.js';
import { problemsOf, refusal } from './support/refusal.js';
import { answer, textsOf, threadOf, undo, type Pipeline, type Restructured, type Ticket } from './support/threads.js';
import { customerOf, ticketByMail } from './support/tickets.js';

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
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all') });
  agent = await makePerson(desk, admin, 'agent');
}, 120_000);

afterAll(async () => {
  await desk?.stop();
  await sink?.stop();
}, 60_000);

const newTicket = (word = uniqueWord()) => ticketByMail(desk.smtpPort, admin, word);
const read = (id: string, as: Api = admin) => as.get<Ticket>(`/tickets/${id}`);

describe('S-60 D-61 splitting', () => {
  it('makes a ticket of its own; answers go where the message is that they answer', async () => {
    const five = await threadOf(desk, admin, ['one', 'two', 'three', 'four', 'five']);
    const { ticket } = five;
    const third = (await messagesOf(admin, ticket.id))[2] as Item;
    const made = await lead.api.post<Restructured>(`/tickets/${ticket.id}/split`, { messageIds: [third.id], name: 'Another matter' });
    expect(made.ticket).toMatchObject({
      name: 'Another matter',
      ownerId: lead.id,
      source: 'email',
      links: [{ kind: 'related', ticketId: ticket.id }],
    });
    expect(made.ticket.contactIds).toEqual((await read(ticket.id)).contactIds);
    expect(await textsOf(admin, made.ticket.id)).toEqual(['three']);
    expect(await textsOf(admin, ticket.id)).toEqual(['one', 'two', 'four', 'five']);
    await answer(desk, five, 2, 'to the third');
    await answer(desk, five, 4, 'to the fifth');
    await entry(admin, made.ticket.id, (item) => item.text.trim() === 'to the third', 'the answer to the third');
    await entry(admin, ticket.id, (item) => item.text.trim() === 'to the fifth', 'the answer to the fifth');

    await undo(lead.api, made.operationId);
    expect(await textsOf(admin, ticket.id)).toEqual(['one', 'two', 'three', 'four', 'five', 'to the third', 'to the fifth']);
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
    expect(await textsOf(admin, ticket.id)).toHaveLength(1);
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
    const [from, to] = [await threadOf(desk, admin, ['stays', 'goes']), await newTicket()];
    const goes = (await messagesOf(admin, from.ticket.id))[1] as Item;
    const { ticket, operationId } = await admin.post<Restructured>(`/messages/${goes.id}/rethread`, { ticketId: to.id });
    expect(ticket.id).toBe(to.id);
    expect(await textsOf(admin, to.id)).toContain('goes');
    expect(await admin.get(`/messages/${goes.id}/decision`)).toMatchObject({ rule: 'moved' });
    await answer(desk, from, 1, 'next');
    await entry(admin, to.id, (item) => item.text.trim() === 'next', 'the answer to it');
    await undo(admin, operationId);
    expect(await textsOf(admin, from.ticket.id)).toEqual(['stays', 'goes']);
    const rethread = (id: string, ticketId: string, as = admin) => as.post(`/messages/${id}/rethread`, { ticketId });
    expect(await problemsOf(rethread(goes.id, crypto.randomUUID()))).toEqual(['/ticketId unknown']);
    expect(await problemsOf(rethread(goes.id, from.ticket.id))).toEqual(['/ticketId same_ticket']);
    expect((await refusal(rethread(goes.id, to.id, agent.api))).status).toBe(404);
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
    const back = await undo(admin, moved.operationId);
    expect(back.ticket).toMatchObject({ pipelineId: ticket.pipelineId, stageId: ticket.stageId, teamId: null, priority: 'low' });
    const again = await move(pipeline.stages[0]?.id);
    await move(pipeline.stages[2]?.id);
    expect((await refusal(undo(admin, again.operationId))).problem).toMatchObject({ status: 409, code: 'changed_since' });
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
