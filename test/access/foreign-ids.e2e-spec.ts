import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDesk, openWorld, type RunningDesk } from './desk.js';
import { personPlan } from './plan.js';
import { answered, callerOf } from './tables.js';
import { accountTables } from './walls.js';
import type { Account, Case, World } from './world.js';

/** What a request notes that changes nothing: when a key was used, and what would be repeated for an Idempotency-Key. */
const NOTES = new Set(['gateway.api_key', 'gateway.idempotency']);

let desk: RunningDesk;
let world: World;
let account: Account;
let other: Account;
let close: () => Promise<void>;
/** A message of our own. */
let ours = '';
/** An id of each kind, there in the other account. */
let theirs: Record<
  | 'user'
  | 'team'
  | 'stage'
  | 'pipeline'
  | 'channel'
  | 'contact'
  | 'company'
  | 'conversation'
  | 'attachment'
  | 'view'
  | 'message'
  | 'operation'
  | 'policy'
  | 'hours',
  string
>;
/** One of ours of each. */
let own: { contact: string; company: string };
/** Where tickets made by hand begin. */
let place: { pipelineId: string; stageId: string };

const call = callerOf(() => world);

beforeAll(async () => {
  desk = await openDesk();
  const plan = { people: [personPlan()], teams: 1, tickets: [{ owner: null, team: null, contact: 0 }] };
  ({ world, close } = await openWorld(desk, [plan, plan]));
  [account, other] = world.accounts as [Account, Account];
  const placeIn = async ({ keeper }: Account) => {
    const { json } = await call(keeper, 'GET', '/pipelines');
    const [pipeline] = json.items as { id: string; stages: { id: string }[] }[];
    return { pipelineId: pipeline?.id ?? '', stageId: pipeline?.stages[0]?.id ?? '' };
  };
  place = await placeIn(account);
  const { pipelineId, stageId } = await placeIn(other);
  const one = async (table: string, { id } = other) =>
    (await world.store.query<{ id: string }>(`SELECT id FROM ${table} WHERE account_id = $1 LIMIT 1`, [id])).rows[0]?.id ?? '';
  await world.store.query("INSERT INTO conversations.company (account_id, id, name) SELECT a, uuidv7(), 'Firm' FROM unnest($1::uuid[]) a", [
    [account.id, other.id],
  ]);
  own = { contact: ticketOf(account).contactId ?? '', company: await one('conversations.company', account) };
  theirs = {
    user: other.people[0]?.id ?? '',
    team: other.teams[0] ?? '',
    stage: stageId,
    pipeline: pipelineId,
    channel: other.channel.id,
    contact: ticketOf(other).contactId ?? '',
    company: await one('conversations.company'),
    conversation: await one('conversations.conversation'),
    operation: await one('tickets.operation'),
    view: await one('tickets.view'),
    message: await one('conversations.message'),
    policy: await one('tickets.sla_policy'),
    hours: await one('tickets.business_hours'),
    attachment: String(answered(await world.client.upload('hello', other.keeper.key)).json.id),
  };
  const mine = "SELECT id FROM conversations.message WHERE account_id = $1 AND kind = 'message' LIMIT 1";
  ours = (await world.store.query<{ id: string }>(mine, [account.id])).rows[0]?.id ?? '';
}, 120_000);

afterAll(async () => {
  await close?.();
  await desk?.stop();
}, 60_000);

const ticketOf = ({ id }: Account) => world.tickets.find((ticket) => ticket.account === id) as Case;

/** A digest of every row that either account has. */
async function everything(): Promise<Record<string, string | null>> {
  const digests: Record<string, string | null> = {};
  for (const { schema, name, key } of await accountTables(world.store)) {
    const table = `${schema}.${name}`;
    if (NOTES.has(table)) continue;
    const sql = `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM ${table} t WHERE t.${key} = ANY ($1)`;
    digests[table] = (await world.store.query<{ digest: string | null }>(sql, [[account.id, other.id]])).rows[0]?.digest ?? null;
  }
  return digests;
}

