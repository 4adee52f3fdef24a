import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { PropertyFields, PropertyView } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, Database, invalid, notFound, type Tx } from '@helpdesk/platform';
import { DEFAULT_PROPERTIES, propertyProblems } from './property.rules.js';
import { aloneInSettings } from '../settings.js';

const MAX_PROPERTIES = 500;

/** What tickets of an account can be asked and told beside their own columns. */
@Injectable()
export class PropertiesService {
  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
  ) {}

  /** Those of every ticket first, then the account's own in the order they were made. */
  async list(accountId: string, tx?: Tx): Promise<PropertyView[]> {
    const rows = await (tx ?? this.database.within(accountId)).query<Omit<PropertyView, 'kind'>>(
      'SELECT id, name, label, type, options, required FROM tickets.property WHERE account_id = $1 ORDER BY created_at, id',
      [accountId],
    );
    return [...DEFAULT_PROPERTIES, ...rows.map((row): PropertyView => ({ ...row, kind: 'custom' }))];
  }

  async create({ accountId, userId }: TicketScope, actorName: string, given: PropertyFields & { id: string }): Promise<PropertyView> {
    return this.database.transaction(accountId, async (tx) => {
      // One after the other, so that a name is given once.
      await aloneInSettings(tx, accountId);
      const known = await this.list(accountId, tx);
      const repeated = known.find(({ id }) => id === given.id);
      if (repeated) return repeated;
      const { id, name, label, type, options = [], required = false } = given;
      const problems = propertyProblems(
        { name, type, options },
        known.map((property) => property.name),
      );
      if (problems.length > 0) throw invalid(problems);
      if (known.length >= MAX_PROPERTIES) throw conflict('too_many_properties', `There are ${MAX_PROPERTIES} properties already.`);
      await tx.query(
        'INSERT INTO tickets.property (account_id, id, name, label, type, options, required) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        [accountId, id, name, label, type, JSON.stringify(options), required],
      );
      const made = (await this.list(accountId, tx)).find((property) => property.id === id);
      if (!made) throw notFound();
      await this.bus.audit(
        tx,
        accountId,
        { userId, name: actorName },
        { action: 'property.created', subject: `property/${id}`, new: made },
      );
      return made;
    });
  }
}
