import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDesk, openWorld, type RunningDesk } from './desk.js';
import { openTickets } from './fixture.js';
import { personPlan, type PersonPlan } from './plan.js';
import { answered, callerOf, cellOf, rows, type Answered } from './tables.js';
import type { Account, Case, Member, World } from './world.js';

const seat = (seat: PersonPlan['seat'], more: Partial<PersonPlan> = {}) => personPlan({ seat, ...more });
const RIGHTS = ['account_settings', 'user_admin', 'export', 'bulk', 'audit'];
/** The columns. Everybody's scopes are `all`, so that only the seat decides; the scopes have a table of their own (D-50). */
const COLUMNS = {
  'super admin': seat('service', { superAdmin: true }),
  Service: seat('service'),
  'Service + rights': seat('service', { rights: RIGHTS }),
  'Sales + access': seat('sales', { access: ['sales'], rights: RIGHTS }),
  'Core + access': seat('core', { access: ['service'], rights: RIGHTS }),
  'view-only + access': seat('view_only', { access: ['service'], rights: RIGHTS }),
  'no access': seat('core', { rights: RIGHTS }),
};

let desk: RunningDesk;
let world: World;
let account: Account;
let close: () => Promise<void>;
/** Where tickets made by hand begin. */
let place: { pipelineId?: string; stageId?: string } = {};

beforeAll(async () => {
  desk = await openDesk();
  const other = { people: [seat('service')], teams: 1, tickets: [{ owner: null, team: null, contact: 0 }] };
  ({ world, close } = await openWorld(desk, [{ people: Object.values(COLUMNS), teams: 3, tickets: [] }, other]));
  account = world.accounts[0] as Account;
  const { json } = await call(account.keeper, 'GET', '/pipelines');
  const [pipeline] = json.items as { id: string; stages: { id: string }[] }[];
  place = { pipelineId: pipeline?.id, stageId: pipeline?.stages[0]?.id };
}, 120_000);

afterAll(async () => {
  await close?.();
  await desk?.stop();
}, 60_000);

const newTicket = async () => (await openTickets(world, account, [0]))[0] as Case;

const call = callerOf(() => world);

/**
 * The rows of D-51. Each cell is called on the real gateway, on a fresh ticket where it names one. `Y`: done. Else the code of the 403:
 * `out` is no_helpdesk_access, and a word is missing_<word>.
 */
