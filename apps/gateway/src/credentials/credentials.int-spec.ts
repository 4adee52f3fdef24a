import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ADMIN,
  areaUnderCurve,
  fieldsOf,
  startDesk,
  startSink,
  Visitor,
  waitFor,
  type Desk,
  type ProblemAnswer,
  type Sink,
  type SunkMail,
} from '@helpdesk/testing';
import { simpleParser } from 'mailparser';
import { Secret, TOTP } from 'otpauth';
import pg from 'pg';

const PASSWORD = 'a long enough sentence';
const OTHER = 'quite another sentence';
const STEP_MS = 30_000;

interface User {
  id: string;
  email: string;
  totp: boolean;
}

let desk: Desk;
let sink: Sink;
let admin: Visitor;
let nobody: Visitor;

const signIn = (email: string, password: string, more: object = {}) => Visitor.signIn(desk.url, email, password, more);
/** Status and code of the answer. */
const trySignIn = async (email: string, password: string, more: object = {}) => {
  const { status, body } = await new Visitor(desk.url).post<ProblemAnswer>('/session', { email, password, ...more });
  return { status, code: body.code };
};
const make = async (email: string, fields: object = {}) => {
  const { status, body } = await admin.post<User>('/users', { email, name: 'Lea Braun', seat: 'service', ...fields });
  expect(status).toBe(201);
  return body;
};
const choose = async (link: string, password: string) => (await nobody.post(`/password-resets/${link}`, { password })).status;
const askReset = async (email: unknown) => {
  const { status, body } = await nobody.post<object>('/password-resets', { email });
  return [status, body];
};
const ACCEPTED = [202, { status: 'accepted' }];
/** The link in the n-th mail to an address. */
const linkTo = async (email: string, n = 1) => {
  await waitFor(() => sink.to(email).length >= n, { what: `mail ${n} to ${email}` });
  const { text } = await simpleParser((sink.to(email)[n - 1] as SunkMail).raw);
  return /\/password\/([\w-]{43})\n/.exec(text ?? '')?.[1] ?? '';
};
const sql = async (text: string, values: unknown[]) => {
  const client = new pg.Client({ connectionString: desk.databaseUrl });
  await client.connect();
  return (await client.query<Record<string, unknown>>(text, values).finally(() => client.end())).rows;
};

beforeAll(async () => {
  sink = await startSink();
  desk = await startDesk({ form: 'embedded', env: { SMTP_URL: sink.url, PUBLIC_URL: 'https://desk.example' } });
  nobody = new Visitor(desk.url);
  admin = await signIn(ADMIN.email, ADMIN.password);
}, 120_000);

afterAll(async () => {
  await desk?.stop();
  await sink?.stop();
}, 60_000);

