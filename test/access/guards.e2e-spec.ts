import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@helpdesk/testing';
import { Ear } from '../live/ear.js';
import { openDesk, openWorld, type RunningDesk } from './desk.js';
import type { Answer } from './client.js';
import { hashOf, type Account, type Case, type Member, type World } from './world.js';
import { personPlan, type PersonPlan } from './plan.js';

const rule = (scope: 'all' | 'own') => ({ scope, unassigned: false });
const agent = (scope: 'all' | 'own', more: Partial<PersonPlan> = {}) =>
  personPlan({ scopes: { view: rule(scope), edit: rule(scope), delete: rule(scope) }, ...more });
const PASSWORD = 'correct horse battery staple';

let desk: RunningDesk;
let world: World;
let account: Account;
let other: Account;
let close: () => Promise<void>;

beforeAll(async () => {
  desk = await openDesk();
  const tickets = [{ owner: null, team: null, contact: 0 }];
  ({ world, close } = await openWorld(desk, [
    { people: [agent('all'), agent('own'), agent('all', { seat: 'core' })], teams: 1, tickets },
    { people: [agent('all')], teams: 1, tickets },
  ]));
  [account, other] = world.accounts as [Account, Account];
}, 120_000);

afterAll(async () => {
  await close?.();
  await desk?.stop();
}, 60_000);

