import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import type { TicketScope } from '@helpdesk/access';
import type { PatchTicketArgs, TicketChange, TicketView } from '@helpdesk/contracts';
import { invalid, pointerTo, type FieldProblem, type Tx } from '@helpdesk/platform';
import { AssociationsRepository, opposites } from './associations.repository.js';
import { TicketRepository, type StoredTicket, type TicketUpdate } from './ticket.repository.js';

type Link = TicketView['links'][number];
type Wanted = Pick<PatchTicketArgs, 'contacts' | 'companyIds' | 'links'>;

const same = (link: Link) => (other: Link) => other.kind === link.kind && other.ticketId === link.ticketId;

/** Changes what a ticket belongs to (D-58, D-63). */
@Injectable()
export class AssociationsService {
  constructor(
    private readonly associations: AssociationsRepository,
    private readonly repository: TicketRepository,
  ) {}

  /** Stores what is wanted and gives what follows for the ticket itself, with the lines for its history. Throws 422 for a wrong link. */
  async change(
    tx: Tx,
    scope: TicketScope,
    ticket: StoredTicket,
    { contacts, companyIds, links }: Wanted,
  ): Promise<{ update: TicketUpdate; lines: TicketChange[] }> {
    const update: TicketUpdate = {};
    const lines: TicketChange[] = [];
    if (links) lines.push(...(await this.changeLinks(tx, scope, ticket, links)));
    if (!contacts && !companyIds) return { update, lines };
    const old = await this.associations.ofTicket(tx, ticket);
    if (contacts) {
      const ids = [...new Set(contacts.map(({ id }) => id))];
      Object.assign(update, { contact_id: contacts[0]?.id ?? null, contact_name: contacts[0]?.name ?? null });
      await this.associations.replace(tx, ticket, 'contact', ids);
      lines.push({ field: 'contactIds', old: old.contactIds, new: ids });
    }
    if (companyIds) {
      const ids = [...new Set(companyIds)];
      update.company_id = ids[0] ?? null;
      await this.associations.replace(tx, ticket, 'company', ids);
      lines.push({ field: 'companyIds', old: old.companyIds, new: ids });
    }
    return { update, lines: lines.filter((line) => !isDeepStrictEqual(line.old, line.new)) };
  }

  /** Those he does not see stay. In the history stands only of which kind they are: not everybody sees where they lead. */
  private async changeLinks(tx: Tx, scope: TicketScope, ticket: StoredTicket, wanted: Link[]): Promise<TicketChange[]> {
    const visible = new Set(await this.repository.visible(scope, [...new Set(wanted.map(({ ticketId }) => ticketId))], tx));
    const known = await this.associations.links(scope, ticket.id, tx);
    const problems = wanted.flatMap((link, i): FieldProblem[] => {
      const pointer = pointerTo('links', i, 'ticketId');
      if (link.ticketId === ticket.id) return [{ pointer, code: 'same_ticket', detail: 'is this ticket itself' }];
      if (!visible.has(link.ticketId)) return [{ pointer, code: 'unknown', detail: 'is no ticket that you may see' }];
      const opposite = opposites[link.kind];
      const isCircular = opposite !== link.kind && wanted.some(({ kind, ticketId }) => kind === opposite && ticketId === link.ticketId);
      return isCircular ? [{ pointer, code: 'circular', detail: 'cannot be both parent and child' }] : [];
    });
    if (problems.length > 0) throw invalid(problems);
    const added = wanted.filter((link) => !known.some(same(link)));
    const removed = known.filter((link) => !wanted.some(same(link)));
    for (const { kind, ticketId } of added) await this.associations.link(tx, ticket.account_id, ticket.id, kind, ticketId);
    for (const { kind, ticketId } of removed) await this.associations.unlink(tx, ticket.account_id, ticket.id, kind, ticketId);
    return [
      ...removed.map(({ kind }) => ({ field: 'links', old: kind, new: null })),
      ...added.map(({ kind }) => ({ field: 'links', old: null, new: kind })),
    ];
  }
}