describe('an invitation', () => {
  test('goes out as automatic mail and is good once', async () => {
    const user = await make('new@customer.test');
    const link = await linkTo(user.email);
    const mail = sink.to(user.email)[0] as SunkMail;
    expect(mail.from).toBe('');
    expect(mail.header('From')).toBe('Help desk <no-reply@desk.example>');
    expect(mail.header('Auto-Submitted')).toBe('auto-generated');
    expect(mail.header('X-Auto-Response-Suppress')).toBe('All');
    expect(mail.messageId).toMatch(/^<system\.[\w-]{36}@desk\.example>$/);
    const { text, subject } = await simpleParser(mail.raw);
    expect(subject).toBe('Your access to the help desk of Test desk');
    expect(text).toContain(`Hello Lea Braun,`);
    expect(text).toContain(`https://desk.example/password/${link}\n`);
    expect((await trySignIn(user.email, PASSWORD)).status).toBe(401);
    expect(await choose(link, 'short')).toBe(422);
    expect(await choose(link, 'password1234')).toBe(422);
    const [first, second] = await Promise.all([choose(link, PASSWORD), choose(link, OTHER)]);
    expect([first, second].toSorted()).toEqual([204, 404]);
    await signIn(user.email, first === 204 ? PASSWORD : OTHER);
    expect((await admin.post<ProblemAnswer>(`/users/${user.id}/invitation`)).body.code).toBe('has_password');
  });

  test('sent again ends the one before, and speaks the user’s language', async () => {
    const user = await make('neu@customer.test');
    const old = await linkTo(user.email);
    await sql(`UPDATE gateway.desk_user SET preferences = '{"language": "de"}' WHERE id = $1`, [user.id]);
    expect((await admin.post(`/users/${user.id}/invitation`)).status).toBe(204);
    const link = await linkTo(user.email, 2);
    const { subject, text } = await simpleParser((sink.to(user.email)[1] as SunkMail).raw);
    expect(subject).toBe('Ihr Zugang zum Helpdesk von Test desk');
    expect(text).toContain('Wählen Sie hier Ihr Passwort');
    expect(await choose(old, PASSWORD)).toBe(404);
    expect(await choose(link, PASSWORD)).toBe(204);
  });

  test('of what is wrong, empty, too old, of a user who is gone or has another address by now', async () => {
    for (const link of ['', 'x', '%00', 'null', 'a'.repeat(43), `${'a'.repeat(43)}'--`]) expect(await choose(link, PASSWORD)).toBe(404);
    const [late, gone, moved] = [await make('late@customer.test'), await make('gone@customer.test'), await make('moved@customer.test')];
    const links = [await linkTo(late.email), await linkTo(gone.email), await linkTo(moved.email)];
    await sql(`UPDATE gateway.password_link SET expires_at = now() - interval '1 s' WHERE user_id = $1`, [late.id]);
    await admin.patch(`/users/${gone.id}`, { active: false });
    await admin.patch(`/users/${moved.id}`, { email: 'elsewhere@customer.test' });
    for (const link of links) expect(await choose(link, PASSWORD)).toBe(404);
    expect((await admin.post<ProblemAnswer>(`/users/${gone.id}/invitation`)).body.code).toBe('user_inactive');
  });
});

describe('a relay', () => {
  afterEach(() => sink.set('normal'));

  test('that is busy is asked again', async () => {
    sink.set('451');
    const { email } = await make('busy@customer.test');
    await waitFor(async () => (await sql("SELECT 1 FROM bus.dispatch WHERE consumer = 'notifications' AND attempts = 1", [])).length > 0, {
      what: 'the first failure',
    });
    expect(sink.to(email)).toEqual([]);
    sink.set('normal');
    expect(await choose(await linkTo(email), PASSWORD)).toBe(204);
  });

  test('that refuses is not, and the refusal is kept without the link', async () => {
    sink.set('550');
    await make('refused@customer.test');
    const rows = await waitFor(
      async () => {
        const found = await sql(
          "SELECT error_code, error_detail FROM bus.dispatch WHERE consumer = 'notifications' AND quarantined_at IS NOT NULL",
          [],
        );
        return found.length > 0 && found;
      },
      { what: 'the refusal' },
    );
    expect(rows).toEqual([{ error_code: 'mail_refused', error_detail: expect.stringContaining('The sink says 550') }]);
  });
});

