import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ADMIN, LoneGateway } from '@helpdesk/testing';
import request from 'supertest';

const ANY_ID = '01890000-0000-7000-8000-000000000001';

let gateway: LoneGateway;
let url: string;
let http: ReturnType<typeof request>;
let cookie: string;

beforeAll(async () => {
  gateway = await LoneGateway.start();
  ({ url } = gateway);
  http = request(url);
  const answer = await http.post('/api/v1/session').send(ADMIN).expect(200);
  cookie = String(answer.headers['set-cookie']);
}, 120_000);

afterAll(() => gateway?.stop(), 30_000);

interface Operation {
  'x-access'?: string;
  responses: Record<string, unknown>;
}

async function operations(): Promise<{ method: string; path: string; operation: Operation }[]> {
  const { body } = await http.get('/api/v1/openapi.json').expect(200);
  const paths = (body as { paths: Record<string, Record<string, Operation>> }).paths;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

describe('who may come in', () => {
  test('every documented route names its access, and all but the public ones ask who is there', async () => {
    const all = await operations();
    expect(all.length).toBeGreaterThan(30);
    for (const { method, path, operation } of all) {
      expect([`${method} ${path}`, typeof operation['x-access']]).toEqual([`${method} ${path}`, 'string']);
      if (operation['x-access'] === 'public') continue;
      const target = path.replaceAll(/\{\w+\}/g, ANY_ID);
      const answer = await http[method as 'get'](target).set('content-type', 'application/json');
      expect([method, target, answer.status, (answer.body as { code?: string }).code]).toEqual([method, target, 401, 'not_signed_in']);
    }
  });

  test('the session cookie cannot be read by scripts, and another site cannot use it', async () => {
    expect(cookie).toMatch(/^sid=[\w-]{43};.*HttpOnly.*SameSite=Lax/);
    const from = (origin: string) => http.post('/api/v1/api-keys').set('cookie', cookie).set('origin', origin).send({ name: 'x' });
    await from('https://evil.test')
      .expect(403)
      .expect(({ body }) => expect(body).toMatchObject({ code: 'bad_origin' }));
    await http.post('/api/v1/api-keys').set('cookie', cookie).set('sec-fetch-site', 'cross-site').send({ name: 'x' }).expect(403);
    await from(url).expect(201);
  });

  test('an API key has its creator’s rights until it is revoked', async () => {
    const made = await http.post('/api/v1/api-keys').set('cookie', cookie).send({ name: 'CI' }).expect(201);
    const { id, key } = made.body as { id: string; key: string };
    const me = () => http.get('/api/v1/me').set('authorization', `Bearer ${key}`);
    await me()
      .expect(200)
      .expect(({ body }) => expect(body).toMatchObject({ user: { email: ADMIN.email }, account: { name: 'Test desk' } }));
    await http.delete(`/api/v1/api-keys/${id}`).set('cookie', cookie).expect(204);
    await me().expect(401);
  });

  test('five wrong passwords lock the address, right ones never count', async () => {
    const attempt = (password: string) => http.post('/api/v1/session').send({ email: 'nobody@desk.test', password });
    for (let i = 0; i < 5; i += 1) await attempt('wrong').expect(401);
    await attempt('wrong').expect(429).expect('retry-after', '900');
    for (let i = 0; i < 6; i += 1) await http.post('/api/v1/session').send(ADMIN).expect(200);
  });
});

describe('bad input', () => {
  test.each([
    ['{"name":', 400],
    ['{"__proto__":{"x":1},"name":"a"}', 400],
    ['{"name":"a","accountId":"b"}', 422],
    ['{"name":7}', 422],
    [`{"name":"${'x'.repeat(1_100_000)}"}`, 413],
  ])('%#: a bad body is refused', async (body, status) => {
    const answer = await http.post('/api/v1/api-keys').set('cookie', cookie).set('content-type', 'application/json').send(body);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, code: expect.any(String), correlationId: expect.any(String) });
  });

  test('each wrong field is named by its pointer', async () => {
    const answer = await http
      .post('/api/v1/channels')
      .set('cookie', cookie)
      .send({ type: 'pigeon', name: '', settings: { autoReply: { enabled: 'yes' } } })
      .expect(422);
    const pointers = (answer.body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer);
    expect(pointers.toSorted()).toEqual(['/name', '/settings/autoReply/enabled', '/type']);
  });

  test('an unknown route, an unknown id and a malformed id look the same', async () => {
    const bodies = [];
    for (const path of ['/api/v1/nothing', `/api/v1/api-keys/${ANY_ID}`, '/api/v1/api-keys/1']) {
      const { body, status } = await http.delete(path).set('cookie', cookie);
      bodies.push({ ...(body as object), status, correlationId: undefined });
    }
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
  });
});

test('one Idempotency-Key makes one key, another body with it is refused', async () => {
  const post = (name: string) => http.post('/api/v1/api-keys').set('cookie', cookie).set('idempotency-key', 'k-1').send({ name });
  const answers = await Promise.all([post('one'), post('one'), post('one')]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(new Set(answers.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
  await post('two')
    .expect(422)
    .expect(({ body }) => expect(body).toMatchObject({ code: 'idempotency_key_reused' }));
});

test('while a service is away its routes say so, and readiness too', async () => {
  await http
    .get('/api/v1/tickets')
    .set('cookie', cookie)
    .expect(503)
    .expect(({ body }) => expect(body).toMatchObject({ code: 'unavailable' }));
  const ready = await http.get('/health/ready').expect(503);
  expect(ready.body).toMatchObject({ status: 'not_ready', checks: { database: true, tickets: 'does not answer' } });
  await http.get('/health/live').expect(200);
});
