import { CAN, enters, type Need } from './model.js';
import { openTickets } from './fixture.js';
import { marker } from './markers.js';
import type { Command } from './plan.js';
import { newHex, type Account, type Case, type Member, type World } from './world.js';

/** What a command has touched: looked at by everybody right after it. */
export interface Touched {
  tickets: Case[];
  users: Member[];
}

const NOTHING: Touched = { tickets: [], users: [] };
const HOUR_MS = 3_600_000;
const at = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length];

/** Does a command at the desk and in the model. What does not fit the world (nobody may comment here, say) does nothing. */
export async function run(world: World, command: Command): Promise<Touched> {
  const touched = 'ticket' in command ? await onTicket(world, command) : await elsewhere(world, command);
  await world.settle();
  return touched;
}

type OnTicket = Extract<Command, { ticket: number }>;
type Elsewhere = Exclude<Command, OnTicket>;

async function onTicket(world: World, command: OnTicket): Promise<Touched> {
  const ticket = at(world.tickets, command.ticket);
  if (!ticket) return NOTHING;
  const account = world.account(ticket.account);
  if (command.do === 'inbound') return { tickets: await writeAgain(world, account, ticket), users: [] };
  if (ticket.deleted && command.do !== 'delete') return NOTHING;
  const touched = { tickets: [ticket], users: [] };
  switch (command.do) {
    case 'own': {
      const owner = command.user === null ? undefined : at(account.people, command.user);
      // Only who is in the help desk may be made an owner.
      const isAccepted = !owner || enters(owner);
      await patch(world, account, ticket, { ownerId: owner?.id ?? null }, isAccepted ? 200 : 422);
      if (isAccepted) ticket.owner = owner?.id ?? null;
      return touched;
    }
    case 'place':
      ticket.team = command.team === null ? null : (at(account.teams, command.team) ?? null);
      await patch(world, account, ticket, { teamId: ticket.team }, 200);
      return touched;
    case 'close':
      await patch(world, account, ticket, { stageId: command.isClosed ? account.stages.closed : account.stages.fresh }, 200);
      return touched;
    case 'share':
      return (await share(world, account, ticket, command)) ? touched : NOTHING;
    case 'unshare':
      return (await unshare(world, account, ticket)) ? touched : NOTHING;
    case 'delete':
      return (await remove(world, account, ticket, command.isDeleted)) ? touched : NOTHING;
    default:
      return (await asSomebody(world, account, ticket, command)) ? touched : NOTHING;
  }
}

const patch = (world: World, { keeper }: Account, { id }: Case, body: object, status: number) =>
  world.client.json('PATCH', `/api/v1/tickets/${id}`, keeper.key, body, [status]);

async function share(world: World, account: Account, ticket: Case, command: Extract<Command, { do: 'share' }>): Promise<boolean> {
  const user = command.user === null ? null : (at(account.people, command.user)?.id ?? null);
  const team = user === null ? (at(account.teams, command.team) ?? null) : null;
  const until = command.until === 'ever' ? null : Date.now() + (command.until === 'future' ? HOUR_MS : -HOUR_MS);
  const expiresAt = until === null ? null : new Date(until).toISOString();
  if (command.until !== 'past') {
    const body = { ...(user && { userId: user }), ...(team && { teamId: team }), ...(expiresAt && { expiresAt }) };
    // Only who is in the help desk can be given sight.
    const isAccepted = user === null || enters(world.member(user) as Member);
    await world.client.json('POST', `/api/v1/tickets/${ticket.id}/shares`, account.keeper.key, body, [isAccepted ? 201 : 422]);
    if (!isAccepted) return false;
  } else {
    // One whose time is over cannot be made over the API; it could only be waited for.
    await world.store.query(
      `INSERT INTO tickets.ticket_share (account_id, id, ticket_id, user_id, team_id, expires_at, created_by) VALUES ($1, uuidv7(), $2, $3, $4, $5, $6)
       ON CONFLICT (account_id, ticket_id, user_id, team_id) DO UPDATE SET expires_at = excluded.expires_at`,
      [account.id, ticket.id, user, team, expiresAt, account.keeper.id],
    );
    await world.store.query('UPDATE tickets.ticket SET is_shared = true WHERE id = $1', [ticket.id]);
  }
  // Shared again with the same: its end moves.
  ticket.shares = [...ticket.shares.filter((known) => known.user !== user || known.team !== team), { user, team, until }];
  return true;
}

async function unshare(world: World, account: Account, ticket: Case): Promise<boolean> {
  if (ticket.shares.length === 0) return false;
  const { rows } = await world.store.query<{ id: string }>('SELECT id FROM tickets.ticket_share WHERE ticket_id = $1', [ticket.id]);
  for (const { id } of rows) await world.client.json('DELETE', `/api/v1/tickets/${ticket.id}/shares/${id}`, account.keeper.key);
  ticket.shares = [];
  return true;
}

async function remove(world: World, account: Account, ticket: Case, isDeleted: boolean): Promise<boolean> {
  if (ticket.deleted === isDeleted) return false;
  const restore = isDeleted ? '' : '/restore';
  await world.client.json(isDeleted ? 'DELETE' : 'POST', `/api/v1/tickets/${ticket.id}${restore}`, account.keeper.key);
  ticket.deleted = isDeleted;
  return true;
}

