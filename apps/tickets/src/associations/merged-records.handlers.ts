import { Injectable } from '@nestjs/common';
import { RecordMerged } from '@helpdesk/contracts';
import { OnEvent, type Delivery } from '@helpdesk/messaging';
import type { Tx } from '@helpdesk/platform';
import { MergedRecordsService } from './merged-records.service.js';

@Injectable()
export class MergedRecordsHandlers {
  constructor(private readonly records: MergedRecordsService) {}

  @OnEvent(RecordMerged)
  onRecordMerged(event: RecordMerged, tx: Tx, { accountId }: Delivery): Promise<void> {
    return this.records.merged(tx, accountId, event);
  }
}
