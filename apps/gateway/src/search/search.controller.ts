import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ListCompanies, ListContacts, SearchTickets } from '@helpdesk/contracts';
import { invalidField, RpcClient } from '@helpdesk/platform';
import { Access, Me } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { SearchDto, SearchQueryDto } from './search.dto.js';

/** Of each kind. */
const FOUND = 10;

@ApiTags('search')
@Controller('api/v1/search')
export class SearchController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({
    summary: 'Tickets, contacts and companies, ten of each, of those I may see',
    description: 'Codes: `required`, `max_length`.',
  })
  @ApiResponse({ status: 200, type: SearchDto })
  async search(@Me() me: Principal, @Query() { q }: SearchQueryDto): Promise<SearchDto> {
    if (q.trim() === '') throw invalidField('/q', 'required', 'is required');
    const page = { q: q.trim(), limit: FOUND };
    const [tickets, contacts, companies] = await Promise.all([
      this.rpc.call(SearchTickets, actorFor(me), page),
      this.rpc.call(ListContacts, actorFor(me), page),
      this.rpc.call(ListCompanies, actorFor(me), page),
    ]);
    return { tickets: tickets.items, contacts: contacts.items, companies: companies.items, articles: [] };
  }
}
