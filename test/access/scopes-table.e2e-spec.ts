import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDesk, openWorld, type RunningDesk } from './desk.js';
import type { Rule } from './facts.js';
import { personPlan, type PersonPlan, type TicketPlan } from './plan.js';
import { callerOf, cellOf, rows, type Answered } from './tables.js';
import type { Account, Case, Member, World } from './world.js';

/** D-50: which tickets a scope covers. Everybody below is in team A; `teammate` owns as somebody of team A, `stranger` of team B. */
const VIEW = rows(`
  view scope            |     | mine | teammate's | stranger's | stranger's, team A | nobody's | nobody's, team A | nobody's, team B
  all                   |     | Y    | Y          | Y          | Y                  | Y        | Y                | Y
  all + unassigned      |     | Y    | Y          | Y          | Y                  | Y        | Y                | Y
  team                  |     | Y    | Y          | 404        | Y                  | 404      | Y                | 404
  team + unassigned     |     | Y    | Y          | 404        | Y                  | Y        | Y                | 404
  own                   |     | Y    | 404        | 404        | 404                | 404      | 404              | 404
  own + unassigned      |     | Y    | 404        | 404        | 404                | Y        | Y                | 404
`);
/** What may be changed: the edit (or delete) scope, among what the view scope shows. */
const CHANGE = rows(`
  view scope, then change scope     |  | mine | teammate's | stranger's | stranger's, team A | nobody's | nobody's, team A | nobody's, team B
  all, all                          |  | Y    | Y          | Y          | Y                  | Y        | Y                | Y
  all, team                         |  | Y    | Y          | scope      | Y                  | scope    | Y                | scope
  all, team + unassigned            |  | Y    | Y          | scope      | Y                  | Y        | Y                | scope
  all, own                          |  | Y    | scope      | scope      | scope              | scope    | scope            | scope
  all, own + unassigned             |  | Y    | scope      | scope      | scope              | Y        | Y                | scope
  own, all                          |  | Y    | 404        | 404        | 404                | 404      | 404              | 404
  own + unassigned, team            |  | Y    | 404        | 404        | 404                | scope    | Y                | 404
  all, none                         |  | no   | no         | no         | no                 | no       | no               | no
`);
const KINDS = ['mine', "teammate's", "stranger's", "stranger's, team A", "nobody's", "nobody's, team A", "nobody's, team B"];

function ruleOf(words: string): Rule {
  const [scope, unassigned] = words.split(' + ');
  return { scope: scope as Rule['scope'], unassigned: unassigned !== undefined };
}
const person = (scopes: PersonPlan['scopes'], teams: boolean[]) => personPlan({ scopes, teams });
const ALL = ruleOf('all');
const OWN = ruleOf('own');
const LEAST = { view: OWN, edit: OWN, delete: OWN };
const [TEAM_A, TEAM_B] = [
  [true, false],
  [false, true],
];
const viewers = VIEW.map(({ what }) => person({ view: ruleOf(what), edit: ALL, delete: ALL }, TEAM_A));
const changers = CHANGE.map(({ what }) => {
  const [view = '', change = ''] = what.split(', ');
  return person({ view: ruleOf(view), edit: ruleOf(change), delete: ruleOf(change) }, TEAM_A);
});
const people = [...viewers, ...changers, person(LEAST, TEAM_A), person(LEAST, TEAM_B), person({ view: ALL, edit: ALL, delete: ALL }, [])];
const [TEAMMATE, STRANGER, EVERYWHERE] = [people.length - 3, people.length - 2, people.length - 1];
const others: TicketPlan[] = [
  [TEAMMATE, null],
  [STRANGER, null],
  [STRANGER, 0],
  [null, null],
  [null, 0],
  [null, 1],
].map(([owner = null, team = null]) => ({ owner, team, contact: 0 }));

let desk: RunningDesk;
let world: World;
let account: Account;
let close: () => Promise<void>;

beforeAll(async () => {
  desk = await openDesk();
  const own = [...viewers, ...changers].map((_, owner) => ({ owner, team: null, contact: 0 }));
  const elsewhere = { people: [person({ view: ALL, edit: ALL, delete: ALL }, [])], teams: 1, tickets: [{ owner: 0, team: 0, contact: 0 }] };
  ({ world, close } = await openWorld(desk, [{ people, teams: 2, tickets: [...own, ...others] }, elsewhere]));
  account = world.accounts[0] as Account;
}, 120_000);

