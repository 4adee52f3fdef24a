import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CountViews, TICKET_VIEWS, type TicketViewId } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { Access, Me } from '../auth/access.decorator.js';
import { viewsOf } from '../auth/capabilities.rules.js';
import { actorFor, type Principal } from '../auth/principal.js';

const NAMES: Record<TicketViewId, string> = {
  unassigned: 'Unassigned',
  mine: 'Assigned to me',
  mentions: 'My mentions',
  following: 'Following',
  all_open: 'All open',
  all_closed: 'All closed',
  trash: 'Trash',
};

class ViewDto {
  @ApiProperty({ enum: TICKET_VIEWS }) id: TicketViewId;
  @ApiProperty({ example: 'My mentions' }) name: string;
  @ApiProperty({ enum: ['default', 'custom'] }) kind: 'default' | 'custom';
}
class ViewListDto {
  @ApiProperty({ type: [ViewDto] }) items: ViewDto[];
}
class ViewCountsDto {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { all_open: 12 } }) counts: Record<string, number>;
}

@ApiTags('views')
@Controller('api/v1/views')
export class ViewsController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'The views of my seat' })
  @ApiResponse({ status: 200, type: ViewListDto })
  list(@Me() me: Principal): ViewListDto {
    return { items: viewsOf(me).map((id) => ({ id, name: NAMES[id], kind: 'default' })) };
  }

  @Get('counts')
  @Access('helpdesk')
  @ApiOperation({ summary: 'How many tickets each of my views holds, of those I may see' })
  @ApiResponse({ status: 200, type: ViewCountsDto })
  counts(@Me() me: Principal): Promise<ViewCountsDto> {
    return this.rpc.call(CountViews, actorFor(me), { views: viewsOf(me) });
  }
}
