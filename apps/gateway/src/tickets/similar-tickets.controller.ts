import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ListTickets, type ListTicketsArgs } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { Access, Me } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { IsId } from '../problems/field-rules.js';
import { TicketRowDto } from './ticket.dto.js';

const MOST = 10;

class SimilarQueryDto {
  @ApiPropertyOptional({ description: 'Of the ticket that is about to be made' }) @IsOptional() @IsString() @MaxLength(255) name?: string;
  @ApiPropertyOptional({ format: 'uuid' }) @IsOptional() @IsId() contactId?: string;
}

class SimilarTicketsDto {
  @ApiProperty({ type: [TicketRowDto] }) items: TicketRowDto[];
}

@ApiTags('tickets')
@Controller('api/v1/tickets/similar')
export class SimilarTicketsController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({
    summary: 'Open tickets that may be about the same, to warn who is about to make one: at most ten of those I may see',
    description: 'First those of the contact, then those whose name holds the given name, each with the newest activity first.',
  })
  @ApiResponse({ status: 200, type: SimilarTicketsDto })
  async similar(@Me() me: Principal, @Query() { name, contactId }: SimilarQueryDto): Promise<SimilarTicketsDto> {
    const wanted = name?.trim();
    const lists = await Promise.all([
      contactId ? this.open(me, { contactId }) : [],
      wanted ? this.open(me, { filter: { field: 'name', op: 'contains', value: wanted } }) : [],
    ]);
    const byId = new Map(lists.flat().map((row) => [row.id, row]));
    return { items: [...byId.values()].slice(0, MOST) };
  }

  private async open(me: Principal, which: Pick<ListTicketsArgs, 'contactId' | 'filter'>) {
    return (await this.rpc.call(ListTickets, actorFor(me), { view: 'all_open', limit: MOST, ...which })).items;
  }
}
