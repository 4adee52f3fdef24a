import { randomUUID } from 'node:crypto';
import type { Target, World } from './world.js';

interface Stored {
  tickets: { id: string; owner: string | null; team: string | null; closed: boolean; deleted: boolean }[] | null;
  messages: { id: string; ticket: string; direction: 'in' | 'out' | 'internal'; raw: boolean; first: boolean }[] | null;
  attachments: { id: string; ticket: string | null; user: string | null; account: string }[] | null;
  notifications: { id: string; ticket: string; user: string }[] | null;
  operations: { id: string; account: string; user: string; about: string }[] | null;
  channels: { id: string; account: string }[] | null;
  keys: { id: string; user: string }[] | null;
  shares: { id: string; ticket: string }[] | null;
  contacts: { id: string; account: string }[] | null;
  companies: { id: string; account: string }[] | null;
  views: { id: string; account: string; user: string }[] | null;
  policies: { id: string; account: string }[] | null;
  hours: { id: string; account: string }[] | null;
  audit: { id: string; account: string; ticket: string | null }[] | null;
}

const STORED = `SELECT
  (SELECT json_agg(json_build_object('id', id, 'owner', owner_id, 'team', team_id, 'closed', closed_at IS NOT NULL, 'deleted', deleted_at IS NOT NULL))
   FROM tickets.ticket WHERE account_id = ANY ($1)) AS tickets,
  (SELECT json_agg(json_build_object('id', id, 'ticket', ticket_id, 'direction', direction, 'raw', raw_sha256 IS NOT NULL, 'first', seq = 1))
   FROM conversations.message WHERE account_id = ANY ($1)) AS messages,
  (SELECT json_agg(json_build_object('id', a.id, 'ticket', coalesce(m.ticket_id, c.ticket_id), 'user', a.uploaded_by, 'account', a.account_id))
   FROM conversations.attachment a LEFT JOIN conversations.message m ON m.account_id = a.account_id AND m.id = a.message_id
   LEFT JOIN conversations.comment c ON c.account_id = a.account_id AND c.id = a.comment_id WHERE a.account_id = ANY ($1)) AS attachments,
  (SELECT json_agg(json_build_object('id', id, 'ticket', ticket_id, 'user', user_id) ORDER BY id)
   FROM notifications.notification WHERE account_id = ANY ($1)) AS notifications,
  (SELECT json_agg(json_build_object('id', id, 'account', account_id, 'user', made_by, 'about', ticket_id)) FROM tickets.operation WHERE account_id = ANY ($1)) AS operations,
  (SELECT json_agg(json_build_object('id', id, 'account', account_id)) FROM channels.channel_account WHERE account_id = ANY ($1)) AS channels,
  (SELECT json_agg(json_build_object('id', id, 'user', user_id)) FROM gateway.api_key WHERE account_id = ANY ($1)) AS keys,
  (SELECT json_agg(json_build_object('id', id, 'account', account_id, 'ticket', substring(subject FROM '^ticket/(.*)$')))
   FROM gateway.audit WHERE account_id = ANY ($1)) AS audit,
  (SELECT json_agg(json_build_object('id', id, 'ticket', ticket_id)) FROM tickets.ticket_share WHERE account_id = ANY ($1)) AS shares,
  (SELECT json_agg(json_build_object('id', id, 'account', account_id, 'user', owner_id)) FROM tickets.view WHERE account_id = ANY ($1)) AS views,
  (SELECT json_agg(json_build_object('id', id, 'account', account_id)) FROM tickets.sla_policy WHERE account_id = ANY ($1)) AS policies,
  (SELECT json_agg(json_build_object('id', id, 'account', account_id)) FROM tickets.business_hours WHERE account_id = ANY ($1)) AS hours,
  (SELECT json_agg(json_build_object('id', id, 'account', account_id)) FROM conversations.contact WHERE account_id = ANY ($1)) AS contacts,
  (SELECT json_agg(json_build_object('id', id, 'account', account_id)) FROM conversations.company WHERE account_id = ANY ($1)) AS companies`;

/**
 * Reads every id there is, as the database's owner, and adds one of each kind that does not exist. What decides access must be stored as
 * the model has it; what does not (closed or not) is taken over.
 */
export async function readInventory(world: World): Promise<void> {
  const { rows } = await world.store.query<Stored>(STORED, [world.accounts.map(({ id }) => id)]);
  const stored = rows[0] as Stored;
  const byId = new Map(world.tickets.map((ticket) => [ticket.id, ticket]));
  for (const { id, owner, team, closed, deleted } of stored.tickets ?? []) {
    const ticket = byId.get(id);
    if (!ticket) throw new Error(`a ticket that no command made: ${id}`);
    if (ticket.owner !== owner || ticket.team !== team || ticket.deleted !== deleted)
      throw new Error(`the model has drifted: ${JSON.stringify({ stored: { owner, team, deleted }, ticket })}`);
    ticket.isClosed = closed;
  }
  const on = (id: string | null) => (id === null ? undefined : byId.get(id));
  world.audit = (stored.audit ?? []).map(({ id, account, ticket }) => ({ id, account, ticket: on(ticket) }));
  const absent = (): Target => ({ id: randomUUID() });
  world.targets = {
    ticket: [...world.tickets.map((ticket) => ({ id: ticket.id, ticket })), absent()],
    message: [
      ...(stored.messages ?? []).map(({ id, ticket, direction, raw, first }) => ({
        id,
        ticket: on(ticket),
        direction,
        hasRaw: raw,
        isFirst: first,
      })),
      absent(),
    ],
    attachment: [...(stored.attachments ?? []).map(({ id, ticket, user, account }) => owned(id, on(ticket), user, account)), absent()],
    notification: [...(stored.notifications ?? []).map(({ id, ticket, user }) => ({ id, ticket: on(ticket), user })), absent()],
    operation: [...(stored.operations ?? []), absent()],
    channel: [...(stored.channels ?? []), absent()],
    pipeline: [...world.accounts.map(({ id: account, pipelineId }) => ({ id: pipelineId, account })), absent()],
    contact: [...(stored.contacts ?? []), absent()],
    company: [...(stored.companies ?? []), absent()],
    view: [...(stored.views ?? []), absent()],
    slaPolicy: [...(stored.policies ?? []), absent()],
    businessHours: [...(stored.hours ?? []), absent()],
    apiKey: [...(stored.keys ?? []), absent()],
    quarantine: [absent()],
    share: [
      ...(stored.shares ?? []).map(({ id, ticket }) => ({ id, ticket: on(ticket), parent: ticket })),
      ...world.tickets.slice(0, 2).map((ticket) => ({ ...absent(), ticket, parent: ticket.id, isMissing: true })),
    ],
    user: [...world.everybody.map(({ id, account }) => ({ id, account })), absent()],
    team: [...world.accounts.flatMap(({ id: account, teams }) => teams.map((id) => ({ id, account }))), absent()],
  };
}

/** A file on a ticket is for who sees the ticket; one that was only uploaded, for its uploader. */
const owned = (id: string, ticket: Target['ticket'], user: string | null, account: string): Target =>
  ticket ? { id, ticket, account } : { id, account, user: user ?? undefined };