describe('a forgotten password', () => {
  test('is chosen anew by mail; sessions end, a locked address is open again', async () => {
    const user = await make('forgetful@customer.test', { password: OTHER });
    const visitor = await signIn(user.email, OTHER);
    for (let i = 0; i < 5; i += 1) await trySignIn(user.email, 'wrong');
    expect((await trySignIn(user.email, OTHER)).status).toBe(429);
    expect(await askReset('Forgetful@Customer.test')).toEqual(ACCEPTED);
    const link = await linkTo(user.email);
    expect(await visitor.isIn()).toBe(true);
    expect(await choose(link, PASSWORD)).toBe(204);
    expect(await visitor.isIn()).toBe(false);
    expect((await trySignIn(user.email, OTHER)).status).toBe(401);
    await signIn(user.email, PASSWORD);
    expect(await choose(link, OTHER)).toBe(404);
  });

  test('five mails an hour at most, also when all are asked for at once', async () => {
    const user = await make('often@customer.test', { password: OTHER });
    const answers = await Promise.all(Array.from({ length: 12 }, () => askReset(user.email)));
    for (const answer of answers) expect(answer).toEqual(ACCEPTED);
    const last = await make('last@customer.test', { password: OTHER });
    expect(await askReset(last.email)).toEqual(ACCEPTED);
    await waitFor(() => sink.to(last.email).length > 0 && sink.to(user.email).length >= 5, { what: 'the mails' });
    expect(sink.to(user.email)).toHaveLength(5);
  });

  test('neither the answer nor its time tells who has an account', async () => {
    const known: number[] = [];
    const unknown: number[] = [];
    for (let i = 0; i < 150; i += 1) {
      for (const [times, email] of [
        [known, ADMIN.email],
        [unknown, `nobody-${i}@customer.test`],
      ] as const) {
        const before = performance.now();
        const answer = await askReset(email);
        times.push(performance.now() - before);
        expect(answer).toEqual(ACCEPTED);
      }
    }
    // 150 pairs scatter by 0.033: chance alone goes further than 3.6 standard deviations once in 3,000 times.
    expect(Math.abs(areaUnderCurve(known, unknown) - 0.5)).toBeLessThan(0.12);
  });

  test.each([[['a@b.test', 'c@d.test']], ['none'], [undefined], [null]])('%j is refused', async (email) => {
    expect((await askReset(email))[0]).toBe(422);
  });
});

describe('my own password', () => {
  test('needs the current one, ends the other sessions and renews mine', async () => {
    const user = await make('own@customer.test', { password: OTHER });
    const [mine, elsewhere] = [await signIn(user.email, OTHER), await signIn(user.email, OTHER)];
    const change = (current: string, password: string) => mine.put<ProblemAnswer>('/me/password', { current, password });
    expect(fieldsOf((await change('wrong', PASSWORD)).body)).toEqual(['/current wrong_password']);
    expect(fieldsOf((await change(OTHER, 'passwordpassword')).body)).toEqual(['/password is_uncommon']);
    const before = mine.with(mine.cookie);
    expect((await change(OTHER, PASSWORD)).status).toBe(204);
    expect([await before.isIn(), await elsewhere.isIn(), await mine.isIn()]).toEqual([false, false, true]);
    for (let i = 0; i < 4; i += 1) await change('wrong', PASSWORD);
    expect((await change(PASSWORD, OTHER)).status).toBe(429);
  });

  test('a sign-in that is under way with the old one does not outlive it', async () => {
    const user = await make('race@customer.test', { password: OTHER });
    const attempts = Array.from({ length: 4 }, () => new Visitor(desk.url));
    const under = attempts.map((visitor) => visitor.post('/session', { email: user.email, password: OTHER }));
    await Promise.all([...under, admin.patch(`/users/${user.id}`, { password: PASSWORD })]);
    expect(await Promise.all(attempts.map((visitor) => visitor.isIn()))).toEqual([false, false, false, false]);
    await signIn(user.email, PASSWORD);
  });
});