const TABLE = rows(`
  what                          | call                             | super | Service  | + rights | Sales       | Core        | view-only    | none
  D-51a opens the workspace     | GET /tickets                     | Y     | Y        | Y        | Y           | Y           | Y            | out
  D-51b sees a ticket           | GET /tickets/{ticket}?include=timeline,sidebar,drafts | Y | Y | Y    | Y           | Y           | Y            | out
  D-51b searches                | GET /search?q=hello              | Y     | Y        | Y        | Y           | Y           | Y            | out
  D-51b reads what was said     | GET /tickets/{ticket}/timeline   | Y     | Y        | Y        | Y           | Y           | Y            | out
  D-51c All open                | GET /tickets?view=all_open       | Y     | Y        | Y        | Y           | Y           | Y            | out
  D-51c My mentions             | GET /tickets?view=mentions       | Y     | Y        | Y        | Y           | Y           | views_own    | out
  D-51c Following               | GET /tickets?view=following      | Y     | Y        | Y        | Y           | Y           | views_own    | out
  D-51c Unassigned              | GET /tickets?view=unassigned     | Y     | Y        | Y        | views_all   | views_all   | views_all    | out
  D-51c Assigned to me          | GET /tickets?view=mine           | Y     | Y        | Y        | views_all   | views_all   | views_all    | out
  D-51c Drafts                  | GET /tickets?view=drafts         | Y     | Y        | Y        | views_all   | views_all   | views_all    | out
  D-51c Scheduled               | GET /tickets?view=scheduled      | Y     | Y        | Y        | views_all   | views_all   | views_all    | out
  D-51c All closed              | GET /tickets?view=all_closed     | Y     | Y        | Y        | views_all   | views_all   | views_all    | out
  D-51c Trash                   | GET /tickets?view=trash          | Y     | Y        | Y        | views_all   | views_all   | views_all    | out
  D-51d creates a ticket        | POST /tickets                    | Y     | Y        | Y        | Y           | Y           | ticket_create  | out
  D-51e replies                 | POST /tickets/{ticket}/replies   | Y     | Y        | Y        | Y           | Y           | ticket_reply   | out
  D-51f comments                | POST /tickets/{ticket}/comments  | Y     | Y        | Y        | Y           | Y           | ticket_comment | out
  D-51f keeps a draft           | PUT /tickets/{ticket}/drafts/comment | Y | Y        | Y        | Y           | Y           | ticket_comment | out
  D-51f uploads for a comment   | (upload)                         | Y     | Y        | Y        | Y           | Y           | ticket_comment | out
  D-51f mentions                | (mentions)                       | Y     | Y        | Y        | Y           | Y           | ticket_comment | out
  D-51f is mentioned            | (is mentioned)                   | Y     | Y        | Y        | Y           | Y           | Y              | 422
  D-51f follows                 | PUT /tickets/{ticket}/followers/me | Y   | Y        | Y        | Y           | Y           | ticket_comment | out
  D-51g edits                   | PATCH /tickets/{ticket}          | Y     | Y        | Y        | Y           | Y           | ticket_edit    | out
  D-51h merges                  | (merges)                         | Y     | Y        | Y        | ticket_restructure | ticket_restructure | ticket_restructure | out
  D-51h splits                  | (splits)                         | Y     | Y        | Y        | ticket_restructure | ticket_restructure | ticket_restructure | out
  D-51h moves                   | POST /tickets/{ticket}/move      | Y     | Y        | Y        | ticket_restructure | ticket_restructure | ticket_restructure | out
  D-51h moves a message         | (moves a message)                | Y     | Y        | Y        | ticket_restructure | ticket_restructure | ticket_restructure | out
  D-51j acts on many            | POST /tickets/bulk               | Y     | ticket_bulk | Y     | ticket_bulk | ticket_bulk | ticket_bulk  | out
  D-51i blocks a sender         | POST /blocked-senders            | Y     | Y        | Y        | Y           | ticket_delete | ticket_delete | out
  D-51c Spam                    | GET /tickets?view=spam           | Y     | Y        | Y        | views_all   | views_all   | views_all    | out
  D-51i deletes                 | DELETE /tickets/{ticket}         | Y     | Y        | Y        | Y           | ticket_delete | ticket_delete | out
  D-51i restores                | (restores)                       | Y     | Y        | Y        | Y           | ticket_delete | ticket_delete | out
  D-50  shares one ticket       | POST /tickets/{ticket}/shares    | Y     | Y        | Y        | ticket_share | ticket_share | ticket_share | out
  D-51d keeps a contact         | POST /contacts                   | Y     | Y        | Y        | Y           | Y           | ticket_create | out
  D-51d keeps a company         | POST /companies                  | Y     | Y        | Y        | Y           | Y           | ticket_create | out
  D-51d merges contacts         | (merges contacts)                | Y     | Y        | Y        | Y           | Y           | ticket_create | out
  D-51d merges companies        | (merges companies)               | Y     | Y        | Y        | Y           | Y           | ticket_create | out
  D-51l makes a view            | POST /views                      | Y     | Y        | Y        | views_all   | views_all   | views_all    | out
  D-51m reads the channels      | GET /channels                    | Y     | settings | Y        | settings    | settings    | settings     | out
  D-51m connects a channel      | POST /channels                   | Y     | settings | Y        | settings    | settings    | settings     | out
  D-51m makes a pipeline        | POST /pipelines                  | Y     | settings | Y        | settings    | settings    | settings     | out
  D-75  sets business hours     | POST /business-hours             | Y     | settings | Y        | settings    | settings    | settings     | out
  D-75  makes an SLA policy     | POST /sla-policies               | Y     | settings | Y        | settings    | settings    | settings     | out
  D-75  tries an SLA policy     | POST /sla-policies/preview       | Y     | settings | Y        | settings    | settings    | settings     | out
  D-75  reads the SLA policies  | GET /sla-policies                | Y     | Y        | Y        | Y           | Y           | Y            | out
  D-75  sees a ticket’s clocks  | GET /tickets/{ticket}/sla        | Y     | Y        | Y        | Y           | Y           | Y            | out
  D-51m adds a property         | POST /properties                 | Y     | settings | Y        | settings    | settings    | settings     | out
  D-51m changes the form        | PUT /forms/create-ticket         | Y     | settings | Y        | settings    | settings    | settings     | out
  D-51m reads the quarantine    | GET /quarantine                  | Y     | settings | Y        | settings    | settings    | settings     | out
  D-51m changes the account     | PATCH /account                   | Y     | settings | Y        | settings    | settings    | settings     | out
  D-51n makes a user            | POST /users                      | Y     | users    | Y        | users       | users       | users        | out
  D-51n changes a user          | (changes a user)                 | Y     | users    | Y        | users       | users       | users        | out
  D-51n makes a team            | POST /teams                      | Y     | users    | Y        | users       | users       | users        | out
  D-51o reads the audit         | GET /audit                       | Y     | audit    | Y        | audit       | audit       | audit        | out
  all   who I am                | GET /me                          | Y     | Y        | Y        | Y           | Y           | Y            | Y
  all   makes an API key        | POST /api-keys                   | Y     | Y        | Y        | Y           | Y           | Y            | Y
`);
/** Rows whose routes are not built: what `GET /me` promises, and the paths that would have to move up into the table. */
const LATER = rows(`
  what                          | capability, path                 | super | Service  | + rights | Sales       | Core        | view-only    | none
  D-51l sees who else is here   | presence /presence               | Y     | Y        | Y        | -           | -           | -            | -
  D-51o exports                 | export /exports?$                | Y     | -        | Y        | -           | -           | -            | -
`);
/** What a call of the table sends. */
const BODIES: Record<string, () => unknown> = {
  'POST /tickets': () => ({ name: 'By hand', ...place }),
  'POST /tickets/{ticket}/replies': () => ({ text: 'hello' }),
  'POST /tickets/{ticket}/comments': () => ({ text: 'hello' }),
  'PUT /tickets/{ticket}/drafts/comment': () => ({ html: 'hello' }),
  'POST /tickets/{ticket}/shares': () => ({ userId: account.keeper.id }),
  'PATCH /tickets/{ticket}': () => ({ priority: 'high' }),
  'POST /tickets/{ticket}/move': () => place,
  'POST /tickets/bulk': () => ({ view: 'mine', action: 'follow' }),
  'POST /blocked-senders': () => ({ value: '@spam.example' }),
  'POST /channels': () => ({ type: 'custom', name: 'Another' }),
  'POST /contacts': () => ({ name: 'New' }),
  'POST /companies': () => ({ name: 'New' }),
  'POST /views': () => ({ name: 'Another', filter: { field: 'number', op: 'gt', value: 0 } }),
  'POST /pipelines': () => ({ name: 'Another', stages: [{ name: 'New', category: 'new' }] }),
  'POST /business-hours': () => ({ name: 'Office', timeZone: 'UTC', weekly: { monday: [{ from: '09:00', to: '17:00' }] } }),
  'POST /sla-policies': () => ({ name: 'Another' }),
  'POST /sla-policies/preview': () => ({ name: 'What if' }),
  'POST /properties': () => ({ name: `property_${String(Math.random()).slice(2)}`, label: 'Another', type: 'text' }),
  'PUT /forms/create-ticket': () => ({ fields: [] }),
  'PATCH /account': () => ({ name: 'World' }),
  'POST /users': () => ({ ...NEW_USER, email: `user-${Math.random()}@desk.test` }),
  'POST /teams': () => ({ name: `Team ${Math.random()}` }),
  'POST /api-keys': () => ({ name: 'another' }),
};
const NEW_USER = { name: 'New', seat: 'core' };
const mergesTwo = async (user: Member, path: '/contacts' | '/companies') => {
  const make = async () => String((await call(account.keeper, 'POST', path, { name: 'New' })).json.id);
  return call(user, 'POST', `${path}/${await make()}/merge`, { secondaryId: await make() });
};
const SPECIAL: Record<string, (user: Member) => Promise<Answered>> = {
  '(upload)': async (user) => answered(await world.client.upload('hello', user.key)),
  '(mentions)': async (user) =>
    call(user, 'POST', `/tickets/${(await newTicket()).id}/comments`, { text: 'look', mentions: [account.keeper.id] }),
  '(is mentioned)': async (user) =>
    call(account.keeper, 'POST', `/tickets/${(await newTicket()).id}/comments`, { text: 'look', mentions: [user.id] }),
  '(restores)': async (user) => {
    const { id } = await newTicket();
    await call(account.keeper, 'DELETE', `/tickets/${id}`);
    return call(user, 'POST', `/tickets/${id}/restore`);
  },
  '(merges)': async (user) => call(user, 'POST', `/tickets/${(await newTicket()).id}/merge`, { secondaryIds: [(await newTicket()).id] }),
  '(splits)': async (user) => {
    const [{ id }, [message]] = await said(2);
    return call(user, 'POST', `/tickets/${id}/split`, { messageIds: [message] });
  },
  '(moves a message)': async (user) => {
    const [, [message]] = await said(1);
    return call(user, 'POST', `/messages/${message}/rethread`, { ticketId: (await newTicket()).id });
  },
  '(merges contacts)': (user) => mergesTwo(user, '/contacts'),
  '(merges companies)': (user) => mergesTwo(user, '/companies'),
  '(changes a user)': async (user) => {
    const { json } = await call(account.keeper, 'POST', '/users', BODIES['POST /users']?.());
    return call(user, 'PATCH', `/users/${String(json.id)}`, { seat: 'view_only' });
  },
};