afterAll(async () => {
  await close?.();
  await desk?.stop();
}, 60_000);

const call = callerOf(() => world);
const user = (index: number) => account.people[index] as Member;
const ticketsOf = (index: number) => {
  const mine = world.tickets.filter((ticket) => ticket.account === account.id);
  const first = viewers.length + changers.length;
  return [mine[index], ...mine.slice(first, first + others.length)] as Case[];
};
/** A ticket that nobody but the one who sees all may see. */
const hidden = () => ticketsOf(0)[2] as Case;

async function tried(index: number, attempt: (who: Member, ticket: Case) => Promise<Answered>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [i, ticket] of ticketsOf(index).entries()) found[KINDS[i] ?? ''] = cellOf(await attempt(user(index), ticket));
  return found;
}
const expected = (cells: string[], scope = '', no = '') =>
  Object.fromEntries(KINDS.map((kind, i) => [kind, cells[i] === 'scope' ? scope : cells[i] === 'no' ? no : cells[i]]));

describe('D-50: view', () => {
  test.each(VIEW.map((row, i) => ({ ...row, i })))('scope $what', async ({ cells, i }) => {
    expect(await tried(i, (who, { id }) => call(who, 'GET', `/tickets/${id}`))).toEqual(expected(cells));
    expect(await tried(i, (who, { id }) => call(who, 'GET', `/tickets/${id}/timeline`))).toEqual(expected(cells));
    const listed = (await call(user(i), 'GET', '/tickets?limit=200')).json.items as { id: string }[];
    const inList = Object.fromEntries(ticketsOf(i).map(({ id }, k) => [KINDS[k], listed.some((row) => row.id === id) ? 'Y' : '404']));
    expect(inList).toEqual(expected(cells));
  });
});

describe('D-50: edit, reply, comment and delete are never wider than view', () => {
  const stale = { 'if-match': '"999999"' };
  // A stale version is refused after the right to edit: 412 says yes and changes nothing.
  const edits = async (who: Member, { id }: Case) => {
    const answer = await call(who, 'PATCH', `/tickets/${id}`, { priority: 'low' }, stale);
    return answer.status === 412 ? { ...answer, status: 200 } : answer;
  };
  const replies = async (who: Member, { id }: Case) => {
    const answer = await call(who, 'POST', `/tickets/${id}/replies`, { text: '' });
    return answer.status === 422 ? { ...answer, status: 200 } : answer;
  };
  test.each(CHANGE.map((row, i) => ({ ...row, i: viewers.length + i })))('scopes $what', async ({ cells, i }) => {
    expect(await tried(i, edits)).toEqual(expected(cells, 'ticket_edit_scope', 'ticket_edit'));
    expect(await tried(i, replies)).toEqual(expected(cells, 'ticket_edit_scope', 'ticket_reply'));
    const seen = await tried(i, (who, { id }) => call(who, 'GET', `/tickets/${id}`));
    expect(await tried(i, (who, { id }) => call(who, 'POST', `/tickets/${id}/comments`, { text: 'hello' }))).toEqual(seen);
    const deletes = (who: Member, { id }: Case) => call(who, 'DELETE', `/tickets/${id}`);
    const restoresIfDone = async (who: Member, ticket: Case) => {
      const answer = await deletes(who, ticket);
      if (answer.status === 204) await call(account.keeper, 'POST', `/tickets/${ticket.id}/restore`);
      return answer;
    };
    expect(await tried(i, restoresIfDone)).toEqual(expected(cells, 'ticket_delete_scope', 'ticket_delete'));
  });
});

