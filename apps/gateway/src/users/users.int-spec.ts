import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ADMIN, repositoryRoot, startDesk, waitFor, type Desk } from '@helpdesk/testing';
import pg from 'pg';
import request from 'supertest';

const run = promisify(execFile);
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
interface Answer<T> {
  status: number;
  body: T;
}
interface Problem {
  code: string;
  errors: { pointer: string; code: string }[];
}

let desk: Desk;
let http: ReturnType<typeof request>;
/** Cookies of the people in the tests. */
let admin: string;
let foreign: { cookie: string; userId: string; teamId: string };
let emails = 0;

const signIn = async (email: string, password: string) => {
  const answer = await http.post('/api/v1/session').send({ email, password });
  expect(answer.status).toBe(200);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
};
const call = async <T>(cookie: string, method: 'get' | 'post' | 'patch' | 'delete' | 'put', path: string, body?: object) => {
  const answer = await http[method](`/api/v1${path}`).set('cookie', cookie).send(body);
  return { status: answer.status, body: answer.body as T } satisfies Answer<T>;
};
const pointers = ({ errors }: Problem) => errors.map(({ pointer, code }) => `${pointer} ${code}`);
const newUser = (fields: object = {}) => ({
  email: `user-${(emails += 1)}@desk.test`,
  name: 'Somebody',
  password: PASSWORD,
  seat: 'service',
  ticketAccess: ACCESS,
  ...fields,
});
const make = async (fields: object = {}) => {
  const { status, body } = await call<User>(admin, 'post', '/users', newUser(fields));
  expect([status, body]).toEqual([201, expect.objectContaining({ id: expect.any(String) })]);
  return body;
};
const stateOf = (id: string) => call<User>(admin, 'get', `/users/${id}`);
const refused = async (cookie: string, id: string, change: object, expected: string[]) => {
  const before = await stateOf(id);
  const { status, body } = await call<Problem>(cookie, 'patch', `/users/${id}`, change);
  expect([status, pointers(body)]).toEqual([422, expected]);
  expect(await stateOf(id)).toEqual(before);
};

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  http = request(desk.url);
  admin = await signIn(ADMIN.email, ADMIN.password);
  const other = { email: 'root@other.test', password: PASSWORD };
  const options = ['--name', 'Other', '--admin-email', other.email, '--admin-password', PASSWORD, '--support-address', 'help@other.test'];
  await run(process.execPath, ['scripts/add-account.mjs', ...options], {
    cwd: repositoryRoot,
    env: { ...process.env, NODE_OPTIONS: '', DATA_DIR: desk.dataDir },
  });
  const cookie = await signIn(other.email, other.password);
  const me = await call<{ user: User }>(cookie, 'get', '/me');
  const team = await call<{ id: string }>(cookie, 'post', '/teams', { name: 'Theirs', memberIds: [me.body.user.id] });
  expect(team.status).toBe(201);
  foreign = { cookie, userId: me.body.user.id, teamId: team.body.id };
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