const send = (method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Answer> =>
  world.client.send({ method, path, headers, body: body === undefined ? undefined : JSON.stringify(body) });
const as = (user: Member, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  send(method, `/api/v1${path}`, { authorization: `Bearer ${user.key}`, ...headers }, body);
const codeOf = ({ status, body }: Answer) => `${status} ${/"code":"([^"]*)"/.exec(body)?.[1] ?? ''}`.trim();
const ticketOf = ({ id }: Account) => world.tickets.find((ticket) => ticket.account === id) as Case;

/** A user of his own with a password, signed in. */
async function signedIn(): Promise<{ id: string; email: string; cookie: string }> {
  const email = `user-${Math.random()}@desk.test`;
  const made = await as(account.keeper, 'POST', '/users', { email, name: 'New', seat: 'service', password: PASSWORD });
  const { id } = JSON.parse(made.body) as { id: string };
  const answer = await send('POST', '/api/v1/session', { origin: desk.url }, { email, password: PASSWORD });
  expect(answer.status).toBe(200);
  return { id, email, cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
}
/** Within this everything holds that this gateway was not told of: half of the second that the contract gives it. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 500));
const me = (cookie: string) => send('GET', '/api/v1/me', { cookie });

describe('who is asking', () => {
  test('nobody without a key or cookie, and nobody with a wrong one', async () => {
    for (const headers of [{}, { authorization: 'Bearer hd_wrong' }, { authorization: 'Basic eDp5' }, { cookie: 'sid=wrong' }])
      expect(codeOf(await send('GET', '/api/v1/me', headers as Record<string, string>))).toBe('401 not_signed_in');
  });

  test('who asked a moment ago is judged anew after a change', async () => {
    const { id, cookie } = await signedIn();
    const change = (body: object) => as(account.keeper, 'PATCH', `/users/${id}`, body);
    const settings = () => send('GET', '/api/v1/channels', { cookie });
    expect(codeOf(await settings())).toBe('403 missing_settings');
    await change({ rights: ['account_settings'] });
    expect((await settings()).status).toBe(200);
    await change({ active: false });
    expect((await settings()).status).toBe(401);
  });

  test('a page of another site gets nothing done with the cookie', async () => {
    const { cookie } = await signedIn();
    const strangers: Record<string, string>[] = [
      { origin: 'https://elsewhere.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of strangers) {
      const answer = await send('POST', '/api/v1/api-keys', { cookie, ...headers }, { name: 'x' });
      expect(codeOf(answer)).toBe('403 bad_origin');
    }
    expect(codeOf(await send('POST', '/api/v1/session', { origin: 'https://elsewhere.test' }, { email: 'a@b.test', password: 'x' }))).toBe(
      '403 bad_origin',
    );
    expect((await send('POST', '/api/v1/api-keys', { cookie, origin: desk.url }, { name: 'x' })).status).toBe(201);
  });

  test.each([
    ['was idle for longer than 8 hours', "last_seen_at = now() - interval '481 min'"],
    ['is older than 24 hours', "created_at = now() - interval '1441 min'"],
  ])('a session that %s has ended', async (_what, change) => {
    const { cookie } = await signedIn();
    expect(codeOf(await me(cookie))).toBe('200');
    await world.store.query(`UPDATE gateway.session SET ${change} WHERE token_hash = decode($1, 'hex')`, [
      hashOf(cookie.slice('sid='.length)),
    ]);
    await aMoment();
    expect(codeOf(await me(cookie))).toBe('401 not_signed_in');
  });

  test('deactivated: neither cookie nor key nor password lets him in; activated again, the old cookie stays dead', async () => {
    const { id, email, cookie } = await signedIn();
    const { key } = JSON.parse((await send('POST', '/api/v1/api-keys', { cookie, origin: desk.url }, { name: 'x' })).body) as {
      key: string;
    };
    const withKey = () => send('GET', '/api/v1/me', { authorization: `Bearer ${key}` });
    expect(codeOf(await withKey())).toBe('200');
    // As another replica does, or somebody who changes the row himself: it holds within the second, though nothing was told here.
    await world.store.query('UPDATE gateway.desk_user SET active = false WHERE id = $1', [id]);
    await aMoment();
    expect([codeOf(await me(cookie)), codeOf(await withKey())]).toEqual(['401 not_signed_in', '401 not_signed_in']);
    expect(codeOf(await send('POST', '/api/v1/session', { origin: desk.url }, { email, password: PASSWORD }))).toBe(
      '401 wrong_credentials',
    );
    await world.store.query('UPDATE gateway.desk_user SET active = true WHERE id = $1', [id]);
    expect(codeOf(await me(cookie))).toBe('200');
    await as(account.keeper, 'PATCH', `/users/${id}`, { active: false });
    await as(account.keeper, 'PATCH', `/users/${id}`, { active: true });
    expect(codeOf(await me(cookie))).toBe('401 not_signed_in');
  });

  test('no live connection without a way into the help desk', async () => {
    const refused = (token: string) => Ear.refused(desk.url, { token, transports: ['websocket'] });
    expect(await refused('hd_wrong')).toBe('not_signed_in');
    expect(await refused(account.people[2]?.key ?? '')).toBe('no_helpdesk_access');
  });

  test('a file that was uploaded and not yet sent is its uploader’s', async () => {
    const [mine, his] = account.people as [Member, Member];
    const { body: made } = await world.client.upload('hello', mine.key);
    const path = `/attachments/${(JSON.parse(made) as { id: string }).id}`;
    expect((await as(mine, 'GET', path)).body).toBe('hello');
    expect([codeOf(await as(his, 'GET', path)), codeOf(await as(account.keeper, 'GET', path))]).toEqual(['404 not_found', '404 not_found']);
  });

  test('who is not active or not in the help desk can own nothing, and nothing is shared with him', async () => {
    const outsider = account.people[2] as Member;
    const { id: gone } = await signedIn();
    await as(account.keeper, 'PATCH', `/users/${gone}`, { active: false });
    for (const userId of [outsider.id, gone]) {
      expect(codeOf(await as(account.keeper, 'PATCH', `/tickets/${ticketOf(account).id}`, { ownerId: userId }))).toBe('422 invalid');
      expect(codeOf(await as(account.keeper, 'POST', `/tickets/${ticketOf(account).id}/shares`, { userId }))).toBe('422 invalid');
    }
  });

  test('mail that was kept is for super admins', async () => {
    const outbox = (user: Member) => send('GET', '/dev/outbox', { authorization: `Bearer ${user.key}` });
    expect(codeOf(await outbox(account.people[0] as Member))).toBe('403 not_super_admin');
    expect((await outbox(account.keeper)).status).toBe(200);
    expect((await send('GET', '/dev/outbox', {})).status).toBe(401);
  });
});

describe('the moment of the answer decides', () => {
  test('an answer that was kept for its Idempotency-Key is not repeated to who may not see the ticket any more', async () => {
    const [ticket, who] = [ticketOf(account), account.people[1] as Member];
    const comment = () => as(who, 'POST', `/tickets/${ticket.id}/comments`, { text: 'once' }, { 'idempotency-key': 'one-comment' });
    const shared = JSON.parse((await as(account.keeper, 'POST', `/tickets/${ticket.id}/shares`, { userId: who.id })).body) as {
      id: string;
    };
    const first = await comment();
    expect(first.status).toBe(201);
    expect((await comment()).body).toBe(first.body);
    await as(account.keeper, 'DELETE', `/tickets/${ticket.id}/shares/${shared.id}`);
    expect(codeOf(await comment())).toBe('404 not_found');
  });

  test('what was said on a ticket that he may not see is neither taken to another nor shown there', async () => {
    const [colleague, who] = account.people as [Member, Member];
    const { rows } = await world.store.query<{ id: string }>('SELECT id FROM conversations.message WHERE ticket_id = $1 AND seq = 1', [
      ticketOf(account).id,
    ]);
    const activityIds = rows.map(({ id }) => id);
    const place = { pipelineId: account.pipelineId, stageId: account.stages.fresh };
    const make = (user: Member) => as(user, 'POST', '/tickets', { name: 'By hand', ...place, ownerId: who.id, activityIds });
    expect(codeOf(await make(who))).toBe('422 invalid');
    const made = await make(colleague);
    expect(made.status).toBe(201);
    await world.settle();
    const { id } = JSON.parse(made.body) as { id: string };
    const shown = async (user: Member) => {
      const answer = await as(user, 'GET', `/tickets/${id}?include=timeline,sidebar`);
      const { timeline, sidebar } = JSON.parse(answer.body) as { timeline: { items: object[] }; sidebar: { activities: object[] } };
      return [timeline.items.length, sidebar.activities.length];
    };
    expect([await shown(colleague), await shown(who)]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  test('what he was to be told of a ticket does not reach the window of who may not see it any more', async () => {
    const ticket = ticketOf(account);
    /** Sees every ticket · only his own. */
    const [colleague, who] = account.people as [Member, Member];
    const share = async () =>
      (JSON.parse((await as(account.keeper, 'POST', `/tickets/${ticket.id}/shares`, { userId: who.id })).body) as { id: string }).id;
    const mention = async () =>
      expect(
        (await as(account.keeper, 'POST', `/tickets/${ticket.id}/comments`, { text: 'x', mentions: [who.id, colleague.id] })).status,
      ).toBe(201);
    const notices = () => ear.of(ticket.id, 'notification.added');
    await world.settle();
    const [ear, beside] = [who, colleague].map(({ key }) => Ear.start(desk.url, { token: key, transports: ['websocket'] })) as [Ear, Ear];
    try {
      await waitFor(() => ear.socket.connected && beside.socket.connected, { what: 'the live connections' });
      const shareId = await share();
      // That it is shared with him he is told, while he sees it.
      await waitFor(() => notices().length === 1, { what: 'the notice of the share' });
      ear.forget();
      beside.forget();
      // Holds the notice up on its way until he has lost sight of the ticket.
      await world.store.query('BEGIN; LOCK TABLE notifications.notification IN SHARE MODE');
      try {
        await mention();
        const held = "SELECT 1 FROM pg_locks WHERE relation = 'notifications.notification'::regclass AND NOT granted";
        await waitFor(async () => (await world.store.query(held)).rows.length > 0, { what: 'the notice on its way' });
        await as(account.keeper, 'DELETE', `/tickets/${ticket.id}/shares/${shareId}`);
        await ear.next('ticket.gone');
      } finally {
        await world.store.query('ROLLBACK');
      }
      await world.settle();
      expect(JSON.parse((await as(who, 'GET', '/notifications')).body)).toMatchObject({ items: [] });
      // Both are told by one event: when the colleague has heard it, only the look at the ticket is left.
      await beside.next('notification.added', ({ ticketId }) => ticketId === ticket.id);
      await aMoment();
      expect(notices()).toEqual([]);
      const again = await share();
      await mention();
      await waitFor(() => notices().length === 2, { what: 'the notices of what he may see' });
      await as(account.keeper, 'DELETE', `/tickets/${ticket.id}/shares/${again}`);
    } finally {
      ear.close();
      beside.close();
    }
  });
});

