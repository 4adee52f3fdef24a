import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ADMIN, fieldsOf, LoneGateway, Visitor, waitFor, type Answer, type OtherAccount, type ProblemAnswer } from '@helpdesk/testing';
import pg from 'pg';

const PASSWORD = 'a long enough sentence';
const ANY_ID = '01890000-0000-7000-8000-000000000001';
const ALL = { scope: 'all', unassigned: true };
const TEAM = { scope: 'team', unassigned: false };
const NONE = { scope: 'none', unassigned: false };
const ACCESS = { view: ALL, edit: TEAM, delete: NONE };

interface User {
  id: string;
  email: string;
  name: string;
  rights: string[];
  teamIds: string[];
  superAdmin: boolean;
  active: boolean;
}

let gateway: LoneGateway;
let admin: Visitor;
let foreign: OtherAccount;
let victim: User | undefined;
let emails = 0;

const signIn = (email: string, password = PASSWORD) => Visitor.signIn(gateway.url, email, password);
const newUser = (fields: object = {}) => ({
  email: `user-${(emails += 1)}@desk.test`,
  name: 'Somebody',
  password: PASSWORD,
  seat: 'service',
  ticketAccess: ACCESS,
  ...fields,
});
const make = async (fields: object = {}) => {
  const { status, body } = await admin.post<User>('/users', newUser(fields));
  expect([status, body]).toEqual([201, expect.objectContaining({ id: expect.any(String) })]);
  return body;
};
const idOf = async (who: Visitor) => (await who.get<{ user: User }>('/me')).body.user.id;
const stateOf = async (id: string) => (await admin.get<User>(`/users/${id}`)).body;
const refused = async (who: Visitor, id: string, change: object, expected: string[]) => {
  const before = await stateOf(id);
  const { status, body } = await who.patch<ProblemAnswer>(`/users/${id}`, change);
  expect([status, fieldsOf(body)]).toEqual([422, expected]);
  expect(await stateOf(id)).toEqual(before);
};

beforeAll(async () => {
  gateway = await LoneGateway.start();
  admin = await signIn(ADMIN.email, ADMIN.password);
  foreign = await gateway.otherAccount();
}, 120_000);

afterAll(() => gateway?.stop(), 60_000);