describe('users', () => {
  test('are made, read and changed, with old and new in the audit log', async () => {
    const team = (await call<{ id: string }>(admin, 'post', '/teams', { name: 'First line' })).body;
    const email = 'Lea@Desk.test';
    const made = await call<User>(admin, 'post', '/users', newUser({ email, rights: ['bulk'], access: ['sales'], teamIds: [team.id] }));
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
    };
    expect(made.body).toEqual(whole);
    const changed = await call<User>(admin, 'patch', `/users/${made.body.id}`, {
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
    expect((await stateOf(made.body.id)).body).toEqual(now);
    const { body: audit } = await call<{ items: { action: string; subject: string; old: object; new: object }[] }>(admin, 'get', '/audit');
    const lines = audit.items.filter(({ subject }) => subject === `user/${made.body.id}`);
    expect(lines).toMatchObject([
      { action: 'user.changed', old: { name: 'Somebody', rights: ['bulk'] }, new: { name: 'Lea', rights: ['bulk', 'export'] } },
      { action: 'user.created', new: { email: 'lea@desk.test', seat: 'service' } },
    ]);
    expect(JSON.stringify(audit)).not.toContain(PASSWORD);
    const me = await call<{ capabilities: string[]; user: User }>(await signIn('lea@desk.test', PASSWORD), 'get', '/me');
    expect(me.body.user.teamIds).toEqual([team.id]);
    expect(me.body.capabilities).toEqual(expect.arrayContaining(['ticket.bulk', 'export']));
  });

  test('without a word about it see their own tickets only', async () => {
    const { body } = await call<object>(admin, 'post', '/users', { email: 'least@desk.test', name: 'L', seat: 'core', password: PASSWORD });
    const own = { scope: 'own', unassigned: false };
    expect(body).toMatchObject({ ticketAccess: { view: own, edit: own, delete: NONE }, rights: [], access: [], superAdmin: false });
  });

  test('are listed page by page; who assigns owners gets the active ones without their rights', async () => {
    const clerk = await make({ rights: [] });
    const gone = await make({ active: false });
    const cookie = await signIn(clerk.email, PASSWORD);
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Answer<{ items: User[]; nextCursor: string | null }> = await call(
        cookie,
        'get',
        `/users?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      expect(page.status).toBe(200);
      for (const item of page.body.items) expect(Object.keys(item).toSorted()).toEqual(['active', 'email', 'id', 'name', 'teamIds']);
      ids.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(clerk.id);
    expect(ids).not.toContain(gone.id);
    expect((await call(cookie, 'get', `/users/${gone.id}`)).status).toBe(404);
    expect((await stateOf(gone.id)).body).toMatchObject({ active: false });
    const all = (await call<{ items: User[] }>(admin, 'get', '/users?limit=200')).body.items;
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
      const cookie = await signIn(user.email, PASSWORD);
      for (const answer of [
        await call<Problem>(cookie, 'post', '/users', newUser()),
        await call<Problem>(cookie, 'patch', `/users/${user.id}`, { name: 'x' }),
        await call<Problem>(cookie, 'post', '/teams', { name: 'x' }),
        await call<Problem>(cookie, 'delete', `/users/${user.id}/totp`),
      ])
        expect([answer.status, answer.body.code]).toEqual([403, code]);
    }
    const clerk = await make({ rights: ['user_admin'] });
    const made = await call(await signIn(clerk.email, PASSWORD), 'post', '/users', newUser());
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
  ])('unknown %s', async (_, change, expected) => {
    const user = await make();
    const before = await stateOf(user.id);
    const { status, body } = await call<Problem>(admin, 'patch', `/users/${user.id}`, change);
    expect([status, body.errors.map(({ pointer }) => pointer).toSorted()]).toEqual([422, expected]);
    expect(await stateOf(user.id)).toEqual(before);
  });

  test('an address or a team of another account, an address that is taken', async () => {
    const [user, other] = [await make(), await make()];
    const team = (await call<{ id: string }>(admin, 'post', '/teams', { name: 'Ours' })).body;
    await refused(admin, user.id, { teamIds: [team.id, foreign.teamId, ANY_ID] }, ['/teamIds/1 unknown', '/teamIds/2 unknown']);
    await refused(admin, user.id, { email: other.email.toUpperCase() }, ['/email taken']);
    const made = await call<Problem>(admin, 'post', '/users', newUser({ email: other.email, teamIds: [foreign.teamId] }));
    expect([made.status, pointers(made.body)]).toEqual([422, ['/email taken', '/teamIds/0 unknown']]);
    // The same address in another account is somebody else's.
    expect((await call(foreign.cookie, 'post', '/users', newUser({ email: other.email }))).status).toBe(201);
  });

  test('a user or team of another account is not there', async () => {
    for (const id of [foreign.userId, ANY_ID]) {
      expect((await call(admin, 'get', `/users/${id}`)).status).toBe(404);
      expect((await call(admin, 'patch', `/users/${id}`, { active: false })).status).toBe(404);
      expect((await call(admin, 'post', `/users/${id}/invitation`)).status).toBe(404);
      expect((await call(admin, 'delete', `/users/${id}/totp`)).status).toBe(404);
    }
    expect((await call(admin, 'patch', `/teams/${foreign.teamId}`, { name: 'x' })).status).toBe(404);
    expect((await call(admin, 'delete', `/teams/${foreign.teamId}`)).status).toBe(404);
    const theirs = await call<{ items: object[] }>(foreign.cookie, 'get', '/teams');
    expect(theirs.body.items).toEqual([{ id: foreign.teamId, name: 'Theirs', memberIds: [foreign.userId] }]);
  });

  test('one’s own rights, rights one does not have, super admins', async () => {
    const clerk = await make({ rights: ['user_admin', 'bulk'] });
    const [agent, boss] = [await make(), await make({ superAdmin: true })];
    const cookie = await signIn(clerk.email, PASSWORD);
    const own = { seat: 'core', superAdmin: true, access: ['sales'], ticketAccess: { delete: ALL }, rights: ['user_admin'], active: false };
    await refused(
      cookie,
      clerk.id,
      own,
      Object.keys(own).map((field) => `/${field} own_rights`),
    );
    await refused(cookie, clerk.id, { password: PASSWORD }, ['/password own_password']);
    expect((await call(cookie, 'patch', `/users/${clerk.id}`, { name: 'New name', seat: 'service' })).status).toBe(200);
    await refused(cookie, agent.id, { rights: ['bulk', 'audit'] }, ['/rights/1 beyond_own_rights']);
    await refused(cookie, agent.id, { superAdmin: true }, ['/superAdmin beyond_own_rights']);
    await refused(cookie, boss.id, { active: false, password: PASSWORD }, ['/active beyond_own_rights', '/password beyond_own_rights']);
    const made = await call<Problem>(cookie, 'post', '/users', newUser({ superAdmin: true, rights: ['export'] }));
    expect([made.status, pointers(made.body)]).toEqual([422, ['/superAdmin beyond_own_rights', '/rights/0 beyond_own_rights']]);
    await refused(admin, (await me(admin)).id, { superAdmin: false }, ['/superAdmin own_rights']);
    expect((await call(admin, 'patch', `/users/${boss.id}`, { superAdmin: false })).status).toBe(200);
  });

  test('the last super admin, also when two remove each other at once', async () => {
    const root = foreign.userId;
    const { status, body } = await call<Problem>(foreign.cookie, 'patch', `/users/${root}`, {
      superAdmin: false,
      active: false,
      seat: 'core',
    });
    expect([status, pointers(body)]).toEqual([422, ['/superAdmin last_super_admin', '/active last_super_admin', '/seat own_rights']]);
    for (let round = 0; round < 3; round += 1) {
      const second = (await call<User>(foreign.cookie, 'post', '/users', newUser({ superAdmin: true }))).body;
      const cookie = await signIn(second.email, PASSWORD);
      const answers = await Promise.all([
        call(foreign.cookie, 'patch', `/users/${second.id}`, { superAdmin: false }),
        call(cookie, 'patch', `/users/${root}`, { superAdmin: false }),
      ]);
      expect(answers.filter(({ status: code }) => code === 200)).toHaveLength(1);
      const rescue = answers[0]?.status === 200 ? undefined : cookie;
      if (rescue) expect((await call(rescue, 'patch', `/users/${root}`, { superAdmin: true })).status).toBe(200);
      const { items } = (await call<{ items: User[] }>(foreign.cookie, 'get', '/users?limit=200')).body;
      expect(items.some(({ superAdmin, active }) => superAdmin && active)).toBe(true);
      expect((await call(foreign.cookie, 'patch', `/users/${second.id}`, { active: false })).status).toBe(200);
    }
  });
});

describe('what holds at once', () => {
  test('a deactivated user is out: session, key, sign-in', async () => {
    const user = await make();
    const cookie = await signIn(user.email, PASSWORD);
    const { key } = (await call<{ key: string }>(cookie, 'post', '/api-keys', { name: 'k' })).body;
    const byKey = () => http.get('/api/v1/me').set('authorization', `Bearer ${key}`);
    await byKey().expect(200);
    expect((await call(admin, 'patch', `/users/${user.id}`, { active: false })).status).toBe(200);
    expect((await call(cookie, 'get', '/me')).status).toBe(401);
    await byKey().expect(401);
    await http.post('/api/v1/session').send({ email: user.email, password: PASSWORD }).expect(401);
    await call(admin, 'patch', `/users/${user.id}`, { active: true });
    expect((await call(cookie, 'get', '/me')).status).toBe(401);
    await byKey().expect(200);
  });

  test('a password set by an administrator ends the sessions', async () => {
    const user = await make();
    const cookie = await signIn(user.email, PASSWORD);
    const password = 'another long sentence';
    expect((await call(admin, 'patch', `/users/${user.id}`, { password })).status).toBe(200);
    expect((await call(cookie, 'get', '/me')).status).toBe(401);
    await signIn(user.email, password);
  });

  test('a seat and a scope', async () => {
    const user = await make({ rights: ['bulk'] });
    const cookie = await signIn(user.email, PASSWORD);
    const capabilities = async () => (await call<{ capabilities: string[] }>(cookie, 'get', '/me')).body.capabilities;
    expect(await capabilities()).toContain('ticket.bulk');
    await call(admin, 'patch', `/users/${user.id}`, { seat: 'view_only', access: ['service'] });
    expect(await capabilities()).not.toContain('ticket.comment');
    await call(admin, 'patch', `/users/${user.id}`, { access: [] });
    expect((await call<Problem>(cookie, 'get', '/tickets')).body.code).toBe('no_helpdesk_access');
  });
});

describe('teams', () => {
  test('are made, changed and deleted; members leave', async () => {
    const [a, b] = [await make(), await make()];
    const made = await call<{ id: string }>(admin, 'post', '/teams', { name: 'Billing', memberIds: [a.id] });
    expect(made).toEqual({ status: 201, body: { id: expect.any(String), name: 'Billing', memberIds: [a.id] } });
    const { id } = made.body;
    const changed = await call<{ memberIds: string[] }>(admin, 'patch', `/teams/${id}`, { memberIds: [b.id, a.id.toUpperCase()] });
    expect([changed.status, changed.body.memberIds.toSorted()]).toEqual([200, [a.id, b.id].toSorted()]);
    expect((await stateOf(b.id)).body.teamIds).toEqual([id]);
    const cookie = await signIn(a.email, PASSWORD);
    await call(admin, 'patch', `/users/${b.id}`, { active: false });
    const seen = await call<{ items: { id: string; memberIds: string[] }[] }>(cookie, 'get', '/teams?limit=200');
    expect(seen.body.items.find((team) => team.id === id)?.memberIds).toEqual([a.id]);
    expect((await call(admin, 'delete', `/teams/${id}`)).status).toBe(204);
    expect((await stateOf(a.id)).body.teamIds).toEqual([]);
    expect((await call(admin, 'delete', `/teams/${id}`)).status).toBe(404);
    const { body } = await call<{ items: object[] }>(admin, 'get', '/audit');
    expect(body.items).toEqual(
      expect.arrayContaining([expect.objectContaining({ action: 'team.deleted', old: expect.objectContaining({ name: 'Billing' }) })]),
    );
  });

  test('a name that is taken, a member of another account', async () => {
    const team = (await call<{ id: string }>(admin, 'post', '/teams', { name: 'Taken' })).body;
    const again = await call<Problem>(admin, 'post', '/teams', { name: 'Taken', memberIds: [foreign.userId] });
    expect([again.status, pointers(again.body).toSorted()]).toEqual([422, ['/memberIds/0 unknown', '/name taken']]);
    const other = (await call<{ id: string }>(admin, 'post', '/teams', { name: 'Other name' })).body;
    const renamed = await call<Problem>(admin, 'patch', `/teams/${other.id}`, { name: 'Taken' });
    expect([renamed.status, pointers(renamed.body)]).toEqual([422, ['/name taken']]);
    expect((await call(admin, 'patch', `/teams/${team.id}`, { name: 'Taken' })).status).toBe(200);
    expect((await call(foreign.cookie, 'post', '/teams', { name: 'Taken' })).status).toBe(201);
  });

  test('one Idempotency-Key makes one user', async () => {
    const body = newUser();
    const post = () => http.post('/api/v1/users').set('cookie', admin).set('idempotency-key', 'u-1').send(body);
    const answers = [await post(), await post()];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0]?.body).toEqual(answers[1]?.body);
  });
});

test('an invitation is mailed; without a relay it is kept for the super admin, sealed', async () => {
  const made = await call<User & { invited: boolean }>(admin, 'post', '/users', newUser({ email: 'new@desk.test', password: undefined }));
  expect([made.status, made.body.invited]).toEqual([201, true]);
  const outbox = async (cookie: string) => {
    const { body } = await http.get('/dev/outbox').set('cookie', cookie).set('accept', 'application/json').expect(200);
    return (body as { items: { to: string[]; from: string; text: string; raw: string }[] }).items;
  };
  const mail = await waitFor(async () => (await outbox(admin)).find(({ to }) => to.includes('new@desk.test')), { what: 'the invitation' });
  expect(mail?.from).toBe('no-reply@localhost');
  expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated$/m);
  const link = /\/password\/([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
  expect(await outbox(foreign.cookie)).toEqual([]);
  const database = new pg.Client({ connectionString: desk.databaseUrl });
  await database.connect();
  const { rows } = await database.query(
    `SELECT (SELECT count(*)::int FROM notifications.system_mail m WHERE m::text LIKE $1) + (SELECT count(*)::int FROM bus.event e WHERE e::text LIKE $1)
     + (SELECT count(*)::int FROM gateway.password_link l WHERE l::text LIKE $1) AS found`,
    [`%${link}%`],
  );
  await database.end();
  expect(rows).toEqual([{ found: 0 }]);
  await http.post(`/api/v1/password-resets/${link}`).send({ password: PASSWORD }).expect(204);
  await signIn('new@desk.test', PASSWORD);
});

describe('a second account', () => {
  test('gets its pipeline and its channel from the running desk', async () => {
    await waitFor(async () => (await call<{ items: object[] }>(foreign.cookie, 'get', '/channels')).body.items.length > 0, {
      what: 'the channel of the new account',
    });
    const pipelines = await call<{ items: object[] }>(foreign.cookie, 'get', '/pipelines');
    expect(pipelines.body.items).toHaveLength(1);
  });

  test.each([
    [['--name', 'X'], '--admin-email: is needed'],
    [['--support-address', 'a+b@x.test'], 'without a plus'],
    [['--admin-password', 'short'], '--admin-password: '],
    [['--colour', 'red'], "Unknown option '--colour'"],
  ])('%j is refused', async (args, expected) => {
    const attempt = run(process.execPath, ['scripts/add-account.mjs', ...args], {
      cwd: repositoryRoot,
      env: { ...process.env, NODE_OPTIONS: '', DATA_DIR: desk.dataDir },
    });
    await expect(attempt).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(expected) });
  });
});

const me = async (cookie: string) => (await call<{ user: User }>(cookie, 'get', '/me')).body.user;