describe('between accounts', () => {
  test('what is parked for one account is neither shown, given nor processed again to another', async () => {
    const parked = new Map<Account, string>();
    for (const one of [account, other]) {
      const made = await as(one.keeper, 'POST', '/channels', { type: 'custom', name: 'Off', settings: { disabled: true } });
      const { id, token } = JSON.parse(made.body) as { id: string; token: string };
      const envelope = { v: 1, id: 'parked', kind: 'message', sender: { address: { kind: 'handle', value: '@x' } }, text: 'hello' };
      expect((await send('POST', `/api/v1/ingest/${id}`, { authorization: `Bearer ${token}` }, envelope)).status).toBe(202);
    }
    await world.settle();
    for (const one of [account, other]) {
      const { items } = JSON.parse((await as(one.keeper, 'GET', '/quarantine')).body) as { items: { id: string }[] };
      expect(items).toHaveLength(1);
      parked.set(one, items[0]?.id ?? '');
    }
    expect(codeOf(await as(account.keeper, 'GET', `/quarantine/${parked.get(other)}/raw`))).toBe('404 not_found');
    expect(codeOf(await as(account.keeper, 'POST', `/quarantine/${parked.get(other)}/replay`))).toBe('404 not_found');
    expect((await as(account.keeper, 'GET', `/quarantine/${parked.get(account)}/raw`)).status).toBe(200);
  });

  test('addresses and names of another account are free', async () => {
    const [theirs, name] = [`both-${Math.random()}@desk.test`, `Both ${Math.random()}`];
    for (const { keeper } of [other, account]) {
      expect((await as(keeper, 'POST', '/users', { email: theirs, name: 'Both', seat: 'core' })).status).toBe(201);
      expect((await as(keeper, 'POST', '/teams', { name })).status).toBe(201);
    }
  });

  test('nobody changes his own rights, and the last super admin stays', async () => {
    for (const body of [{ superAdmin: false }, { active: false }, { seat: 'core' }]) {
      const answer = await as(account.keeper, 'PATCH', `/users/${account.keeper.id}`, body);
      expect(answer.status).toBe(422);
    }
    expect(codeOf(await as(account.keeper, 'PATCH', `/users/${account.people[0]?.id}`, { seat: 'golden' }))).toBe('422 invalid');
    expect(codeOf(await as(account.keeper, 'PATCH', `/users/${account.people[0]?.id}`, { rights: ['everything'] }))).toBe('422 invalid');
    const view = { ticketAccess: { view: { scope: 'none' } } };
    expect(codeOf(await as(account.keeper, 'PATCH', `/users/${account.people[0]?.id}`, view))).toBe('422 invalid');
  });
});
