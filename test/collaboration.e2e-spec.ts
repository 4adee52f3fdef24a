import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, startDesk, startSink, waitFor, type Api, type Desk, type Sink } from '@helpdesk/testing';
import pg from 'pg';
import { newMessageId, post, uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { refusal } from './support/refusal.js';
import { messagesOf, ticketNamed, type Item } from './support/reading.js';
import { customerOf, ticketByMail } from './support/tickets.js';

interface Share {
  id: string;
}
interface Notice {
  id: string;
  topic: string;
  ticketId: string;
}

let desk: Desk;
let sink: Sink;
let admin: Api;
let store: pg.Client;
/** Sees everything · sees only what he owns · the same, without a Service seat. */
let lead: Person;
let agent: Person;
let helper: Person;

beforeAll(async () => {
  sink = await startSink();
  desk = await startDesk({ form: 'embedded', env: { SMTP_URL: sink.url } });
  admin = await desk.signIn();
  store = new pg.Client({ connectionString: desk.databaseUrl });
  await store.connect();
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all'), rights: ['audit'] });
  agent = await makePerson(desk, admin, 'agent');
  helper = await makePerson(desk, admin, 'helper', { seat: 'core', access: ['sales'] });
}, 120_000);

afterAll(async () => {
  await store?.end();
  await desk?.stop();
  await sink?.stop();
}, 60_000);

const newTicket = (word = uniqueWord()) => ticketByMail(desk.smtpPort, admin, word);

describe('D-50 a share', () => {
  it('shows one ticket to one user, lets him change nothing, and ends at once; all of it is in the audit log', async () => {
    const { id } = await newTicket();
    expect((await refusal(agent.api.get(`/tickets/${id}`))).status).toBe(404);
    const share = await lead.api.post<Share>(`/tickets/${id}/shares`, { userId: agent.id });
    expect(await agent.api.get(`/tickets/${id}`)).toMatchObject({ id });
    expect((await refusal(agent.api.patch(`/tickets/${id}`, { priority: 'high' }))).problem).toMatchObject({
      status: 403,
      code: 'ticket_edit_scope',
    });
    const access = await lead.api.get<{ items: object[] }>(`/tickets/${id}/access`);
    expect(access.items).toContainEqual({ userId: agent.id, allowed: true, clause: 'share' });
    expect(access.items).toContainEqual({ userId: helper.id, allowed: false, clause: 'outside_scope' });
    await lead.api.delete(`/tickets/${id}/shares/${share.id}`);
    expect((await refusal(agent.api.get(`/tickets/${id}`))).status).toBe(404);
    const lines = () => admin.get<{ items: { action: string; subject: string }[] }>('/audit');
    await waitFor(async () => (await lines()).items.some((line) => line.action === 'ticket.unshared'), { what: 'the audit lines' });
    const actions = (await lines()).items.filter((line) => line.subject === `ticket/${id}`).map((line) => line.action);
    expect(actions).toEqual(['ticket.unshared', 'ticket.shared']);
  });

  it('reaches a team, and ends by itself', async () => {
    const { id } = await newTicket();
    const team = await admin.post<{ id: string }>('/teams', { name: uniqueWord(), memberIds: [helper.id] });
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    await lead.api.post(`/tickets/${id}/shares`, { teamId: team.id, expiresAt });
    expect(await helper.api.get(`/tickets/${id}`)).toMatchObject({ id });
    await waitFor(async () => (await refusal(helper.api.get(`/tickets/${id}`))).status === 404, { what: 'the end of the share' });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
  });

  it('refuses both, neither, strangers, and those who have no way in', async () => {
    const { id } = await newTicket();
    const outsider = await makePerson(desk, admin, 'outsider', { seat: 'core' });
    for (const [body, pointer] of [
      [{}, '/userId'],
      [{ userId: agent.id, teamId: randomUUID() }, '/userId'],
      [{ userId: randomUUID() }, '/userId'],
      [{ userId: outsider.id }, '/userId'],
      [{ teamId: randomUUID() }, '/teamId'],
      [{ userId: agent.id, expiresAt: 'soon' }, '/expiresAt'],
      [{ userId: agent.id, expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    ] as const) {
      const { status, problem } = await refusal(lead.api.post(`/tickets/${id}/shares`, body));
      expect({ body, status, pointer: problem.errors?.[0]?.pointer }).toEqual({ body, status: 422, pointer });
    }
    expect(await lead.api.get(`/tickets/${id}/shares`)).toEqual({ items: [] });
    expect((await refusal(helper.api.post(`/tickets/${id}/shares`, { userId: agent.id }))).problem.code).toBe('missing_ticket_share');
    const first = await lead.api.post<Share>(`/tickets/${id}/shares`, { userId: agent.id });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    expect(await lead.api.post(`/tickets/${id}/shares`, { userId: agent.id, expiresAt })).toMatchObject({ id: first.id, expiresAt });
    expect((await lead.api.get<{ items: object[] }>(`/tickets/${id}/shares`)).items).toHaveLength(1);
  });
});

describe('a comment', () => {
  it('W-27 mentions only who may see the ticket, and tells him', async () => {
    const { id } = await newTicket();
    const comment = (mentions: string[]) => lead.api.post<Item>(`/tickets/${id}/comments`, { text: 'Please look', mentions });
    const { problem } = await refusal(comment([helper.id, randomUUID()]));
    expect(problem.errors?.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/mentions/0', 'no_access'],
      ['/mentions/1', 'unknown'],
    ]);
    await lead.api.post(`/tickets/${id}/shares`, { userId: helper.id });
    const made = await comment([helper.id]);
    expect(made).toMatchObject({ kind: 'comment', direction: 'internal', mentions: [helper.id] });
    const notices = async () => (await helper.api.get<{ items: Notice[] }>('/notifications')).items.filter((n) => n.ticketId === id);
    await waitFor(async () => (await notices()).some(({ topic }) => topic === 'mentioned'), { what: 'the notice' });
    const mentions = await helper.api.get<{ items: { id: string }[] }>('/tickets?view=mentions');
    expect(mentions.items.map((row) => row.id)).toContain(id);
  });

  it('D-50 a mention or a follow grants nothing: without sight the view, the notice and the count are empty again', async () => {
    const { id } = await newTicket();
    const share = await lead.api.post<Share>(`/tickets/${id}/shares`, { userId: agent.id });
    await agent.api.put(`/tickets/${id}/followers/me`);
    await lead.api.post(`/tickets/${id}/comments`, { text: 'for you', mentions: [agent.id] });
    const counts = async () => (await agent.api.get<{ counts: Record<string, number> }>('/views/counts')).counts;
    await waitFor(async () => (await counts()).mentions === 1, { what: 'the mention' });
    expect(await counts()).toMatchObject({ following: 1, mentions: 1 });
    const [notice] = (await agent.api.get<{ items: Notice[] }>('/notifications')).items;
    await lead.api.delete(`/tickets/${id}/shares/${share.id}`);
    expect(await counts()).toMatchObject({ following: 0, mentions: 0 });
    expect((await agent.api.get<{ items: Notice[] }>('/notifications')).items.filter((n) => n.ticketId === id)).toEqual([]);
    expect((await refusal(agent.api.post(`/notifications/${notice?.id}/read`, undefined))).status).toBe(404);
  });

  it('W-22 never leaves: neither a reply nor what it quotes, nor its files, hold a word of it', async () => {
    const word = uniqueWord();
    const { id } = await newTicket(word);
    await admin.post(`/tickets/${id}/comments`, { html: '<p>INTERNAL-secret</p>' });
    const reply = await admin.post<Item>(`/tickets/${id}/replies`, { text: 'Dear customer', undoSeconds: 0 });
    await admin.post(`/tickets/${id}/comments`, { text: 'INTERNAL-after' });
    const sent = await waitFor(() => sink.to(customerOf(word))[0], { what: 'the reply at the sink' });
    expect(sent.raw.toString('latin1')).toContain('Dear customer');
    expect(sent.raw.toString('latin1')).not.toMatch(/INTERNAL|SU5URVJOQUw/);
    // A comment is no news for the customer: whoever answers has not missed anything.
    const again = await admin.post<Item>(`/tickets/${id}/replies`, { text: 'More', threadVersion: reply.seq, undoSeconds: 0 });
    expect(again.kind).toBe('message');
    expect((await messagesOf(admin, id)).filter(({ kind }) => kind === 'comment')).toHaveLength(0);
  });
});

describe('a draft', () => {
  it('is its writer’s alone, keeps its revision, and goes when it is thrown away', async () => {
    const { id } = await newTicket();
    const at = `/tickets/${id}/drafts/comment`;
    expect(await lead.api.put(at, { html: 'mine' })).toMatchObject({ html: 'mine', revision: 1 });
    expect((await refusal(admin.get(at))).status).toBe(404);
    expect((await refusal(lead.api.put(at, { html: 'blind' }))).problem).toMatchObject({ status: 409, code: 'draft_conflict' });
    expect(await lead.api.put(at, { html: 'next', revision: 1 })).toMatchObject({ html: 'next', revision: 2 });
    expect((await refusal(lead.api.put(at, { html: 'stale', revision: 1 }))).problem).toMatchObject({
      current: { html: 'next', revision: 2 },
    });
    expect(await lead.api.get(`/tickets/${id}?include=drafts`)).toMatchObject({ drafts: { reply: null, comment: { html: 'next' } } });
    await lead.api.delete(at);
    expect((await refusal(lead.api.get(at))).status).toBe(404);
  });
});

it('a draft takes no file and no status that are not there', async () => {
  const { id } = await newTicket();
  const put = (body: object) => refusal(admin.put(`/tickets/${id}/drafts/reply`, body));
  expect((await put({ html: 'x', attachmentIds: [randomUUID()] })).problem.errors?.[0]).toMatchObject({
    pointer: '/attachmentIds/0',
    code: 'unknown',
  });
  expect((await put({ html: 'x', moveTo: randomUUID() })).problem.errors?.[0]).toMatchObject({ pointer: '/moveTo', code: 'wrong_stage' });
  expect((await refusal(admin.get(`/tickets/${id}/drafts/reply`))).status).toBe(404);
});

it('an address spelled otherwise goes round no check', async () => {
  const { id } = await newTicket();
  const signIn = await fetch(`${desk.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  });
  const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  for (const path of [`/api/v1/tickets/${id}/comments`, `/%61pi/v1/ticket%73/${id}/comments`]) {
    const answer = await fetch(`${desk.url}${path}`, {
      method: 'POST',
      headers: { cookie, origin: 'https://evil.example', 'content-type': 'application/json' },
      body: '{"text":"planted"}',
    });
    expect({ path, status: answer.status, code: ((await answer.json()) as { code: string }).code }).toEqual({
      path,
      status: 403,
      code: 'bad_origin',
    });
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  }
});

it('a kept answer is not given again to somebody who may no longer see what it is about', async () => {
  const { id } = await newTicket();
  const share = await lead.api.post<Share>(`/tickets/${id}/shares`, { userId: agent.id });
  // Under both spellings of the address.
  const comment = (tickets: string) =>
    agent.api.post<Item>(`/${tickets}/${id}/comments`, { text: 'once' }, { 'idempotency-key': `${tickets}-${id}` });
  for (const tickets of ['tickets', 'ticket%73']) expect(await comment(tickets)).toEqual(await comment(tickets));
  await lead.api.delete(`/tickets/${id}/shares/${share.id}`);
  for (const tickets of ['tickets', 'ticket%73']) expect((await refusal(comment(tickets))).status).toBe(404);
});

it('I-01 why a message made a ticket of its own tells nothing of a ticket the reader may not see', async () => {
  const word = uniqueWord();
  const messageId = newMessageId();
  await post(desk.smtpPort, { from: `c-${word}@customer.test`, subject: `First ${word}`, text: 'one', messageId });
  const first = await ticketNamed(admin, `First ${word}`);
  await admin.delete(`/tickets/${first.id}`);
  // Before the thread knows, an answer would still go to the deleted ticket.
  const isShut = async () =>
    (await store.query("SELECT 1 FROM conversations.ticket_thread WHERE ticket_id = $1 AND state = 'deleted'", [first.id])).rowCount;
  await waitFor(async () => (await isShut()) === 1, { what: 'the thread to know of the deletion' });
  const headers = { 'In-Reply-To': `<${messageId}>`, References: `<${messageId}>` };
  await post(desk.smtpPort, { from: `c-${word}@customer.test`, subject: `Re: First ${word}`, text: 'two', headers });
  const second = await ticketNamed(admin, word);
  const [message] = await messagesOf(admin, second.id);
  expect(await admin.get(`/messages/${message?.id}/decision`)).toMatchObject({ matched: null, guards: [{ result: 'not joined' }] });
  await admin.post(`/tickets/${first.id}/restore`, undefined);
  expect(await admin.get(`/messages/${message?.id}/decision`)).toMatchObject({
    guards: [{ rule: 'D-25', result: 'the ticket is deleted' }],
  });
});

it('S-63 a deleted ticket is nowhere but in the trash, and comes back whole', async () => {
  const word = uniqueWord();
  const { id } = await newTicket(word);
  await admin.delete(`/tickets/${id}`);
  expect((await refusal(admin.get(`/tickets/${id}`))).status).toBe(404);
  expect((await admin.get<{ items: object[] }>(`/tickets?q=${word}`)).items).toEqual([]);
  const trash = await admin.get<{ items: { id: string }[] }>('/tickets?view=trash');
  expect(trash.items.map((row) => row.id)).toContain(id);
  // A message to it finds no open door: it becomes a ticket of its own (D-25).
  expect((await refusal(lead.api.post(`/tickets/${id}/restore`, undefined))).status).toBe(403);
  expect(await admin.post(`/tickets/${id}/restore`, undefined)).toMatchObject({ id });
  expect((await messagesOf(admin, id)).map(({ text }) => text.trim())).toEqual([`Please help: ${word}`]);
});

it('D-25 a message that was on its way when its ticket was deleted leaves the thread shut', async () => {
  const word = uniqueWord();
  const letter = { from: `c-${word}@customer.test`, subject: `Shut ${word}`, text: 'hello', messageId: newMessageId() };
  const answer = { ...letter, headers: { 'In-Reply-To': `<${letter.messageId}>` } };
  await post(desk.smtpPort, letter);
  const { id } = await ticketNamed(admin, word);
  await admin.post(`/tickets/${id}/replies`, { text: 'Dear customer', undoSeconds: 0 });
  const waiting = (count: number) =>
    waitFor(async () => (await store.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rowCount === count, { what: `${count} who wait` });
  const ticket = async () =>
    (
      await store.query<{ stage: string; is_told: boolean; deleted_at: Date | null }>(
        `SELECT s.name AS stage, h.ticket_version = t.version AS is_told, t.deleted_at FROM tickets.ticket t
         JOIN tickets.stage s ON s.id = t.stage_id JOIN conversations.ticket_thread h ON h.ticket_id = t.id WHERE t.id = $1`,
        [id],
      )
    ).rows[0];
  try {
    await waitFor(async () => (await ticket())?.stage === 'Waiting on contact', { what: 'the status after the reply' });
    // Both wait for the ticket, the deletion first: the message comes to a ticket in the trash, and moves its status.
    await store.query('BEGIN');
    await store.query('SELECT 1 FROM tickets.ticket WHERE id = $1 FOR UPDATE', [id]);
    const deleted = admin.delete(`/tickets/${id}`);
    await waiting(1);
    await post(desk.smtpPort, { ...answer, messageId: newMessageId() });
    await waiting(2);
    await store.query('COMMIT');
    await deleted;
    await waitFor(async () => (await ticket())?.stage === 'Waiting on us', { what: 'the status after the message' });
    await waitFor(async () => (await ticket())?.is_told, { what: 'the thread to know' });
    expect((await ticket())?.deleted_at).not.toBeNull();
  } finally {
    await store.query('ROLLBACK');
  }
  await post(desk.smtpPort, { ...answer, messageId: newMessageId(), text: 'a last one' });
  expect(await ticketNamed(admin, word)).not.toMatchObject({ id });
});

it('S-22, S-27 the contacts of a ticket stand in the order they were given, the first one first', async () => {
  const [pipeline] = (await admin.get<{ items: { id: string; stages: { id: string }[] }[] }>('/pipelines')).items;
  const contactOf = async ({ id }: { id: string }) => (await admin.get<{ contactIds: string[] }>(`/tickets/${id}`)).contactIds[0] ?? '';
  const [first, second] = [await contactOf(await newTicket()), await contactOf(await newTicket())];
  for (const contactIds of [
    [first, second],
    [second, first],
  ]) {
    const made = { name: uniqueWord(), pipelineId: pipeline?.id, stageId: pipeline?.stages[0]?.id, contactIds };
    const { id } = await admin.post<{ id: string }>('/tickets', made);
    const shown = await admin.get<{ contactIds: string[]; sidebar: { contacts: { id: string }[] } }>(`/tickets/${id}?include=sidebar`);
    expect([shown.contactIds, shown.sidebar.contacts.map((contact) => contact.id)]).toEqual([contactIds, contactIds]);
  }
});

it('S-15, S-18 to S-20, S-24, S-25 a ticket made by hand: what is required, who may, once', async () => {
  const { items } = await admin.get<{ items: { id: string; stages: { id: string }[] }[] }>('/pipelines');
  const [pipeline] = items;
  const place = { pipelineId: pipeline?.id, stageId: pipeline?.stages[0]?.id };
  const { problem } = await refusal(admin.post('/tickets', {}));
  expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/name', '/pipelineId', '/stageId']);
  expect((await refusal(admin.post('/tickets', { ...place, name: '  ' }))).problem.errors?.[0]?.pointer).toBe('/name');
  expect(
    (await refusal(helper.api.post('/tickets', { name: 'x', ...place, stageId: pipeline?.stages[1]?.id }))).problem.errors?.[0],
  ).toMatchObject({ pointer: '/stageId', code: 'no_creation_stage' });
  const viewer = await makePerson(desk, admin, 'viewer', { seat: 'view_only', access: ['service'] });
  expect((await refusal(viewer.api.post('/tickets', { name: 'x', ...place }))).problem.code).toBe('missing_ticket_create');
  expect(Object.keys((await viewer.api.get<{ counts: object }>('/views/counts')).counts)).toEqual(['all_open']);
  const name = uniqueWord();
  const create = () => helper.api.post<{ id: string }>('/tickets', { name, ...place, ownerId: helper.id }, { 'idempotency-key': name });
  const made = await Promise.all([create(), create(), create()]);
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect((await helper.api.get<{ items: object[] }>(`/tickets?q=${name}`)).items).toHaveLength(1);
  expect(await messagesOf(helper.api, made[0]?.id ?? '')).toEqual([]);
});