describe('D-50: the other clauses', () => {
  const get = (who: Member, id: string) => call(who, 'GET', `/tickets/${id}`);

  test('who is not active is nobody: 401', async () => {
    const who = user(0);
    await call(account.keeper, 'PATCH', `/users/${who.id}`, { active: false });
    expect(await get(who, ticketsOf(0)[0]?.id ?? '')).toMatchObject({ status: 401 });
    await call(account.keeper, 'PATCH', `/users/${who.id}`, { active: true });
    expect(await get(who, ticketsOf(0)[0]?.id ?? '')).toMatchObject({ status: 200 });
  });

  test('a super admin sees everything in his account, and nothing of another', async () => {
    for (const { id, account: its } of world.tickets)
      expect(await get(account.keeper, id)).toMatchObject({ status: its === account.id ? 200 : 404 });
  });

  test('absent, invisible and foreign are one 404', async () => {
    const foreign = world.tickets.find((ticket) => ticket.account !== account.id) as Case;
    const bodies = [];
    for (const id of [hidden().id, foreign.id, '01890000-0000-7000-8000-000000000000', 'no-uuid']) {
      const { status, json } = await get(user(TEAMMATE), id);
      bodies.push({ status, ...json, correlationId: '' });
    }
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(bodies[0]).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('who may not see it cannot be mentioned; a mention and a follow that are there grant nothing', async () => {
    const [{ id }, who] = [hidden(), user(TEAMMATE)];
    const comment = (mentions: string[]) => call(account.keeper, 'POST', `/tickets/${id}/comments`, { text: 'look', mentions });
    expect(await comment([who.id])).toMatchObject({ status: 422, json: { errors: [{ pointer: '/mentions/0', code: 'no_access' }] } });
    const share = await call(account.keeper, 'POST', `/tickets/${id}/shares`, { userId: who.id });
    expect(await comment([who.id])).toMatchObject({ status: 201 });
    expect(await call(who, 'PUT', `/tickets/${id}/followers/me`)).toMatchObject({ status: 204 });
    await call(account.keeper, 'DELETE', `/tickets/${id}/shares/${String(share.json.id)}`);
    expect(await get(who, id)).toMatchObject({ status: 404 });
    expect((await call(who, 'GET', '/tickets?view=following')).json.items).toEqual([]);
    expect((await call(who, 'GET', '/tickets?view=mentions')).json.items).toEqual([]);
    expect((await call(who, 'GET', '/notifications')).json.items).toEqual([]);
  });

  test.each(['user', 'team'])('a share with a %s shows the ticket and changes nothing else; it is audited', async (kind) => {
    const [{ id }, who] = [hidden(), user(TEAMMATE)];
    const soon = new Date(Date.now() + 1_500).toISOString();
    const body = { ...(kind === 'user' ? { userId: who.id } : { teamId: account.teams[0] }), expiresAt: soon };
    expect(await get(who, id)).toMatchObject({ status: 404 });
    expect(await call(account.keeper, 'POST', `/tickets/${id}/shares`, body)).toMatchObject({ status: 201 });
    expect(await get(who, id)).toMatchObject({ status: 200 });
    const edit = await call(who, 'PATCH', `/tickets/${id}`, { priority: 'low' });
    expect(edit).toMatchObject({ status: 403, json: { code: 'ticket_edit_scope' } });
    await new Promise((resolve) => setTimeout(resolve, Date.parse(soon) - Date.now() + 20));
    expect(await get(who, id)).toMatchObject({ status: 404 });
    await world.settle();
    const audit = (await call(account.keeper, 'GET', '/audit')).json.items as { action: string; subject: string }[];
    expect(audit).toContainEqual(expect.objectContaining({ action: 'ticket.shared', subject: `ticket/${id}` }));
  });

  test('GET /tickets/:id/access names each user and the clause that decided', async () => {
    const nobodys = ticketsOf(0)[4] as Case;
    const { json } = await call(user(EVERYWHERE), 'GET', `/tickets/${nobodys.id}/access`);
    const clauses = new Map((json.items as { userId: string; clause: string }[]).map(({ userId, clause }) => [userId, clause]));
    expect(VIEW.map(({ what }, i) => [what, clauses.get(user(i).id)])).toEqual([
      ['all', 'all'],
      ['all + unassigned', 'all'],
      ['team', 'outside_scope'],
      ['team + unassigned', 'unassigned'],
      ['own', 'outside_scope'],
      ['own + unassigned', 'unassigned'],
    ]);
    expect(clauses.get(account.keeper.id)).toBe('super_admin');
  });

  test('pipelines for some teams only (`pipelineAllowed`) are not built: no route takes such a setting', async () => {
    const body = { name: 'Billing', stages: [{ name: 'New', category: 'new' }], teamIds: account.teams };
    const { status, body: answer } = await world.client.send(
      { method: 'POST', path: '/api/v1/pipelines', body: JSON.stringify(body) },
      account.keeper.key,
    );
    expect({ status, ...(JSON.parse(answer) as object) }).toMatchObject({ status: 422, errors: [{ pointer: '/teamIds' }] });
  });
});
