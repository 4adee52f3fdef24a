import type { TicketRow, TicketView } from '@helpdesk/contracts';
import type { StoredTicket } from './ticket.repository.js';

type Associations = Pick<TicketView, 'contactIds' | 'companyIds' | 'mergedIds'>;

export function toView(t: StoredTicket, links: TicketView['links'], { contactIds, companyIds, mergedIds }: Associations): TicketView {
  return {
    id: t.id,
    number: t.number,
    name: t.name,
    pipelineId: t.pipeline_id,
    stageId: t.stage_id,
    ownerId: t.owner_id,
    teamId: t.team_id,
    priority: t.priority,
    category: t.category,
    source: t.source,
    contactIds,
    companyIds,
    properties: t.properties,
    links,
    mergedIds,
    isUnreadable: t.is_unreadable,
    threadVersion: t.thread_version,
    version: t.version,
    createdAt: t.created_at.toISOString(),
    lastActivityAt: t.last_activity_at.toISOString(),
    closedAt: t.closed_at?.toISOString() ?? null,
  };
}

/** What a list row needs: times are costly to read, and a list reads many rows. */
const ROW = [
  'id',
  'number',
  'name',
  'contact_id',
  'contact_name',
  'excerpt',
  'source',
  'pipeline_id',
  'stage_id',
  'owner_id',
  'team_id',
  'priority',
  'sla_due_at',
  'last_activity_at',
  'version',
] as const;
const ROW_COLUMNS = ROW.map((column) => `t.${column}`).join(', ');
export type StoredRow = Pick<StoredTicket, (typeof ROW)[number]> & { draft: boolean };

/** The same, and whether this user has begun to write there; `user` gives the parameter of who asks. */
export const rowColumns = (user: string): string =>
  `${ROW_COLUMNS}, t.id = ANY (ARRAY(SELECT u.ticket_id FROM tickets.ticket_unsent u WHERE u.account_id = (SELECT access.account()) AND u.user_id = ${user}::uuid AND u.what = 'draft')) AS draft`;

export function toRow(t: StoredRow): TicketRow {
  return {
    id: t.id,
    number: t.number,
    name: t.name,
    contact: t.contact_id ? { id: t.contact_id, name: t.contact_name ?? '' } : null,
    excerpt: t.excerpt,
    source: t.source,
    pipelineId: t.pipeline_id,
    stageId: t.stage_id,
    ownerId: t.owner_id,
    teamId: t.team_id,
    priority: t.priority,
    unread: false,
    draft: t.draft,
    slaDueAt: t.sla_due_at?.toISOString() ?? null,
    lastActivityAt: t.last_activity_at.toISOString(),
    version: t.version,
  };
}