/** A ticket with so many messages. */
async function said(times: number): Promise<[Case, string[]]> {
  const ticket = await newTicket();
  for (let i = 1; i < times; i += 1) await world.write(account, ticket);
  await world.settle();
  const { json } = await call(account.keeper, 'GET', `/tickets/${ticket.id}/timeline`);
  return [ticket, (json.items as { id: string; kind: string }[]).filter(({ kind }) => kind === 'message').map(({ id }) => id)];
}

async function attempt(user: Member, how: string): Promise<Answered> {
  const special = SPECIAL[how];
  if (special) return special(user);
  const [method = '', path = ''] = how.split(' ');
  const ticket = path.includes('{ticket}') ? (await newTicket()).id : '';
  return call(user, method, path.replace('{ticket}', ticket), BODIES[how]?.());
}

describe('D-51: what each seat may do', () => {
  const columns = Object.keys(COLUMNS);
  test.each(TABLE)('$what', async ({ how, cells }) => {
    const found: Record<string, string> = {};
    for (const [i, column] of columns.entries()) found[column] = cellOf(await attempt(account.people[i] as Member, how));
    expect(found).toEqual(Object.fromEntries(columns.map((column, i) => [column, cells[i]])));
  });

  test.each(LATER)('$what: not built; what GET /me promises', async ({ how, cells }) => {
    const [capability = '', path = ''] = how.split(' ');
    expect([...world.operations].filter((operation) => new RegExp(path.replaceAll('¦', '|')).test(operation))).toEqual([]);
    const found: Record<string, string> = {};
    for (const [i, column] of columns.entries()) {
      const { json } = await call(account.people[i] as Member, 'GET', '/me');
      found[column] = (json.capabilities as string[]).includes(capability) ? 'Y' : '-';
    }
    expect(found).toEqual(Object.fromEntries(columns.map((column, i) => [column, cells[i]])));
  });

  test('D-51c: exactly these default views, in this order; those that people made for a Service seat alone', async () => {
    const found: Record<string, string> = {};
    for (const [i, column] of columns.slice(0, -1).entries()) {
      const { json } = await call(account.people[i] as Member, 'GET', '/views');
      const views = json.items as { id: string; kind: string }[];
      found[column] = views
        .filter(({ kind }) => kind === 'default')
        .map(({ id }) => id)
        .join(' ');
      const hasCustom = views.some(({ kind }) => kind === 'custom');
      expect([column, hasCustom]).toEqual([column, /Service|super admin/.test(column)]);
    }
    const all = 'unassigned mine mentions following all_open drafts scheduled all_closed spam trash';
    expect(found).toEqual({
      'super admin': all,
      Service: all,
      'Service + rights': all,
      'Sales + access': 'mentions following all_open',
      'Core + access': 'mentions following all_open',
      'view-only + access': 'all_open',
    });
  });

  test('D-51e with seatReply off: only who has a Service seat replies', async () => {
    await call(account.keeper, 'PATCH', '/account', { seatReply: false });
    const found = await Promise.all(
      account.people.slice(0, 5).map(async (user) => cellOf(await attempt(user, 'POST /tickets/{ticket}/replies'))),
    );
    await call(account.keeper, 'PATCH', '/account', { seatReply: true });
    expect(found).toEqual(['Y', 'Y', 'Y', 'ticket_reply', 'ticket_reply']);
  });

  test('D-51, no access: 403 on every help desk route, whatever the id', async () => {
    const [outsider, ticket] = [account.people[6] as Member, await newTicket()];
    const paths = [
      '/tickets',
      '/views',
      '/views/counts',
      '/notifications',
      '/pipelines',
      '/sla-policies',
      '/business-hours',
      '/users',
      '/teams',
    ];
    const ids = [ticket.id, '01890000-0000-7000-8000-000000000000'];
    for (const path of [...paths, ...ids.flatMap((id) => [`/tickets/${id}`, `/messages/${id}/body`, `/attachments/${id}`])])
      expect(await call(outsider, 'GET', path)).toMatchObject({ status: 403, json: { code: 'no_helpdesk_access' } });
    expect(await call(outsider, 'GET', '/me')).toMatchObject({ status: 200, json: { capabilities: [] } });
  });
});
