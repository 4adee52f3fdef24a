import { Injectable } from '@nestjs/common';
import type { CreateTicketArgs } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';
import { storedValues } from '../properties/property.rules.js';
import { AssociationsRepository } from '../tickets/associations.repository.js';

@Injectable()
export class CreationRepository {
  constructor(private readonly associations: AssociationsRepository) {}

  /** Makes a ticket by hand with the account's next number; false when it is there already. */
  async insert(tx: Tx, accountId: string, t: CreateTicketArgs, at: Date): Promise<boolean> {
    const row = await tx.queryOne(
      `WITH n AS (
         UPDATE tickets.account_counter SET last_number = last_number + 1
         WHERE account_id = $1 AND NOT EXISTS (SELECT 1 FROM tickets.ticket WHERE id = $2) RETURNING last_number
       )
       INSERT INTO tickets.ticket (account_id, id, number, name, pipeline_id, stage_id, owner_id, team_id, priority, category, source, contact_id,
         contact_name, company_id, created_at, last_activity_at, closed_at, properties)
       SELECT $1, $2, n.last_number, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14,
         (SELECT $14::timestamptz FROM tickets.stage s WHERE s.account_id = $1 AND s.id = $5 AND s.category = 'closed'), $15 FROM n
       ON CONFLICT (account_id, id) DO NOTHING RETURNING 1`,
      [
        accountId,
        t.id,
        t.name,
        t.pipelineId,
        t.stageId,
        t.ownerId,
        t.teamId,
        t.priority,
        t.category,
        t.source,
        t.contacts[0]?.id ?? null,
        t.contacts[0]?.name ?? null,
        t.companyIds[0] ?? null,
        at,
        JSON.stringify(storedValues(t.properties)),
      ],
    );
    const contactIds = t.contacts.map(({ id }) => id);
    if (row) await this.associations.associate(tx, accountId, t.id, contactIds, t.companyIds);
    return row !== undefined;
  }
}
