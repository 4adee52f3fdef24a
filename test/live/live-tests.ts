import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitFor, type Api } from '@helpdesk/testing';
import { uniqueWord } from '../support/letters.js';
import { ticketByMail } from '../support/tickets.js';
import { Ear, frames } from './ear.js';
import { OWN, type People, type Person } from './people.js';

export interface LiveStage {
  /** Of all gateways. */
  urls: string[];
  smtpPort: number;
  api: Api;
  people: People;
}

/** Everything that was written on tickets: none of it may be in a frame. */
const secrets: string[] = [];
const secret = () => {
  const word = uniqueWord();
  secrets.push(word);
  return word;
};

export const owned = (stage: LiveStage, ticketId: string, ownerId: string | null) => stage.api.patch(`/tickets/${ticketId}`, { ownerId });

/** A ticket that came by mail. */
export async function newTicket(stage: LiveStage, owner?: Person): Promise<string> {
  const word = secret();
  const { id } = await ticketByMail(stage.smtpPort, stage.api, word);
  if (owner) await owned(stage, id, owner.id);
  return id;
}

export function testLive(given: () => LiveStage): void {
  let stage: LiveStage;
  let fence: string;
  let turn = 0;
  let fences = 0;
  const ears: Ear[] = [];

  beforeAll(async () => {
    stage = given();
    fence = await newTicket(stage);
  });
  afterAll(() => {
    for (const ear of ears) ear.close();
  });

  /** A user with a window open, at one replica after the other. */
  async function listening(making: Parameters<People['make']>[0] = {}): Promise<{ person: Person; ear: Ear }> {
    const person = await stage.people.make(making);
    await stage.people.share(fence, person);
    const ear = await Ear.open(stage.urls[(turn += 1) % stage.urls.length] ?? '', person);
    ears.push(ear);
    return { person, ear };
  }

  /** Something everybody hears: what was said before it has arrived, or never will. */
  async function passed(...all: Ear[]): Promise<void> {
    const priority = (fences += 1) % 2 ? 'high' : 'low';
    const { version } = await stage.api.patch<{ version: number }>(`/tickets/${fence}`, { priority });
    const isAfter = (heard: { ticketId?: string; version?: number }) => heard.ticketId === fence && (heard.version ?? 0) >= version;
    await Promise.all(all.map((ear) => ear.next('ticket.changed', isAfter)));
  }

  it('tells of a ticket to those who may see it, and to nobody else', async () => {
    const [anna, mira, stranger] = [await listening(), await listening({ view: OWN }), await stage.people.makeStranger()];
    const far = await Ear.open(stage.urls[0] ?? '', stranger);
    ears.push(far);
    const ticketId = await newTicket(stage);
    await anna.ear.next('ticket.changed', (heard) => heard.ticketId === ticketId);
    await owned(stage, ticketId, mira.person.id);
    await mira.ear.next('ticket.changed', (heard) => heard.ticketId === ticketId);
    expect(mira.ear.of(ticketId).map(({ version }) => version)).toEqual([2]);
    await owned(stage, ticketId, anna.person.id);
    const gone = await mira.ear.next('ticket.gone', (heard) => heard.ticketId === ticketId);
    expect(gone.version).toBe(3);
    await stage.api.patch(`/tickets/${ticketId}`, { priority: 'urgent' });
    await passed(anna.ear, mira.ear);
    expect(mira.ear.eventsOf(ticketId)).toEqual(['ticket.changed', 'ticket.gone']);
    expect(anna.ear.of(ticketId, 'ticket.changed').at(-1)?.version).toBe(4);
    expect(far.heard).toEqual([]);
  });

  it('tells of messages and comments with their place in the timeline', async () => {
    const [anna, mira] = [await listening(), await listening({ view: OWN })];
    const ticketId = await newTicket(stage, anna.person);
    await stage.api.post(`/tickets/${ticketId}/replies`, { text: `Answer ${secret()}`, undoSeconds: 0 });
    const reply = await anna.ear.next('timeline.added', (heard) => heard.ticketId === ticketId);
    await stage.api.post(`/tickets/${ticketId}/comments`, { text: `Between us ${secret()}` });
    const comment = await anna.ear.next('timeline.added', (heard) => heard.ticketId === ticketId && heard.seq !== reply.seq);
    expect(comment.seq).toBeGreaterThan(reply.seq ?? 0);
    const { items } = await stage.api.get<{ items: { seq: number; kind: string }[] }>(`/tickets/${ticketId}/timeline`);
    expect(items.find(({ seq }) => seq === comment.seq)?.kind).toBe('comment');
    await passed(mira.ear);
    expect(mira.ear.of(ticketId)).toEqual([]);
  });

  it('tells a user of his own notifications and drafts only', async () => {
    const [anna, tom] = [await listening(), await listening()];
    const ticketId = await newTicket(stage, anna.person);
    const told = await anna.ear.next('notification.added', (heard) => heard.ticketId === ticketId);
    const his = await fetch(`${stage.urls[0]}/api/v1/notifications`, { headers: { authorization: `Bearer ${anna.person.key}` } });
    expect(((await his.json()) as { items: { id: string }[] }).items.map(({ id }) => id)).toContain(told.id);
    const draft = await fetch(`${stage.urls[0]}/api/v1/tickets/${ticketId}/drafts/comment`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${anna.person.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ html: `<p>${secret()}</p>` }),
    });
    expect(draft.status).toBe(200);
    await anna.ear.next('draft.changed', (heard) => heard.ticketId === ticketId);
    await passed(tom.ear);
    expect(tom.ear.of(ticketId).filter(({ event }) => /draft|notification/.test(event))).toEqual([]);
  });

  it('follows a scope that shrinks, and a share that ends, without being told', async () => {
    const [anna, mira] = [await listening(), await listening({ view: OWN })];
    const ticketId = await newTicket(stage);
    const until = new Date(Date.now() + 1_500);
    await stage.people.share(ticketId, mira.person, until);
    await stage.api.patch(`/tickets/${ticketId}`, { priority: 'low' });
    for (const { ear } of [anna, mira]) await ear.next('ticket.changed', (heard) => heard.ticketId === ticketId);
    const before = performance.now();
    await stage.people.setScope(anna.person, OWN);
    const resync = await anna.ear.next('resync');
    expect(resync.at - before).toBeLessThan(1_000);
    await waitFor(() => Date.now() > until.getTime(), { what: 'the end of the share' });
    for (const { ear } of [anna, mira]) ear.forget();
    await stage.api.patch(`/tickets/${ticketId}`, { priority: 'high' });
    await passed(anna.ear, mira.ear);
    expect([anna.ear.of(ticketId), mira.ear.of(ticketId)]).toEqual([[], []]);
  });

  it('follows rights that are changed over the API, whichever replica is asked', async () => {
    const [mira, tom] = [await listening({ view: OWN }), await listening({ view: OWN })];
    const ticketId = await newTicket(stage);
    const view = { scope: 'all', unassigned: true };
    for (const { person, ear } of [mira, tom]) {
      await stage.api.patch(`/users/${person.id}`, { ticketAccess: { view } });
      await ear.next('resync', undefined, 1_000);
    }
    await stage.api.patch(`/tickets/${ticketId}`, { priority: 'high' });
    for (const { ear } of [mira, tom]) await ear.next('ticket.changed', (heard) => heard.ticketId === ticketId);
    await stage.api.patch(`/users/${tom.person.id}`, { active: false });
    await tom.ear.ended(1_000);
  });

  it.each<[string, (people: People, person: Person) => Promise<void>, string]>([
    ['loses his seat', (people, person) => people.change(person, "seat = 'core'"), 'no_helpdesk_access'],
    ['is deactivated', (people, person) => people.change(person, 'active = false'), 'not_signed_in'],
    ['signs out', (people, person) => people.endSession(person), 'not_signed_in'],
  ])('ends within a second for somebody who %s', async (_, change, refusal) => {
    const { person, ear } = await listening();
    const before = performance.now();
    await change(stage.people, person);
    expect((await ear.ended()) - before).toBeLessThan(1_000);
    expect(await Ear.refused(stage.urls[0] ?? '', { cookie: person.cookie })).toBe(refusal);
  });

  it('lets in by cookie and by key, and nobody else', async () => {
    const [url, person, outsider] = [stage.urls[0] ?? '', await stage.people.make(), await stage.people.make({ seat: 'view_only' })];
    for (const connecting of [{ cookie: person.cookie }, { bearer: person.key }, { token: person.key }]) {
      const ear = Ear.start(url, connecting);
      ears.push(ear);
      await waitFor(() => ear.socket.connected, { what: JSON.stringify(connecting) });
    }
    for (const connecting of [{}, { cookie: 'sid=x' }, { token: 'x' }, { bearer: person.cookie.slice(4) }])
      expect([connecting, await Ear.refused(url, connecting)]).toEqual([connecting, 'not_signed_in']);
    expect(await Ear.refused(url, { token: outsider.key })).toBe('no_helpdesk_access');
  });

  it.each(['polling', 'websocket'] as const)('refuses another site’s page that uses the cookie over %s', async (transport) => {
    const [url, person] = [stage.urls[0] ?? '', await stage.people.make()];
    const evil = { cookie: person.cookie, origin: 'https://evil.example', transports: [transport] };
    expect(await Ear.refused(url, evil)).toMatch(/error/);
    // Nor with a header that is no key: it would be the cookie that lets him in.
    for (const more of [undefined, 'Basic eDp5', 'Bearer']) {
      const headers = { cookie: person.cookie, origin: evil.origin, ...(more && { authorization: more }) };
      const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });
      expect([more, answer.status]).toEqual([more, 403]);
    }
    // A page elsewhere that was given a key brings no cookie.
    const ear = Ear.start(url, { token: person.key, origin: evil.origin, transports: [transport] });
    ears.push(ear);
    await waitFor(() => ear.socket.connected, { what: 'the connection by key' });
  });

  it('lets clients name no rooms, whatever they ask for', async () => {
    const mira = await listening({ view: OWN });
    const ticketId = await newTicket(stage);
    for (const event of ['join', 'subscribe', 'ticket.changed', '*', '%'])
      for (const wish of [ticketId, '*', { ticketId }]) {
        mira.ear.socket.emit(event, wish);
        await passed(mira.ear);
      }
    mira.ear.socket.emit('presence', { ticketId, state: 'viewing' });
    mira.ear.socket.emit('presence', { ticketId: '*', state: 'viewing' });
    await stage.api.patch(`/tickets/${ticketId}`, { priority: 'urgent' });
    await passed(mira.ear);
    expect(mira.ear.of(ticketId)).toEqual([]);
    expect(mira.ear.socket.connected).toBe(true);
  });

  it('ends with a client that sends too much', async () => {
    const [loud, fat] = [await listening(), await listening()];
    for (let i = 0; i < 40; i += 1) loud.ear.socket.emit('presence', {});
    await loud.ear.ended();
    fat.ear.socket.emit('presence', { text: 'x'.repeat(70_000) });
    await fat.ear.ended();
  });

  it('shows who is on a ticket to those who may see both', async () => {
    const [anna, sales, mira] = [await listening(), await listening({ seat: 'core', access: ['sales'] }), await listening({ view: OWN })];
    const tom = await listening({ view: OWN });
    const ticketId = await newTicket(stage, tom.person);
    const shows = (...users: [Person, string][]) => {
      const expected = users.map(([{ id }, state]) => `${id} ${state}`).toSorted();
      return (heard: { ticketId?: string; users?: { userId: string; state: string }[] }) =>
        heard.ticketId === ticketId &&
        JSON.stringify(heard.users?.map(({ userId, state }) => `${userId} ${state}`).toSorted()) === JSON.stringify(expected);
    };
    tom.ear.socket.emit('presence', { ticketId, state: 'typing_reply' });
    sales.ear.socket.emit('presence', { ticketId, state: 'viewing' });
    mira.ear.socket.emit('presence', { ticketId, state: 'viewing' });
    for (const { ear } of [anna, tom]) await ear.next('presence', shows([tom.person, 'typing_reply'], [sales.person, 'viewing']));
    sales.ear.close();
    await anna.ear.next('presence', shows([tom.person, 'typing_reply']));
    tom.ear.socket.emit('presence', { ticketId, state: 'left' });
    await anna.ear.next('presence', shows());
    tom.ear.socket.emit('presence', { ticketId, state: 'viewing' });
    await anna.ear.next('presence', shows([tom.person, 'viewing']));
    anna.ear.forget();
    await owned(stage, ticketId, anna.person.id);
    await anna.ear.next('presence', shows());
    await passed(mira.ear, tom.ear);
    expect([mira.ear.of(ticketId), sales.ear.of(ticketId, 'presence')]).toEqual([[], []]);
    expect(tom.ear.of(ticketId).at(-1)?.event).toBe('ticket.gone');
  });

  it('says at most once a second that numbers beside the views changed', async () => {
    const { ear } = await listening();
    const end = performance.now() + 2_500;
    while (performance.now() < end) await passed(ear);
    const counts = ear.heard.filter(({ event }) => event === 'views.counts').map(({ at }) => at);
    expect(counts.length).toBeGreaterThan(1);
    // Sent a second apart; the way here may differ.
    for (const [i, at] of counts.slice(1).entries()) expect(at - (counts[i] ?? 0)).toBeGreaterThan(800);
  });

  it('sends no text to anybody', () => {
    expect(frames.length).toBeGreaterThan(50);
    expect(secrets.length).toBeGreaterThan(5);
    for (const word of secrets) expect(frames.find((frame) => frame.includes(word))).toBeUndefined();
  });
}
