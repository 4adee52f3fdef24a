import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SearchTickets } from '@helpdesk/contracts';
import { Answers, scopeOf, type Call } from '@helpdesk/platform';
import { SearchService } from './search.service.js';

@Controller()
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Answers(SearchTickets)
  async find(@Payload() { actor, args }: Call<{ q: string; limit: number }>) {
    return { items: await this.search.search(scopeOf(actor), args.q, args.limit) };
  }
}