describe('a second factor', () => {
  const at = (secret: string, steps: number) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * STEP_MS });
  let user: User;
  let secret: string;
  let mine: Visitor;
  let recoveryCodes: string[];

  test('is set up with a code, which ends the other sessions', async () => {
    user = await make('totp@customer.test', { password: PASSWORD });
    mine = await signIn(user.email, PASSWORD);
    const elsewhere = await signIn(user.email, PASSWORD);
    expect((await mine.post<ProblemAnswer>('/me/totp/confirm', { code: '123456' })).body.code).toBe('totp_not_begun');
    await mine.post('/me/totp');
    const begun = await mine.post<{ secret: string; url: string }>('/me/totp');
    expect(begun.status).toBe(201);
    secret = begun.body.secret;
    expect(begun.body.url).toMatch(/^otpauth:\/\/totp\/Test%20desk:totp%40customer\.test\?/);
    // Nothing is asked for before it is confirmed.
    await signIn(user.email, PASSWORD);
    const wrong = await mine.post<ProblemAnswer>('/me/totp/confirm', { code: at(secret, 10) });
    expect(fieldsOf(wrong.body)).toEqual(['/code wrong_totp']);
    const before = mine.with(mine.cookie);
    const confirmed = await mine.post<{ recoveryCodes: string[] }>('/me/totp/confirm', { code: at(secret, 0) });
    expect(confirmed.status).toBe(200);
    recoveryCodes = confirmed.body.recoveryCodes;
    expect(new Set(recoveryCodes).size).toBe(10);
    expect([await before.isIn(), await elsewhere.isIn(), await mine.isIn()]).toEqual([false, false, true]);
    expect((await mine.post<ProblemAnswer>('/me/totp')).body.code).toBe('totp_active');
    expect((await admin.get<User>(`/users/${user.id}`)).body.totp).toBe(true);
  });

  test('is asked for after the right password only; no code is good twice, nor an older one after it', async () => {
    expect(await trySignIn(user.email, PASSWORD)).toMatchObject({ status: 401, code: 'totp_required' });
    expect(await trySignIn(user.email, 'wrong', { totp: at(secret, 0) })).toMatchObject({ status: 401, code: 'wrong_credentials' });
    const code = at(secret, 1);
    const attempts = await Promise.all([trySignIn(user.email, PASSWORD, { totp: code }), trySignIn(user.email, PASSWORD, { totp: code })]);
    expect(attempts.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    expect(await trySignIn(user.email, PASSWORD, { totp: at(secret, 0) })).toMatchObject({ status: 401, code: 'wrong_totp' });
    expect(await trySignIn(user.email, PASSWORD, { totp: '' })).toMatchObject({ code: 'totp_required' });
  });

  test('a recovery code stands in once, however it is typed', async () => {
    const typed = (recoveryCodes[0] ?? '').toUpperCase().replaceAll('-', ' ');
    await signIn(user.email, PASSWORD, { totp: typed });
    expect(await trySignIn(user.email, PASSWORD, { totp: recoveryCodes[0] })).toMatchObject({ code: 'wrong_totp' });
    await signIn(user.email, PASSWORD, { totp: recoveryCodes[1] });
    const { body } = await admin.get<{ items: { action: string }[] }>('/audit');
    const actions = body.items.map(({ action }) => action);
    expect(actions.filter((action) => action === 'totp.recovery_code_used')).toHaveLength(2);
    expect(actions).toContain('totp.enabled');
  });

  test('five wrong codes lock the address like five wrong passwords', async () => {
    await trySignIn(user.email, PASSWORD, { totp: '000000' });
    expect(await trySignIn(user.email, PASSWORD, { totp: recoveryCodes[2] })).toMatchObject({ status: 429 });
    await sql('DELETE FROM gateway.failed_sign_in', []);
  });

  test('is removed with the password, or by an administrator', async () => {
    const wrong = await mine.delete<ProblemAnswer>('/me/totp', { password: 'wrong' });
    expect(fieldsOf(wrong.body)).toEqual(['/password wrong_password']);
    expect((await mine.delete('/me/totp')).status).toBe(422);
    expect((await mine.delete('/me/totp', { password: PASSWORD })).status).toBe(204);
    await signIn(user.email, PASSWORD);
    const { body } = await mine.post<{ secret: string }>('/me/totp');
    await mine.post('/me/totp/confirm', { code: at(body.secret, 0) });
    expect(await trySignIn(user.email, PASSWORD)).toMatchObject({ code: 'totp_required' });
    const clerk = await make('clerk@customer.test', { password: PASSWORD, rights: ['user_admin'] });
    await admin.patch(`/users/${user.id}`, { rights: ['audit'] });
    const refused = await (await signIn(clerk.email, PASSWORD)).delete<ProblemAnswer>(`/users/${user.id}/totp`);
    expect([refused.status, refused.body.code]).toEqual([403, 'beyond_own_rights']);
    expect((await admin.delete(`/users/${user.id}/totp`)).status).toBe(204);
    await signIn(user.email, PASSWORD);
    expect((await admin.delete(`/users/${user.id}/totp`)).status).toBe(404);
  });
});
