import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import pg from 'pg';
import { post, uniqueWord } from './support/letters.js';
import { makePerson, type Person } from './support/people.js';
import { messagesOf, ticketNamed, ticketsNamed, type Row } from './support/reading.js';
import { problemsOf, refusal } from './support/refusal.js';
import { customerOf, ticketByMail } from './support/tickets.js';

let desk: Desk;
let admin: Api;
/** May delete nothing. */
let agent: Person;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  agent = await makePerson(desk, admin, 'agent');
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const newTicket = (word = uniqueWord()) => ticketByMail(desk.smtpPort, admin, word);
const read = (id: string) => admin.get<Row>(`/tickets/${id}`);

describe('D-66 spam, D-67 blocked senders', () => {
  it('takes what a blocked sender writes for spam, answers to our mails too, and nobody else’s', async () => {
    const word = uniqueWord();
    const ticket = await newTicket(word);
    const from = customerOf(word);
    const [first] = await messagesOf(admin, ticket.id);
    const blocked = await admin.post<{ id: string; value: string }>('/blocked-senders', { value: from.toUpperCase() });
    expect(blocked.value).toBe(from);
    expect(await admin.post('/blocked-senders', { value: from })).toMatchObject({ id: blocked.id });
    await post(desk.smtpPort, { from, subject: `Re: About ${word} again`, text: 'Buy this' });
    const spam = await waitFor(async () => (await admin.get<{ items: Row[] }>(`/tickets?view=spam&q=${word}`)).items[0], {
      what: 'the spam',
    });
    expect((await ticketsNamed(admin, word)).map(({ id }) => id)).toEqual([ticket.id]);
    expect(await messagesOf(admin, ticket.id)).toEqual([first]);
    expect((await refusal(read(spam.id))).status).toBe(404);
    await admin.post(`/tickets/${spam.id}/restore`, {});
    expect(await read(spam.id)).toMatchObject({ id: spam.id });
    await admin.delete(`/blocked-senders/${blocked.id}`);
    expect((await admin.get<{ items: { id: string }[] }>('/blocked-senders')).items).toEqual([]);
    await post(desk.smtpPort, { from, subject: `Third ${word}`, text: 'Let in again' });
    await ticketNamed(admin, `Third ${word}`);
    for (const value of ['', 'two words', '@gmail.com'])
      expect(await problemsOf(admin.post('/blocked-senders', { value }))).toHaveLength(1);
    expect((await refusal(agent.api.post('/blocked-senders', { value: from }))).problem).toMatchObject({ code: 'missing_ticket_delete' });
  });

  it('blocks a domain', async () => {
    const word = uniqueWord();
    await admin.post('/blocked-senders', { value: `@${word}.test` });
    await post(desk.smtpPort, { from: `anybody@${word}.test`, subject: `Offer ${word}`, text: 'Cheap' });
    await waitFor(async () => (await admin.get<{ items: Row[] }>(`/tickets?view=spam&q=${word}`)).items[0], { what: 'the spam' });
  });
});

describe('D-65 the end of what is removed', () => {
  it('comes after its time in the trash, with everything that was said; what was put back stays', async () => {
    const [gone, kept] = [await newTicket(), await newTicket()];
    const merged = await newTicket();
    await admin.post(`/tickets/${gone.id}/merge`, { secondaryIds: [merged.id] });
    await admin.post(`/tickets/${gone.id}/comments`, { text: 'internal' });
    for (const { id } of [gone, kept]) await admin.delete(`/tickets/${id}`);
    await admin.post(`/tickets/${kept.id}/restore`, {});
    const store = new pg.Client({ connectionString: desk.databaseUrl });
    await store.connect();
    try {
      // The same as ninety days later, as far as the desk can tell.
      await store.query(`UPDATE bus.dispatch SET due_at = now() WHERE event_seq IN (SELECT seq FROM bus.event WHERE name = 'removal.due')`);
      const left = async (table: string) => {
        const sql = `SELECT count(*)::int AS n FROM ${table} WHERE ticket_id = ANY ($1)`;
        return (await store.query<{ n: number }>(sql, [[gone.id, merged.id]])).rows[0]?.n;
      };
      await store.query(
        "SELECT set_config('app.account', (SELECT account_id::text FROM bus.event LIMIT 1), false), set_config('app.view', 'all', false)",
      );
      const tables = ['message', 'comment', 'conversation', 'ticket_thread'].map((table) => `conversations.${table}`);
      for (const table of [...tables, 'tickets.ticket_contact', 'tickets.ticket_activity', 'tickets.sla_event', 'tickets.search_text'])
        await waitFor(async () => ((await left(table)) === 0 ? true : undefined), { what: `the end of ${table}`, within: 30_000 });
    } finally {
      await store.end();
    }
    expect(await admin.get<{ items: Row[] }>(`/tickets?view=trash&q=${gone.name.slice(6)}`)).toMatchObject({ items: [] });
    expect((await refusal(admin.post(`/tickets/${gone.id}/restore`, {}))).status).toBe(404);
    expect(await messagesOf(admin, kept.id)).toHaveLength(1);
  });
});