/** The first of the account's users, counted from the one named, who may; false when nobody may. */
async function asSomebody(
  world: World,
  account: Account,
  ticket: Case,
  command: Extract<OnTicket, { user: number; do: 'comment' | 'reply' | 'follow' | 'draft' }>,
): Promise<boolean> {
  const needs: Need = { comment: 'ticket.comment', reply: 'ticket.reply', follow: 'ticket.comment', draft: 'ticket.comment' }[
    command.do
  ] as Need;
  const action = command.do === 'reply' ? 'edit' : 'view';
  const inTurn = account.people.map((_, i) => at(account.people, command.user + i) as Member);
  const user = [...inTurn, account.keeper].find((one) => enters(one) && can(one, needs) && world.may(one, action, ticket));
  const path = `/api/v1/tickets/${ticket.id}`;
  if (!user) return false;
  if (command.do === 'reply') {
    await world.client.json('POST', `${path}/replies`, user.key, { text: `An answer about ${marker('t', ticket.hex)}` }, [201]);
    // The first reply takes a ticket nobody owns.
    ticket.owner ??= user.id;
    // Who answers follows.
    ticket.followers.add(user.id);
    return true;
  }
  if (command.do === 'comment') {
    const mentioned = at(account.people, command.mention);
    const isMentionable = mentioned !== undefined && world.may(mentioned, 'view', ticket);
    const body = { text: `Between us: ${marker('c', ticket.hex)}`, ...(mentioned && { mentions: [mentioned.id] }) };
    await world.client.json('POST', `${path}/comments`, user.key, body, [mentioned && !isMentionable ? 422 : 201]);
    if (mentioned && !isMentionable) await world.client.json('POST', `${path}/comments`, user.key, { ...body, mentions: [] }, [201]);
    else if (mentioned) {
      ticket.mentioned.add(mentioned.id);
      // Who is mentioned follows, if following is his to do.
      if (can(mentioned, 'ticket.comment')) ticket.followers.add(mentioned.id);
    }
    ticket.isCommented = true;
    return true;
  }
  if (command.do === 'follow') {
    await world.client.json(command.follows ? 'PUT' : 'DELETE', `${path}/followers/me`, user.key);
    if (command.follows) ticket.followers.add(user.id);
    else ticket.followers.delete(user.id);
    return true;
  }
  return draft(world, user, ticket, command.tab);
}

async function draft(world: World, user: Member, ticket: Case, tab: 'reply' | 'comment'): Promise<boolean> {
  if (tab === 'reply' && !(can(user, 'ticket.reply') && world.may(user, 'edit', ticket))) return false;
  const path = `/api/v1/tickets/${ticket.id}/drafts/${tab}`;
  const old = await world.client.send({ method: 'GET', path }, user.key);
  const hex = newHex();
  const revision = old.status === 200 ? (JSON.parse(old.body) as { revision: number }).revision : undefined;
  await world.client.json('PUT', path, user.key, { html: `<p>${marker('d', hex)}</p>`, ...(revision !== undefined && { revision }) });
  for (const [known, of] of world.drafts) if (of.ticket === ticket && of.user === user.id && of.tab === tab) world.drafts.delete(known);
  world.drafts.set(hex, { ticket, user: user.id, tab });
  return true;
}

const can = (user: Member, need: Need) => need in CAN && CAN[need as keyof typeof CAN](user);

/**
 * A further message in the ticket's thread: it goes to the newest ticket of that, or, where this lies in the trash, begins a new one, which
 * says nothing of the old one to who does not see that.
 */
async function writeAgain(world: World, account: Account, { thread }: Case): Promise<Case[]> {
  const newest = world.tickets.findLast((ticket) => ticket.thread === thread);
  if (!newest) throw new Error(`no ticket of the thread ${thread}`);
  if (newest.deleted) return await openTickets(world, account, [newest.contact], newest);
  await world.write(account, newest);
  return [newest];
}

async function elsewhere(world: World, command: Elsewhere): Promise<Touched> {
  if (command.do === 'open') {
    const account = at(world.accounts, command.account) as Account;
    return { tickets: await openTickets(world, account, [command.contact % 3]), users: [] };
  }
  const everyone = world.accounts.flatMap(({ people }) => people);
  const user = at(everyone, command.user) as Member;
  const account = world.account(user.account);
  switch (command.do) {
    case 'join': {
      const team = at(account.teams, command.team) as string;
      user.teams = [...user.teams.filter((known) => known !== team), ...(command.isIn ? [team] : [])];
      break;
    }
    case 'seat':
      user.seat = command.seat;
      user.superAdmin = command.superAdmin;
      break;
    case 'scope':
      user.scopes = { ...user.scopes, [command.action]: command.rule };
      break;
    case 'access':
      user.access = command.access;
      break;
    case 'rights':
      user.rights = command.rights;
      break;
    case 'activate':
      user.active = command.active;
      break;
    default:
      return command satisfies never;
  }
  await change(world, account, user);
  return { tickets: [], users: [user] };
}

/** Brings a user's rights to what the model says now. */
async function change(world: World, { keeper }: Account, u: Member): Promise<void> {
  const { seat, superAdmin, access, rights, active, scopes: ticketAccess, teams: teamIds } = u;
  const body = { seat, superAdmin, access, rights, active, ticketAccess, teamIds };
  await world.client.json('PATCH', `/api/v1/users/${u.id}`, keeper.key, body, [200]);
}
