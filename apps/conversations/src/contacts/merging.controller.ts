import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { MergeCompanies, MergeContacts, type MergeRecordsArgs } from '@helpdesk/contracts';
import { Answers, type Call } from '@helpdesk/platform';
import { authorOf } from '../replies/author.js';
import { MergingService } from './merging.service.js';

@Controller()
export class MergingController {
  constructor(private readonly merging: MergingService) {}

  @Answers(MergeContacts)
  contacts(@Payload() { actor, args }: Call<MergeRecordsArgs>) {
    return this.merging.mergeContacts(authorOf(actor), args);
  }

  @Answers(MergeCompanies)
  companies(@Payload() { actor, args }: Call<MergeRecordsArgs>) {
    return this.merging.mergeCompanies(authorOf(actor), args);
  }
}