describe('users', () => {
  test('are made, read and changed, with old and new in the audit log', async () => {
    const team = (await admin.post<{ id: string }>('/teams', { name: 'First line' })).body;
    const email = 'Lea@Desk.test';
    const made = await admin.post<User>('/users', newUser({ email, rights: ['bulk'], access: ['sales'], teamIds: [team.id] }));
    expect(made.status).toBe(201);
    const whole = {
      id: made.body.id,
      email: 'lea@desk.test',
      name: 'Somebody',
      active: true,
      seat: 'service',
      superAdmin: false,
      access: ['sales'],
      ticketAccess: ACCESS,
      rights: ['bulk'],
      teamIds: [team.id],
      invited: false,
      totp: false,
      availability: 'available',
      maxOpenTickets: null,
    };
    expect(made.body).toEqual(whole);
    const changed = await admin.patch<User>(`/users/${made.body.id}`, {
      name: 'Lea',
      rights: ['bulk', 'export'],
      ticketAccess: { edit: { scope: 'all' } },
    });
    const now = {
      ...whole,
      name: 'Lea',
      rights: ['bulk', 'export'],
      ticketAccess: { ...ACCESS, edit: { scope: 'all', unassigned: false } },
    };
    expect(changed).toEqual({ status: 200, body: now });
    expect(await stateOf(made.body.id)).toEqual(now);
    const { body: audit } = await admin.get<{ items: { action: string; subject: string; old: object; new: object }[] }>('/audit');
    const lines = audit.items.filter(({ subject }) => subject === `user/${made.body.id}`);
    expect(lines).toMatchObject([
      { action: 'user.changed', old: { name: 'Somebody', rights: ['bulk'] }, new: { name: 'Lea', rights: ['bulk', 'export'] } },
      { action: 'user.created', new: { email: 'lea@desk.test', seat: 'service' } },
    ]);
    expect(JSON.stringify(audit)).not.toContain(PASSWORD);
    const me = await (await signIn('lea@desk.test')).get<{ capabilities: string[]; user: User }>('/me');
    expect(me.body.user.teamIds).toEqual([team.id]);
    expect(me.body.capabilities).toEqual(expect.arrayContaining(['ticket.bulk', 'export']));
  });

  test('without a word about it see their own tickets only', async () => {
    const { body } = await admin.post<object>('/users', { email: 'least@desk.test', name: 'L', seat: 'core', password: PASSWORD });
    const own = { scope: 'own', unassigned: false };
    expect(body).toMatchObject({ ticketAccess: { view: own, edit: own, delete: NONE }, rights: [], access: [], superAdmin: false });
  });

  test('are listed page by page; who assigns owners gets the active ones without their rights', async () => {
    const clerk = await make({ rights: [] });
    const gone = await make({ active: false });
    const visitor = await signIn(clerk.email);
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Answer<{ items: User[]; nextCursor: string | null }> = await visitor.get(
        `/users?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      expect(page.status).toBe(200);
      for (const item of page.body.items)
        expect(Object.keys(item).toSorted()).toEqual(['active', 'availability', 'email', 'id', 'name', 'teamIds']);
      ids.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(clerk.id);
    expect(ids).not.toContain(gone.id);
    expect((await visitor.get(`/users/${gone.id}`)).status).toBe(404);
    expect(await stateOf(gone.id)).toMatchObject({ active: false });
    const all = (await admin.get<{ items: User[] }>('/users?limit=200')).body.items;
    expect(all.map(({ id }) => id)).toContain(gone.id);
    expect(all.map(({ id }) => id)).not.toContain(foreign.userId);
  });

  test('only those with the right and a Service seat manage them', async () => {
    const people = [
      [{ seat: 'service', rights: [] }, 'missing_users'],
      [{ seat: 'core', access: ['service'], rights: ['user_admin'] }, 'missing_users'],
      [{ seat: 'core', rights: ['user_admin'] }, 'no_helpdesk_access'],
    ] as const;
    for (const [fields, code] of people) {
      const user = await make(fields);
      const visitor = await signIn(user.email);
      for (const answer of [
        await visitor.post<ProblemAnswer>('/users', newUser()),
        await visitor.patch<ProblemAnswer>(`/users/${user.id}`, { name: 'x' }),
        await visitor.post<ProblemAnswer>('/teams', { name: 'x' }),
        await visitor.delete<ProblemAnswer>(`/users/${user.id}/totp`),
      ])
        expect([answer.status, answer.body.code]).toEqual([403, code]);
    }
    const clerk = await make({ rights: ['user_admin'] });
    const made = await (await signIn(clerk.email)).post('/users', newUser());
    expect(made.status).toBe(201);
  });
});

describe('what is refused, with its pointer, and changes nothing', () => {
  test.each<[string, object, string[]]>([
    ['seat', { seat: 'gold' }, ['/seat']],
    ['right', { rights: ['bulk', 'root'] }, ['/rights']],
    ['access', { access: ['marketing'] }, ['/access']],
    ['scope', { ticketAccess: { view: { scope: 'galaxy' } } }, ['/ticketAccess/view/scope']],
    ['none for view', { ticketAccess: { view: { scope: 'none' } } }, ['/ticketAccess/view/scope']],
    ['a list for a rule', { ticketAccess: { edit: [] } }, ['/ticketAccess/edit']],
    ['a text for a list', { rights: 'bulk' }, ['/rights']],
    ['null', { seat: null, active: null, teamIds: null }, ['/active', '/seat', '/teamIds']],
    ['another field', { accountId: ANY_ID, id: ANY_ID }, ['/accountId', '/id']],
    ['a short password', { password: 'short' }, ['/password']],
    ['a common password', { password: 'Password1234' }, ['/password']],
    ['an address that is none', { email: 'lea' }, ['/email']],
    ['a name of two lines', { name: 'a\r\nBcc: b' }, ['/name']],
    ['a team that is none', { teamIds: ['x'] }, ['/teamIds']],
  ])('%s', async (_, change, expected) => {
    const user = (victim ??= await make());
    const before = await stateOf(user.id);
    const { status, body } = await admin.patch<ProblemAnswer>(`/users/${user.id}`, change);
    expect([status, body.errors?.map(({ pointer }) => pointer).toSorted()]).toEqual([422, expected]);
    expect(await stateOf(user.id)).toEqual(before);
  });

  test('an address or a team of another account, an address that is taken', async () => {
    const [user, other] = [await make(), await make()];
    const team = (await admin.post<{ id: string }>('/teams', { name: 'Ours' })).body;
    await refused(admin, user.id, { teamIds: [team.id, foreign.teamId, ANY_ID] }, ['/teamIds/1 unknown', '/teamIds/2 unknown']);
    await refused(admin, user.id, { email: other.email.toUpperCase() }, ['/email taken']);
    const made = await admin.post<ProblemAnswer>('/users', newUser({ email: other.email, teamIds: [foreign.teamId] }));
    expect([made.status, fieldsOf(made.body)]).toEqual([422, ['/email taken', '/teamIds/0 unknown']]);
    // The same address in another account is somebody else's.
    expect((await foreign.root.post('/users', newUser({ email: other.email }))).status).toBe(201);
  });

  test('a user or team of another account is not there', async () => {
    for (const id of [foreign.userId, ANY_ID]) {
      expect((await admin.get(`/users/${id}`)).status).toBe(404);
      expect((await admin.patch(`/users/${id}`, { active: false })).status).toBe(404);
      expect((await admin.post(`/users/${id}/invitation`)).status).toBe(404);
      expect((await admin.delete(`/users/${id}/totp`)).status).toBe(404);
    }
    expect((await admin.patch(`/teams/${foreign.teamId}`, { name: 'x' })).status).toBe(404);
    expect((await admin.delete(`/teams/${foreign.teamId}`)).status).toBe(404);
    const theirs = await foreign.root.get<{ items: object[] }>('/teams');
    expect(theirs.body.items).toEqual([{ id: foreign.teamId, name: 'Theirs', memberIds: [foreign.userId] }]);
  });

  test('one’s own rights, rights one does not have, super admins', async () => {
    const clerk = await make({ rights: ['user_admin', 'bulk'] });
    const [agent, boss] = [await make(), await make({ superAdmin: true })];
    const visitor = await signIn(clerk.email);
    const own = { seat: 'core', superAdmin: true, access: ['sales'], ticketAccess: { delete: ALL }, rights: ['user_admin'], active: false };
    await refused(
      visitor,
      clerk.id,
      own,
      Object.keys(own).map((field) => `/${field} own_rights`),
    );
    await refused(visitor, clerk.id, { password: PASSWORD }, ['/password own_password']);
    expect((await visitor.patch(`/users/${clerk.id}`, { name: 'New name', seat: 'service' })).status).toBe(200);
    await refused(visitor, agent.id, { rights: ['bulk', 'audit'] }, ['/rights/1 beyond_own_rights']);
    await refused(visitor, agent.id, { superAdmin: true }, ['/superAdmin beyond_own_rights']);
    await refused(visitor, boss.id, { active: false, password: PASSWORD }, ['/active beyond_own_rights', '/password beyond_own_rights']);
    const made = await visitor.post<ProblemAnswer>('/users', newUser({ superAdmin: true, rights: ['export'] }));
    expect([made.status, fieldsOf(made.body)]).toEqual([422, ['/superAdmin beyond_own_rights', '/rights/0 beyond_own_rights']]);
    await refused(admin, await idOf(admin), { superAdmin: false }, ['/superAdmin own_rights']);
    expect((await admin.patch(`/users/${boss.id}`, { superAdmin: false })).status).toBe(200);
  });

  test('one’s own rights, however one spells one’s id', async () => {
    const clerk = await make({ rights: ['user_admin'] });
    const [visitor, id] = [await signIn(clerk.email), clerk.id.toUpperCase()];
    const made = await visitor.post<ProblemAnswer>('/teams', { name: 'Mine', memberIds: [id] });
    expect([made.status, fieldsOf(made.body)]).toEqual([422, ['/memberIds own_rights']]);
    const removed = await visitor.delete<ProblemAnswer>(`/users/${id}/totp`);
    expect([removed.status, removed.body.code]).toEqual([403, 'own_rights']);
  });

  test('the last super admin, also when two remove each other at once', async () => {
    const root = foreign.userId;
    const { status, body } = await foreign.root.patch<ProblemAnswer>(`/users/${root}`, {
      superAdmin: false,
      active: false,
      seat: 'core',
    });
    expect([status, fieldsOf(body)]).toEqual([422, ['/superAdmin last_super_admin', '/active last_super_admin', '/seat own_rights']]);
    for (let round = 0; round < 3; round += 1) {
      const second = (await foreign.root.post<User>('/users', newUser({ superAdmin: true }))).body;
      const visitor = await signIn(second.email);
      const answers = await Promise.all([
        foreign.root.patch(`/users/${second.id}`, { superAdmin: false }),
        visitor.patch(`/users/${root}`, { superAdmin: false }),
      ]);
      expect(answers.filter(({ status: code }) => code === 200)).toHaveLength(1);
      const rescue = answers[0]?.status === 200 ? undefined : visitor;
      if (rescue) expect((await rescue.patch(`/users/${root}`, { superAdmin: true })).status).toBe(200);
      const { items } = (await foreign.root.get<{ items: User[] }>('/users?limit=200')).body;
      expect(items.some(({ superAdmin, active }) => superAdmin && active)).toBe(true);
      expect((await foreign.root.patch(`/users/${second.id}`, { active: false })).status).toBe(200);
    }
  });
});

describe('what holds at once', () => {
  test('a deactivated user is out: session, key, sign-in', async () => {
    const user = await make();
    const visitor = await signIn(user.email);
    const { key } = (await visitor.post<{ key: string }>('/api-keys', { name: 'k' })).body;
    const byKey = async () => (await fetch(`${gateway.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect(await byKey()).toBe(200);
    expect((await admin.patch(`/users/${user.id}`, { active: false })).status).toBe(200);
    expect(await visitor.isIn()).toBe(false);
    expect(await byKey()).toBe(401);
    await expect(signIn(user.email)).rejects.toMatchObject({ status: 401 });
    await admin.patch(`/users/${user.id}`, { active: true });
    expect(await visitor.isIn()).toBe(false);
    expect(await byKey()).toBe(200);
  });

  test('a password set by an administrator ends the sessions', async () => {
    const user = await make();
    const visitor = await signIn(user.email);
    const password = 'another long sentence';
    expect((await admin.patch(`/users/${user.id}`, { password })).status).toBe(200);
    expect(await visitor.isIn()).toBe(false);
    await signIn(user.email, password);
  });

  test.each<[string, (clerk: Visitor, user: User) => Promise<Answer<ProblemAnswer>>]>([
    ['takes away a second factor', (clerk, user) => clerk.delete<ProblemAnswer>(`/users/${user.id}/totp`)],
    ['makes a team', (clerk) => clerk.post<ProblemAnswer>('/teams', { name: 'Late' })],
  ])('rights that an administrator loses while he %s', async (_what, ask) => {
    const [clerk, user] = [await make({ rights: ['user_admin'] }), await make()];
    const visitor = await signIn(clerk.email);
    const store = new pg.Client({ connectionString: gateway.databaseUrl });
    await store.connect();
    try {
      const [account] = (await store.query<{ id: string }>('SELECT account_id AS id FROM gateway.desk_user WHERE id = $1', [user.id])).rows;
      const factor = 'INSERT INTO gateway.totp (account_id, user_id, secret_sealed, confirmed_at) VALUES ($1, $2, $3, now())';
      await store.query(factor, [account?.id, user.id, 'x']);
      await store.query('BEGIN');
      await store.query('SELECT 1 FROM gateway.account WHERE id = $1 FOR NO KEY UPDATE', [account?.id]);
      let isAnswered = false;
      const answer = ask(visitor, user).finally(() => (isAnswered = true));
      const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
      await waitFor(async () => isAnswered || ((await store.query(waiting)).rowCount ?? 0) > 0, { what: 'the change to wait' });
      await store.query("UPDATE gateway.desk_user SET rights = '{}' WHERE id = $1", [clerk.id]);
      await store.query('COMMIT');
      expect([(await answer).status, (await answer).body.code]).toEqual([403, 'missing_users']);
    } finally {
      await store.end();
    }
    expect(await stateOf(user.id)).toMatchObject({ totp: true });
    const { items } = (await admin.get<{ items: { name: string }[] }>('/teams')).body;
    expect(items.map(({ name }) => name)).not.toContain('Late');
  });

  test('a seat and a scope', async () => {
    const user = await make({ rights: ['bulk'] });
    const visitor = await signIn(user.email);
    const capabilities = async () => (await visitor.get<{ capabilities: string[] }>('/me')).body.capabilities;
    expect(await capabilities()).toContain('ticket.bulk');
    await admin.patch(`/users/${user.id}`, { seat: 'view_only', access: ['service'] });
    expect(await capabilities()).not.toContain('ticket.comment');
    await admin.patch(`/users/${user.id}`, { access: [] });
    expect((await visitor.get<ProblemAnswer>('/tickets')).body.code).toBe('no_helpdesk_access');
  });
});

test('one Idempotency-Key makes one user', async () => {
  const body = newUser();
  const post = () => admin.post<User>('/users', body, { 'idempotency-key': 'u-1' });
  const answers = [await post(), await post()];
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect(answers[0]?.body).toEqual(answers[1]?.body);
});
