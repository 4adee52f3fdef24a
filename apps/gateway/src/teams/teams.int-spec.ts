import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ADMIN, fieldsOf, LoneGateway, Visitor, type OtherAccount, type ProblemAnswer } from '@helpdesk/testing';

const PASSWORD = 'a long enough sentence';

interface User {
  id: string;
  email: string;
  teamIds: string[];
}

let gateway: LoneGateway;
let admin: Visitor;
let foreign: OtherAccount;
let emails = 0;

const signIn = (email: string, password = PASSWORD) => Visitor.signIn(gateway.url, email, password);
const make = async () => {
  const email = `user-${(emails += 1)}@desk.test`;
  const { status, body } = await admin.post<User>('/users', { email, name: 'Somebody', password: PASSWORD, seat: 'service' });
  expect(status).toBe(201);
  return body;
};
const stateOf = async (id: string) => (await admin.get<User>(`/users/${id}`)).body;
beforeAll(async () => {
  gateway = await LoneGateway.start();
  admin = await signIn(ADMIN.email, ADMIN.password);
  foreign = await gateway.otherAccount();
}, 120_000);

afterAll(() => gateway?.stop(), 60_000);

describe('teams', () => {
  test('are made, changed and deleted; members leave', async () => {
    const [a, b] = [await make(), await make()];
    const made = await admin.post<{ id: string }>('/teams', { name: 'Billing', memberIds: [a.id] });
    expect(made).toEqual({ status: 201, body: { id: expect.any(String), name: 'Billing', memberIds: [a.id] } });
    const { id } = made.body;
    const changed = await admin.patch<{ memberIds: string[] }>(`/teams/${id}`, { memberIds: [b.id, a.id.toUpperCase()] });
    expect([changed.status, changed.body.memberIds.toSorted()]).toEqual([200, [a.id, b.id].toSorted()]);
    expect((await stateOf(b.id)).teamIds).toEqual([id]);
    const visitor = await signIn(a.email);
    await admin.patch(`/users/${b.id}`, { active: false });
    const seen = await visitor.get<{ items: { id: string; memberIds: string[] }[] }>('/teams?limit=200');
    expect(seen.body.items.find((team) => team.id === id)?.memberIds).toEqual([a.id]);
    expect((await admin.delete(`/teams/${id}`)).status).toBe(204);
    expect((await stateOf(a.id)).teamIds).toEqual([]);
    expect((await admin.delete(`/teams/${id}`)).status).toBe(404);
    const { body } = await admin.get<{ items: object[] }>('/audit');
    expect(body.items).toEqual(
      expect.arrayContaining([expect.objectContaining({ action: 'team.deleted', old: expect.objectContaining({ name: 'Billing' }) })]),
    );
  });

  test('a name that is taken, a member of another account', async () => {
    const team = (await admin.post<{ id: string }>('/teams', { name: 'Taken' })).body;
    const again = await admin.post<ProblemAnswer>('/teams', { name: 'Taken', memberIds: [foreign.userId] });
    expect([again.status, fieldsOf(again.body).toSorted()]).toEqual([422, ['/memberIds/0 unknown', '/name taken']]);
    const other = (await admin.post<{ id: string }>('/teams', { name: 'Other name' })).body;
    const renamed = await admin.patch<ProblemAnswer>(`/teams/${other.id}`, { name: 'Taken' });
    expect([renamed.status, fieldsOf(renamed.body)]).toEqual([422, ['/name taken']]);
    expect((await admin.patch(`/teams/${team.id}`, { name: 'Taken' })).status).toBe(200);
    expect((await foreign.root.post('/teams', { name: 'Taken' })).status).toBe(201);
  });
});
