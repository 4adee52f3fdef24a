import { Injectable } from '@nestjs/common';
import type { TicketScope } from '@helpdesk/access';
import type { CreateForm, CreateFormView, PipelineView, PropertyView } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { Database, invalid, type Tx } from '@helpdesk/platform';
import { PipelinesService } from '../pipelines/pipelines.service.js';
import { PropertiesService } from './properties.service.js';
import { currentForm, formProblems } from './create-form.rules.js';
import { aloneInSettings } from '../settings.js';

/** What people see until somebody changes the form. */
const UNCHANGED: CreateFormView = {
  version: 0,
  publishedAt: null,
  fields: ['ownerId', 'teamId', 'priority', 'category', 'companyIds', 'contactIds'].map((property) => ({ property, required: false })),
};

/** Which fields people are shown and must fill in when they make a ticket by hand (2.6). Each publication is kept. */
@Injectable()
export class CreateFormService {
  constructor(
    private readonly database: Database,
    private readonly bus: MessageBus,
    private readonly properties: PropertiesService,
    private readonly pipelines: PipelinesService,
  ) {}

  async get(accountId: string): Promise<CreateFormView> {
    return (await this.load(accountId)).form;
  }

  /** As it holds now, what is required anyway in it and no pipeline that is gone; and what it was made of. */
  async load(accountId: string, tx?: Tx): Promise<{ form: CreateFormView; properties: PropertyView[]; pipelines: PipelineView[] }> {
    const row = await (tx ?? this.database.within(accountId)).queryOne<{ version: number; form: CreateForm; published_at: Date }>(
      'SELECT version, form, published_at FROM tickets.create_form WHERE account_id = $1 ORDER BY version DESC LIMIT 1',
      [accountId],
    );
    const form = row ? { ...row.form, version: row.version, publishedAt: row.published_at.toISOString() } : UNCHANGED;
    const properties = await this.properties.list(accountId, tx);
    const pipelines = await this.pipelines.list(accountId, tx);
    return { form: { ...form, ...currentForm(form, properties, pipelines) }, properties, pipelines };
  }

  async publish({ accountId, userId }: TicketScope, actorName: string, form: CreateForm): Promise<CreateFormView> {
    return this.database.transaction(accountId, async (tx) => {
      await aloneInSettings(tx, accountId);
      // A pipeline that another replica has just made counts here too.
      this.pipelines.forget(accountId);
      const { form: old, properties, pipelines } = await this.load(accountId, tx);
      const problems = formProblems(
        form,
        properties,
        pipelines.map(({ id }) => id),
      );
      if (problems.length > 0) throw invalid(problems);
      await tx.query('INSERT INTO tickets.create_form (account_id, version, form, published_by) VALUES ($1, $2, $3, $4)', [
        accountId,
        old.version + 1,
        JSON.stringify(form),
        userId,
      ]);
      const { form: published } = await this.load(accountId, tx);
      const by = { userId, name: actorName };
      await this.bus.audit(tx, accountId, by, { action: 'form.published', subject: 'form/create-ticket', old, new: published });
      return published;
    });
  }
}
