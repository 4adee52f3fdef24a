import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ChangeView, CountViews, CreateView, DeleteView, ListViews, type CustomView, type TicketViewId } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { References } from '../access/references.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { capabilitiesOf, viewsOf } from '../auth/capabilities.rules.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { uuidParam } from '../problems/uuid-param.js';
import { NewViewDto, PatchViewDto, ViewCountsDto, ViewDto, ViewListDto } from './view.dto.js';

const NAMES: Record<TicketViewId, string> = {
  unassigned: 'Unassigned',
  mine: 'Assigned to me',
  mentions: 'My mentions',
  following: 'Following',
  all_open: 'All open',
  drafts: 'Drafts',
  scheduled: 'Scheduled',
  all_closed: 'All closed',
  spam: 'Spam',
  trash: 'Trash',
};

const FORBIDDEN = '`missing_views_all`: your seat has the default views alone · `not_your_view`';
const toDto = (view: CustomView): ViewDto => ({ ...view, kind: 'custom' });

@ApiTags('views')
@Controller('api/v1/views')
export class ViewsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: References,
  ) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'The default views of my seat, then my own and those that are shared with me' })
  @ApiResponse({ status: 200, type: ViewListDto })
  async list(@Me() me: Principal): Promise<ViewListDto> {
    const defaults = viewsOf(me).map((id): ViewDto => ({ id, name: NAMES[id], kind: 'default' }));
    const custom = hasOwnViews(me) ? (await this.rpc.call(ListViews, actorFor(me), {})).items : [];
    return { items: [...defaults, ...custom.map(toDto)] };
  }

  @Get('counts')
  @Access('helpdesk')
  @ApiOperation({ summary: 'How many tickets each of my views holds, of those I may see' })
  @ApiResponse({ status: 200, type: ViewCountsDto })
  counts(@Me() me: Principal): Promise<ViewCountsDto> {
    return this.rpc.call(CountViews, actorFor(me), { views: viewsOf(me), withCustom: hasOwnViews(me) });
  }

  @Post()
  @Access('views.all', { 403: FORBIDDEN, 409: '`too_many_views`' })
  @ApiOperation({
    summary: 'Make a view',
    description: 'Codes: `unknown`, `not_allowed`, `wrong_value`, `too_many`, `too_deep`, `required`.',
  })
  @ApiResponse({ status: 201, type: ViewDto })
  async create(@Me() me: Principal, @ResourceId() id: string, @Body() body: NewViewDto): Promise<ViewDto> {
    const { name, filter, columns = [], sort = '-lastActivityAt', sharedWith = 'me', teamIds = [] } = body;
    await this.references.checkTeams(me, teamIds, '/teamIds');
    return toDto(await this.rpc.call(CreateView, actorFor(me), { id, name, filter, columns, sort, sharedWith, teamIds }));
  }

  @Patch(':id')
  @Access('views.all', { 403: FORBIDDEN })
  @ApiOperation({ summary: 'Change a view of mine; with the right to change settings, also what others have shared' })
  @ApiResponse({ status: 200, type: ViewDto })
  async change(@Me() me: Principal, @Param('id', uuidParam) id: string, @Body() body: PatchViewDto): Promise<ViewDto> {
    await this.references.checkTeams(me, body.teamIds ?? [], '/teamIds');
    return toDto(await this.rpc.call(ChangeView, actorFor(me), { ...body, id, managesAll: managesAll(me) }));
  }

  @Delete(':id')
  @HttpCode(204)
  @Access('views.all', { 403: FORBIDDEN })
  @ApiOperation({ summary: 'Delete a view; the tickets stay' })
  @ApiResponse({ status: 204, description: 'Deleted' })
  async delete(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    await this.rpc.call(DeleteView, actorFor(me), { id, managesAll: managesAll(me) });
  }
}

const hasOwnViews = (me: Principal) => capabilitiesOf(me).includes('views.all');
const managesAll = (me: Principal) => capabilitiesOf(me).includes('settings');
