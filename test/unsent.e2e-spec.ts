import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import type { Item } from './support/reading.js';
import { ticketByMail } from './support/tickets.js';

let desk: Desk;
let admin: Api;
let lead: Person;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all') });
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const idsIn = async (view: string, as: Api = admin) =>
  (await as.get<{ items: { id: string }[] }>(`/tickets?view=${view}`)).items.map(({ id }) => id);
const becomes = (view: string, ids: string[]) =>
  waitFor(async () => ((await idsIn(view)).join() === ids.join() ? true : undefined), { what: `${ids.length} tickets in ${view}` });

describe('D-70 the views of what is not sent yet', () => {
  it('Drafts: where I have begun to write, marked in every list of mine and nobody else’s', async () => {
    const word = uniqueWord();
    const { id } = await ticketByMail(desk.smtpPort, admin, word);
    const { revision } = await admin.put<{ revision: number }>(`/tickets/${id}/drafts/comment`, { html: 'half' });
    await becomes('drafts', [id]);
    await admin.put(`/tickets/${id}/drafts/comment`, { html: 'half a sen', revision });
    const row = async (as: Api) => (await as.get<{ items: { id: string; draft: boolean }[] }>(`/tickets?q=${word}`)).items[0];
    expect(await row(admin)).toMatchObject({ id, draft: true });
    expect(await row(lead.api)).toMatchObject({ id, draft: false });
    expect(await idsIn('drafts', lead.api)).toEqual([]);
    const { counts } = await admin.get<{ counts: Record<string, number> }>('/views/counts');
    expect(counts).toMatchObject({ drafts: 1, scheduled: 0 });
    await admin.delete(`/tickets/${id}/drafts/comment`);
    await becomes('drafts', []);
  });

  it('Scheduled: what I have written for later, until it is sent or taken back, through a merge', async () => {
    const [first, second] = [
      await ticketByMail(desk.smtpPort, admin, uniqueWord()),
      await ticketByMail(desk.smtpPort, admin, uniqueWord()),
    ];
    const later = (ms: number) => new Date(Date.now() + ms).toISOString();
    const reply = await admin.post<Item>(`/tickets/${first.id}/replies`, { text: 'Tomorrow', sendAt: later(3_600_000) });
    await becomes('scheduled', [first.id]);
    await admin.post(`/tickets/${second.id}/merge`, { secondaryIds: [first.id] });
    expect(await idsIn('scheduled')).toEqual([second.id]);
    expect(await admin.post(`/messages/${reply.id}/cancel`, {})).toMatchObject({ state: 'cancelled' });
    await becomes('scheduled', []);
    await admin.post(`/tickets/${second.id}/replies`, { text: 'Soon', sendAt: later(2_000) });
    await becomes('scheduled', [second.id]);
    await becomes('scheduled', []);
  });
});