describe('ids of another account, in any field, are of nothing: 422 at the field, and nothing is changed', () => {
  type Sent = [method: string, path: string, body: object];
  const ticket = (rest = '') => `/tickets/${ticketOf(account).id}${rest}`;
  const made = (body: object): Sent => ['POST', '/tickets', { name: 'By hand', ...place, ...body }];
  const patched = (body: object): Sent => ['PATCH', ticket(), body];
  const shared = (body: object): Sent => ['POST', ticket('/shares'), body];
  const commented = (body: object): Sent => ['POST', ticket('/comments'), { text: 'x', ...body }];
  const replied = (body: object): Sent => ['POST', ticket('/replies'), { text: 'x', ...body }];
  const drafted = (tab: string, body: object): Sent => ['PUT', ticket(`/drafts/${tab}`), { html: 'x', ...body }];
  const connected = (body: object): Sent => ['POST', '/channels', { type: 'custom', name: 'Another', ...body }];
  const reconnected = (body: object): Sent => ['PATCH', `/channels/${account.channel.id}`, body];
  const routed = (routing: object) => ({ settings: { routing } });
  const timed = (body: object): Sent => ['POST', '/sla-policies', { name: 'Another', ...body }];
  const cases: [string, string, () => Sent][] = [
    ['pipeline of a new ticket', '/pipelineId', () => made({ pipelineId: theirs.pipeline })],
    ['status of a new ticket', '/stageId', () => made({ stageId: theirs.stage })],
    ['owner of a new ticket', '/ownerId', () => made({ ownerId: theirs.user })],
    ['team of a new ticket', '/teamId', () => made({ teamId: theirs.team })],
    ['contact of a new ticket', '/contactIds/0', () => made({ contactIds: [theirs.contact] })],
    ['company of a new ticket', '/companyIds/0', () => made({ companyIds: [theirs.company] })],
    ['activity of a new ticket', '/activityIds/0', () => made({ activityIds: [theirs.message] })],
    ['status of a ticket', '/stageId', () => patched({ stageId: theirs.stage })],
    ['owner of a ticket', '/ownerId', () => patched({ ownerId: theirs.user })],
    ['team of a ticket', '/teamId', () => patched({ teamId: theirs.team })],
    ['pipeline of a ticket', '/pipelineId', () => patched({ pipelineId: theirs.pipeline, stageId: theirs.stage })],
    ['contact of a ticket', '/contactIds/0', () => patched({ contactIds: [theirs.contact] })],
    ['company of a ticket', '/companyIds/0', () => patched({ companyIds: [theirs.company] })],
    ['other end of a link', '/links/0/ticketId', () => patched({ links: [{ kind: 'related', ticketId: ticketOf(other).id }] })],
    ['ticket to merge', '/secondaryIds/0', () => ['POST', ticket('/merge'), { secondaryIds: [ticketOf(other).id] }]],
    ['message to split off', '/messageIds/0', () => ['POST', ticket('/split'), { messageIds: [theirs.message] }]],
    ['pipeline to move to', '/pipelineId', () => ['POST', ticket('/move'), { pipelineId: theirs.pipeline, stageId: theirs.stage }]],
    ['team to move to', '/teamId', () => ['POST', ticket('/move'), { ...place, teamId: theirs.team }]],
    ['ticket of a message', '/ticketId', () => ['POST', `/messages/${ours}/rethread`, { ticketId: ticketOf(other).id }]],
    ['owner of many', '/set/ownerId', () => ['POST', '/tickets/bulk', { view: 'mine', action: 'update', set: { ownerId: theirs.user } }]],
    ['team of many', '/set/teamId', () => ['POST', '/tickets/bulk', { view: 'mine', action: 'update', set: { teamId: theirs.team } }]],
    ['view of many', '/view', () => ['POST', '/tickets/bulk', { view: theirs.view, action: 'follow' }]],
    ['user of a share', '/userId', () => shared({ userId: theirs.user })],
    ['team of a share', '/teamId', () => shared({ teamId: theirs.team })],
    ['mention', '/mentions/0', () => commented({ mentions: [theirs.user] })],
    ['attachment of a comment', '/attachmentIds/0', () => commented({ attachmentIds: [theirs.attachment] })],
    ['channel of a reply', '/channelId', () => replied({ channelId: theirs.channel })],
    ['conversation of a reply', '/conversationId', () => replied({ conversationId: theirs.conversation })],
    ['attachment of a reply', '/attachmentIds/0', () => replied({ attachmentIds: [theirs.attachment] })],
    ['status after a reply', '/moveTo', () => replied({ moveTo: theirs.stage })],
    ['attachment of a draft', '/attachmentIds/0', () => drafted('comment', { attachmentIds: [theirs.attachment] })],
    ['status after the reply of a draft', '/moveTo', () => drafted('reply', { moveTo: theirs.stage })],
    [
      'team of a new user',
      '/teamIds/0',
      () => ['POST', '/users', { email: 'new@desk.test', name: 'N', seat: 'core', teamIds: [theirs.team] }],
    ],
    ['team of a user', '/teamIds/0', () => ['PATCH', `/users/${account.people[0]?.id}`, { teamIds: [theirs.team] }]],
    ['member of a new team', '/memberIds/0', () => ['POST', '/teams', { name: 'New', memberIds: [theirs.user] }]],
    ['member of a team', '/memberIds/0', () => ['PATCH', `/teams/${account.teams[0]}`, { memberIds: [theirs.user] }]],
    ['pipeline of a new channel', '/pipelineId', () => connected({ pipelineId: theirs.pipeline })],
    ['status of a new channel', '/stageId', () => connected({ stageId: theirs.stage })],
    ['team of a new channel', '/teamId', () => connected({ teamId: theirs.team })],
    ['pipeline of a channel', '/pipelineId', () => reconnected({ pipelineId: theirs.pipeline })],
    ['status of a channel', '/stageId', () => reconnected({ stageId: theirs.stage })],
    ['team of a channel', '/teamId', () => reconnected({ teamId: theirs.team })],
    ['user of a channel’s routing', '/settings/routing/userIds/0', () => connected(routed({ mode: 'user', userIds: [theirs.user] }))],
    ['team of a channel’s routing', '/settings/routing/teamIds/0', () => reconnected(routed({ mode: 'team', teamIds: [theirs.team] }))],
    [
      'status in a rule',
      '/rules/creationStageIds/0',
      () => ['PATCH', `/pipelines/${place.pipelineId}`, { rules: { creationStageIds: [theirs.stage] } }],
    ],
    [
      'pipeline of the form',
      '/pipelines/{pipeline}',
      () => ['PUT', '/forms/create-ticket', { fields: [], pipelines: { [theirs.pipeline]: { fields: [] } } }],
    ],
    [
      'team of a view',
      '/teamIds/0',
      () => ['POST', '/views', { name: 'V', filter: { field: 'number', op: 'gt', value: 0 }, sharedWith: 'team', teamIds: [theirs.team] }],
    ],
    ['contact that goes up in another', '/secondaryId', () => ['POST', `/contacts/${own.contact}/merge`, { secondaryId: theirs.contact }]],
    ['company that goes up in another', '/secondaryId', () => ['POST', `/companies/${own.company}/merge`, { secondaryId: theirs.company }]],
    ['owner of a contact', '/ownerId', () => ['PATCH', `/contacts/${own.contact}`, { ownerId: theirs.user }]],
    ['team of a policy', '/match/teamId/0', () => timed({ match: { teamId: [theirs.team] } })],
    ['pipeline of a policy', '/match/pipelineId/0', () => timed({ match: { pipelineId: [theirs.pipeline] } })],
    ['hours of a policy', '/schedule', () => timed({ schedule: theirs.hours })],
    ['status in which clocks stand still', '/pausedStageIds/0', () => timed({ pausedStageIds: [theirs.stage] })],
    ['team of what is overdue', '/onOverdue/teamId', () => timed({ onOverdue: { teamId: theirs.team } })],
    ['owner of what is overdue', '/onOverdue/ownerId', () => timed({ onOverdue: { ownerId: theirs.user } })],
    ['policy that another one would replace', '/id', () => ['POST', '/sla-policies/preview', { id: theirs.policy }]],
    ['company of a contact', '/companyId', () => ['POST', '/contacts', { name: 'New', companyId: theirs.company }]],
  ];
  test.each(cases)('%s', async (_what, pointer, request) => {
    expect([...Object.values(theirs), ...Object.values(own)]).not.toContain('');
    const [before, [method, path, body]] = [await everything(), request()];
    const { status, json } = await call(account.keeper, method, path, body);
    expect({ status, ...json }).toMatchObject({ status: 422, errors: [{ pointer: pointer.replace('{pipeline}', theirs.pipeline) }] });
    expect(await everything()).toEqual(before);
  });

  test('what is changed shows', async () => {
    const before = await everything();
    expect(await call(account.keeper, 'PATCH', ticket(), { ownerId: account.people[0]?.id })).toMatchObject({ status: 200 });
    expect((await everything())['tickets.ticket']).not.toEqual(before['tickets.ticket']);
    await world.settle();
  });

  test.each([
    ['DELETE', () => `/tickets/${ticketOf(account).id}/shares/${theirs.user}`],
    ['GET', () => `/tickets/${ticketOf(other).id}`],
    ['PATCH', () => `/tickets/${ticketOf(other).id}`],
    ['PUT', () => `/tickets/${ticketOf(other).id}/followers/me`],
    ['PATCH', () => `/users/${theirs.user}`],
    ['PATCH', () => `/teams/${theirs.team}`],
    ['DELETE', () => `/teams/${theirs.team}`],
    ['PATCH', () => `/channels/${theirs.channel}`],
    ['PATCH', () => `/pipelines/${theirs.pipeline}`],
    ['DELETE', () => `/pipelines/${theirs.pipeline}`],
    ['PATCH', () => `/views/${theirs.view}`],
    ['DELETE', () => `/views/${theirs.view}`],
    ['GET', () => `/operations/${theirs.operation}`],
    ['POST', () => `/operations/${theirs.operation}/undo`],
    ['POST', () => `/messages/${theirs.message}/rethread`],
    ['PATCH', () => `/sla-policies/${theirs.policy}`],
    ['DELETE', () => `/sla-policies/${theirs.policy}`],
    ['PATCH', () => `/business-hours/${theirs.hours}`],
    ['DELETE', () => `/business-hours/${theirs.hours}`],
    ['GET', () => `/tickets/${ticketOf(other).id}/sla`],
    ['GET', () => `/contacts/${theirs.contact}`],
    ['PATCH', () => `/contacts/${theirs.contact}`],
    ['GET', () => `/companies/${theirs.company}/tickets`],
    ['GET', () => `/contacts/${theirs.contact}/activities`],
    ['GET', () => `/companies/${theirs.company}/activities`],
    ['POST', () => `/contacts/${theirs.contact}/merge`],
    ['POST', () => `/companies/${theirs.company}/merge`],
    ['DELETE', () => `/channels/${theirs.channel}`],
  ])('in the address of %s %#: 404', async (method, path) => {
    const before = await everything();
    const body =
      method === 'PATCH'
        ? {}
        : method === 'POST'
          ? path().endsWith('/merge')
            ? { secondaryId: own.contact }
            : { ticketId: ticketOf(account).id }
          : undefined;
    expect(await call(account.keeper, method, path(), body)).toMatchObject({ status: 404 });
    expect(await everything()).toEqual(before);
  });
});
