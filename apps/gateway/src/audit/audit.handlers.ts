import { Injectable } from '@nestjs/common';
import { RecordAudit } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { AuditLog } from './audit.log.js';

/** Lines of other services: published in the transaction of their change, written here once. */
@Injectable()
export class AuditHandlers {
  constructor(private readonly log: AuditLog) {}

  @OnEvent(RecordAudit)
  async onRecordAudit(event: RecordAudit, tx: Tx, { accountId }: Delivery): Promise<void> {
    await this.log.write(tx, { ...event, accountId, at: new Date(event.at) });
  }
}
