import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { letter, deliver, newMessageId, uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { ticketNamed } from './support/reading.js';
import { problemsOf, refusal } from './support/refusal.js';
import { customerOf, ticketByMail } from './support/tickets.js';

interface Notice {
  topic: string;
  reason: string;
  ticketId: string;
  messageId: string | null;
}

let desk: Desk;
let admin: Api;
let anna: Person;
let bert: Person;
/** Sees everything and changes nothing. */
let viewer: Person;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  const all = { ticketAccess: ticketAccess('all') };
  anna = await makePerson(desk, admin, 'anna', all);
  bert = await makePerson(desk, admin, 'bert', all);
  viewer = await makePerson(desk, admin, 'viewer', { ...all, seat: 'view_only', access: ['service'] });
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const newTicket = async () => (await ticketByMail(desk.smtpPort, admin, uniqueWord())).id;
const reply = (as: Api, id: string) => as.post<{ id: string }>(`/tickets/${id}/replies`, { text: 'Dear customer', undoSeconds: 0 });
const comment = (as: Api, id: string, mentions: string[] = []) =>
  as.post<{ id: string }>(`/tickets/${id}/comments`, { text: 'look', mentions });
const notices = async ({ api }: Person, id: string) =>
  (await api.all<Notice>('/notifications')).filter(({ ticketId }) => ticketId === id).toReversed();
const told = (person: Person, id: string, topics: string[]) =>
  waitFor(async () => (await notices(person, id)).map(({ topic }) => topic).join() === topics.join(), {
    what: `the notices ${topics.join()}`,
  });
const follows = async ({ api }: Person, id: string) =>
  (await api.all<{ id: string }>('/tickets?view=following')).some((row) => row.id === id);
const nowFollows = (person: Person, id: string) => waitFor(() => follows(person, id), { what: 'that he follows' });
const prefer = ({ api }: Person, autoFollow: object) => api.put<object>('/notification-preferences', { autoFollow });
/** What was done before has been told by now: the ticket handles one thing after the other, and the last one is told to the admin. */
async function settled(id: string) {
  await admin.put(`/tickets/${id}/followers/me`);
  const { id: last } = await comment(bert.api, id);
  await waitFor(async () => (await admin.all<Notice>('/notifications')).some(({ messageId }) => messageId === last), {
    what: 'the last notice',
  });
}

describe('who follows a ticket', () => {
  it('S-59 is told when others answer, comment, or the customer writes again, until he follows no longer', async () => {
    const word = uniqueWord();
    const mail = { from: customerOf(word), subject: `About ${word}`, text: 'one', messageId: newMessageId() };
    await deliver(desk.smtpPort, letter(mail), mail);
    const { id } = await ticketNamed(admin, word);
    await anna.api.put(`/tickets/${id}/followers/me`);
    const { id: answer } = await reply(bert.api, id);
    await told(anna, id, ['replied']);
    expect(await notices(anna, id)).toMatchObject([{ topic: 'replied', reason: 'follower', messageId: answer }]);
    await comment(bert.api, id);
    await told(anna, id, ['replied', 'commented']);
    const again = { ...mail, text: 'two', messageId: newMessageId(), headers: { 'In-Reply-To': `<${mail.messageId}>` } };
    await deliver(desk.smtpPort, letter(again), again);
    await told(anna, id, ['replied', 'commented', 'customer_message']);
    // Of what he does himself he is told nothing; the owner is told once.
    await reply(anna.api, id);
    await told(bert, id, ['customer_message', 'replied']);
    expect(await notices(bert, id)).toMatchObject([{ reason: 'owner' }, { reason: 'follower' }]);
    await anna.api.delete(`/tickets/${id}/followers/me`);
    await reply(bert.api, id);
    await settled(id);
    expect((await notices(anna, id)).map(({ topic }) => topic)).toEqual(['replied', 'commented', 'customer_message']);
  });

  it('follows by his own answer and by a mention', async () => {
    const id = await newTicket();
    expect(await anna.api.get('/notification-preferences')).toEqual({ autoFollow: { onReply: true, onMention: true } });
    await reply(anna.api, id);
    await nowFollows(anna, id);
    await comment(anna.api, id, [bert.id, viewer.id]);
    await nowFollows(bert, id);
    await told(bert, id, ['mentioned']);
    // Who may not follow by hand could not stop it either.
    await told(viewer, id, ['mentioned']);
    await reply(anna.api, id);
    await told(bert, id, ['mentioned', 'replied']);
    expect((await notices(viewer, id)).map(({ topic }) => topic)).toEqual(['mentioned']);
  });

  it('follows neither where he does not want it, each by itself; it is his own preference', async () => {
    expect(await prefer(anna, { onReply: false })).toEqual({ autoFollow: { onReply: false, onMention: true } });
    expect(await prefer(anna, { onMention: false })).toEqual({ autoFollow: { onReply: false, onMention: false } });
    expect(await anna.api.get('/notification-preferences')).toEqual({ autoFollow: { onReply: false, onMention: false } });
    expect(await bert.api.get('/notification-preferences')).toEqual({ autoFollow: { onReply: true, onMention: true } });
    const id = await newTicket();
    await reply(anna.api, id);
    await comment(admin, id, [anna.id, bert.id]);
    await nowFollows(bert, id);
    expect(await follows(anna, id)).toBe(false);
    await prefer(anna, { onReply: true });
    await comment(admin, id, [anna.id]);
    await reply(anna.api, id);
    await nowFollows(anna, id);
    expect(await prefer(anna, { onMention: true })).toEqual({ autoFollow: { onReply: true, onMention: true } });
  });

  it('is asked for his preferences as he is; what makes no sense is refused', async () => {
    expect(await problemsOf(prefer(anna, { onReply: null }))).toEqual(['/autoFollow/onReply is_boolean']);
    expect(await problemsOf(anna.api.put('/notification-preferences', { userId: bert.id }))).toEqual(['/userId whitelist_validation']);
    const outsider = await makePerson(desk, admin, 'outsider', { seat: 'core' });
    expect((await refusal(outsider.api.get('/notification-preferences'))).problem.code).toBe('no_helpdesk_access');
  });
});
