import { randomUUID } from 'node:crypto';
import { waitFor } from '@helpdesk/testing';
import type pg from 'pg';
import { v7 as newId } from 'uuid';
import { personPlan, type AccountPlan, type PersonPlan, type Plan } from './plan.js';
import { readInventory } from './inventory.js';
import { hashOf, newHex, newKey, World, type Account, type Case, type Member } from './world.js';

const KEEPER = personPlan({ superAdmin: true });
const STAGES = [
  ['New', 'new'],
  ['Waiting on contact', 'waiting'],
  ['Waiting on us', 'open'],
  ['Closed', 'closed'],
];

/** Makes the two accounts of a plan: people, teams and keys by SQL as the owner, everything else in the ways people use. */
export async function build(world: World, plan: Plan): Promise<void> {
  for (const accountPlan of plan.accounts) world.accounts.push(await buildAccount(world.store, accountPlan));
  for (const account of world.accounts) {
    account.channel = await world.client.json('POST', '/api/v1/channels', account.keeper.key, { type: 'custom', name: 'Adapter' });
  }
  for (const { keeper } of world.accounts)
    await world.client.json('POST', '/api/v1/views', keeper.key, { name: 'Nobody’s', filter: UNOWNED, sharedWith: 'everyone' });
  for (const { keeper } of world.accounts) {
    const { id } = await world.client.json<{ id: string }>('POST', '/api/v1/business-hours', keeper.key, HOURS);
    await world.client.json('POST', '/api/v1/sla-policies', keeper.key, { name: 'All', schedule: id, goals: { closeMinutes: 10_000 } });
  }
  await world.settle();
  // One after the other: a command names a ticket by its place.
  for (const [i, accountPlan] of plan.accounts.entries()) await buildTickets(world, world.accounts[i] as Account, accountPlan);
  for (const account of world.accounts) await moveNowhere(world, account);
  await world.settle();
  await readInventory(world);
}

/** An operation of the keeper, to where the ticket is already. */
async function moveNowhere(world: World, { id, keeper, pipelineId, stages }: Account): Promise<void> {
  const ticket = world.tickets.find(({ account }) => account === id);
  const place = { pipelineId, stageId: stages.fresh };
  if (ticket) await world.client.json('POST', `/api/v1/tickets/${ticket.id}/move`, keeper.key, place, [200]);
}

/** What the view holds that each account's keeper has made for everybody. */
export const UNOWNED = { field: 'ownerId', op: 'is_empty' };

const HOURS = { name: 'Office', timeZone: 'Europe/Berlin', weekly: { sunday: [{ from: '03:00', to: '03:01' }] } };

