import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import {
  ADMIN,
  fieldsOf,
  repositoryRoot,
  scratchFolder,
  startDesk,
  Visitor,
  waitFor,
  type Desk,
  type ProblemAnswer,
} from '@helpdesk/testing';
import pg from 'pg';

const run = promisify(execFile);
const PASSWORD = 'a long enough sentence';
const OTHER = 'quite another sentence';

interface Mail {
  to: string[];
  from: string;
  text: string;
  raw: string;
}
interface Choice {
  errors: { pointer: string; code: string; choices: { id: string; name: string }[] }[];
}

let folder: string;
let desk: Desk;
let admin: Visitor;

const command = async (...args: string[]) => {
  const env = { ...process.env, NODE_OPTIONS: '', DATA_DIR: folder, LOG_LEVEL: 'warn' };
  return (
    await run(process.execPath, ['dist/apps/gateway/src/accounts/add-account.main.js', ...args], { cwd: repositoryRoot, env })
  ).stdout.trim();
};
const addAccount = (name: string, email: string, password: string, address = `help@${name}.test`) =>
  command('--name', name, '--admin-email', email, '--admin-password', password, '--support-address', address);
const start = async () => {
  desk = await startDesk({ form: 'embedded', dataDir: folder });
};
const signIn = (email: string, password: string, more: object = {}) => Visitor.signIn(desk.url, email, password, more);
const count = async (who: Visitor, path: string) => (await who.get<{ items: object[] }>(path)).body.items.length;
const accountOf = async (who: Visitor) => (await who.get<{ account: { name: string } }>('/me')).body.account.name;

beforeAll(async () => {
  folder = scratchFolder('accounts');
  await start();
  admin = await signIn(ADMIN.email, ADMIN.password);
}, 120_000);

afterAll(async () => {
  await desk?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe('a further account', () => {
  test('gets its pipeline and its channel from the running desk', async () => {
    expect(await addAccount('beta', 'root@beta.test', PASSWORD)).toMatch(/^[\da-f-]{36}$/);
    const root = await signIn('root@beta.test', PASSWORD);
    await waitFor(async () => (await count(root, '/channels')) > 0, { what: 'its channel' });
    expect(await count(root, '/pipelines')).toBe(1);
    expect(await count(root, '/users')).toBe(1);
    expect(await accountOf(root)).toBe('beta');
  });

  test.each([
    [['--name', 'X'], '--admin-email: is needed'],
    [['--support-address', 'a+b@x.test'], 'without a plus'],
    [['--support-address', 'a@bücher.test'], '--support-address: '],
    [['--admin-password', 'short'], '--admin-password: '],
    [['--colour', 'red'], "Unknown option '--colour'"],
  ])('%j is refused', async (args, expected) => {
    await expect(command(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(expected) });
  });

  test('whose support address is taken has no channel, and nobody tries for ever', async () => {
    await addAccount('eps', 'root@eps.test', PASSWORD, 'help@beta.test');
    await waitFor(() => desk.child.output.includes('the first channel of an account was refused'), { what: 'the line in the log' });
    const root = await signIn('root@eps.test', PASSWORD);
    expect([await count(root, '/channels'), await count(root, '/pipelines')]).toEqual([0, 1]);
    expect((await fetch(`${desk.url}/health/ready`)).status).toBe(200);
  });
});

test('one address in several accounts: the password decides, and where it fits several, the account is chosen', async () => {
  await addAccount('gamma', ADMIN.email, OTHER);
  await addAccount('delta', ADMIN.email, ADMIN.password);
  expect(await accountOf(await signIn(ADMIN.email, OTHER))).toBe('gamma');
  const nobody = new Visitor(desk.url);
  const { status, body } = await nobody.post<Choice>('/session', { email: ADMIN.email, password: ADMIN.password });
  expect([status, fieldsOf(body as unknown as ProblemAnswer)]).toEqual([422, ['/accountId choose']]);
  const choices = body.errors[0]?.choices ?? [];
  expect(choices.map(({ name }) => name).toSorted()).toEqual(['Test desk', 'delta']);
  for (const { id, name } of choices) expect(await accountOf(await signIn(ADMIN.email, ADMIN.password, { accountId: id }))).toBe(name);
  await expect(signIn(ADMIN.email, OTHER, { accountId: choices[0]?.id })).rejects.toMatchObject({ status: 401 });
});

test('without a relay the invitation is kept for the super admin, and no link lies readable in the database', async () => {
  const outbox = async (who: Visitor) => {
    const answer = await fetch(`${desk.url}/dev/outbox`, { headers: { cookie: who.cookie, accept: 'application/json' } });
    return ((await answer.json()) as { items: Mail[] }).items;
  };
  expect((await admin.post('/users', { email: 'new@desk.test', name: 'New', seat: 'service' })).status).toBe(201);
  const mail = await waitFor(async () => (await outbox(admin)).find(({ to }) => to.includes('new@desk.test')), { what: 'the invitation' });
  expect(mail.from).toBe('no-reply@localhost');
  expect(mail.raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
  const link = /\/password\/([\w-]{43})/.exec(mail.text)?.[1] ?? '';
  expect(await outbox(await signIn('root@beta.test', PASSWORD))).toEqual([]);
  const database = new pg.Client({ connectionString: desk.databaseUrl });
  await database.connect();
  const { rows } = await database.query(
    `SELECT (SELECT count(*)::int FROM notifications.system_mail m WHERE m::text LIKE $1) AS mails,
       (SELECT count(*)::int FROM bus.event e WHERE e::text LIKE $1) AS events,
       (SELECT count(*)::int FROM gateway.password_link l WHERE l::text LIKE $1) AS links`,
    [`%${link}%`],
  );
  await database.end();
  expect(rows).toEqual([{ mails: 0, events: 0, links: 0 }]);
  expect((await new Visitor(desk.url).post(`/password-resets/${link}`, { password: PASSWORD })).status).toBe(204);
  await signIn('new@desk.test', PASSWORD);
});

test('an account is added while the desk is stopped, and finished by the next start', async () => {
  await desk.stop();
  await addAccount('omega', 'root@omega.test', PASSWORD);
  await start();
  const root = await signIn('root@omega.test', PASSWORD);
  await waitFor(async () => (await count(root, '/channels')) > 0, { what: 'its channel' });
}, 120_000);