async function buildAccount(store: pg.Client, plan: AccountPlan): Promise<Account> {
  const id = newId();
  const teams = Array.from({ length: plan.teams }, () => newId());
  // The same addresses and names in both accounts, and in every world.
  const member = (person: PersonPlan, name: string): Member => ({
    ...structuredClone({ ...person, teams: teams.filter((_, i) => person.teams[i]) }),
    id: newId(),
    account: id,
    name,
    email: `${name}@desk.test`,
    key: newKey(),
  });
  const keeper = member(KEEPER, 'keeper');
  const people = plan.people.map((person, i) => member(person, `user${i}`));
  const stages = STAGES.map(([name, category], position) => ({ id: newId(), name, category, position }));
  await store.query('BEGIN');
  await store.query("INSERT INTO gateway.account (id, name, is_set_up) VALUES ($1, 'World', true)", [id]);
  await insert(
    store,
    'gateway.desk_user',
    [keeper, ...people].map((u) => ({
      id: u.id,
      account_id: id,
      email: u.email,
      name: u.name,
      seat: u.seat,
      super_admin: u.superAdmin,
      access: u.access,
      rights: u.rights,
      ticket_access: u.scopes,
      active: u.active,
      // Told already: otherwise rows of the world would change by themselves a moment later.
      agent_version: 1,
    })),
  );
  await insert(
    store,
    'gateway.team',
    teams.map((team, i) => ({ id: team, account_id: id, name: `Team ${i}` })),
  );
  await insert(
    store,
    'gateway.team_member',
    people.flatMap((u) => u.teams.map((team) => ({ account_id: id, team_id: team, user_id: u.id }))),
  );
  await insert(
    store,
    'gateway.api_key',
    [keeper, ...people].map((u) => ({ id: newId(), account_id: id, user_id: u.id, name: 'test', key_hash: `\\x${hashOf(u.key)}` })),
  );
  const pipelineId = newId();
  await insert(store, 'tickets.pipeline', [
    {
      id: pipelineId,
      account_id: id,
      name: 'Support',
      is_default: true,
      rules: { creationStageIds: [stages[0]?.id], reopenDays: 14, autoStage: { onReply: stages[1]?.id, onCustomerMessage: stages[2]?.id } },
      position: 0,
    },
  ]);
  await insert(
    store,
    'tickets.stage',
    stages.map((stage) => ({ ...stage, account_id: id, pipeline_id: pipelineId })),
  );
  await insert(store, 'tickets.account_counter', [{ account_id: id, last_number: 0 }]);
  await store.query('COMMIT');
  return {
    id,
    keeper,
    people,
    teams,
    channel: { id: '', token: '' },
    pipelineId,
    stages: { fresh: stages[0]?.id ?? '', closed: stages[3]?.id ?? '' },
  };
}

async function buildTickets(world: World, account: Account, plan: AccountPlan): Promise<void> {
  const made = await openTickets(
    world,
    account,
    plan.tickets.map(({ contact }) => contact),
  );
  const { people, teams } = account;
  for (const [i, ticket] of made.entries()) {
    const { owner, team } = plan.tickets[i] ?? { owner: null, team: null };
    ticket.owner = owner === null ? null : (people[owner % people.length]?.id ?? null);
    ticket.team = team === null ? null : (teams[team % teams.length] ?? null);
  }
  await world.store.query(
    `UPDATE tickets.ticket t SET owner_id = n.owner, team_id = n.team FROM json_to_recordset($1) AS n (id uuid, owner uuid, team uuid)
     WHERE t.id = n.id`,
    [JSON.stringify(made.map(({ id, owner, team }) => ({ id, owner, team })))],
  );
}

/** New tickets by new threads of the contacts with these numbers; or by a thread whose ticket takes nothing more. Gives them once they are there. */
export async function openTickets(world: World, account: Account, contacts: number[], continues: Case | null = null): Promise<Case[]> {
  const opened = contacts.map((contact) => ({ contact, hex: newHex(), thread: continues?.thread ?? randomUUID(), continues }));
  await world.client.all(opened, (one) => world.write(account, one));
  const found = await waitFor(
    async () => {
      const { rows } = await world.store.query<{ id: string; number: number; hex: string; contact_id: string }>(
        "SELECT id, number, substring(name FROM 'zzn([0-9a-f]{12})') AS hex, contact_id FROM tickets.ticket WHERE account_id = $1",
        [account.id],
      );
      const byHex = new Map(rows.map((row) => [row.hex, row]));
      return opened.every(({ hex }) => byHex.has(hex)) ? byHex : undefined;
    },
    { every: 10, within: 20_000, what: 'the tickets of a world' },
  );
  const made = opened.map((one): Case => {
    const row = found.get(one.hex);
    if (!row) throw new Error('a ticket is gone');
    return {
      ...one,
      id: row.id,
      number: row.number,
      contactId: row.contact_id,
      account: account.id,
      owner: null,
      team: null,
      deleted: false,
      shares: [],
      isClosed: false,
      isCommented: false,
      followers: new Set(),
      mentioned: new Set(),
    };
  });
  world.tickets.push(...made);
  return made;
}

async function insert(store: pg.Client, table: string, rows: object[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first).join(', ');
  await store.query(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`, [
    JSON.stringify(rows),
  ]);
}
