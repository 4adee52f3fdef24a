import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  ChangeSlaPolicy,
  CreateSlaPolicy,
  DeleteSlaPolicy,
  GetTicketSla,
  ListSlaPolicies,
  PreviewSlaPolicy,
  type SlaPolicyFields,
} from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { References } from '../access/references.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { uuidParam } from '../problems/uuid-param.js';
import {
  NewSlaPolicyDto,
  PatchSlaPolicyDto,
  PreviewSlaPolicyDto,
  SlaPolicyDto,
  SlaPolicyListDto,
  SlaPreviewDto,
} from './sla-policy.dto.js';
import { TicketSlaDto } from './ticket-sla.dto.js';

const CODES = 'Codes: `required`, `unknown`, `wrong_stage`.';

@ApiTags('sla')
@Controller('api/v1')
export class SlaPoliciesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: References,
  ) {}

  @Get('sla-policies')
  @Access('helpdesk')
  @ApiOperation({ summary: 'Policies in their order: the first that a ticket fits counts' })
  @ApiResponse({ status: 200, type: SlaPolicyListDto })
  list(@Me() me: Principal): Promise<SlaPolicyListDto> {
    return this.rpc.call(ListSlaPolicies, actorFor(me), {});
  }

  @Post('sla-policies')
  @Access('settings', { 409: '`too_many_policies`' })
  @ApiOperation({ summary: 'Make a policy', description: CODES })
  @ApiResponse({ status: 201, type: SlaPolicyDto })
  async create(
    @Me() me: Principal,
    @ResourceId() id: string,
    @Body() { appliesTo = 'new', ...fields }: NewSlaPolicyDto,
  ): Promise<SlaPolicyDto> {
    await this.check(me, fields);
    return this.rpc.call(CreateSlaPolicy, actorFor(me), { ...fields, id, appliesTo });
  }

  @Post('sla-policies/preview')
  @HttpCode(200)
  @Access('settings')
  @ApiOperation({ summary: 'What a policy would do to the open tickets that I see; nothing is changed', description: CODES })
  @ApiResponse({ status: 200, type: SlaPreviewDto })
  async preview(@Me() me: Principal, @Body() { appliesTo: _appliesTo, ...fields }: PreviewSlaPolicyDto): Promise<SlaPreviewDto> {
    await this.check(me, fields);
    return this.rpc.call(PreviewSlaPolicy, actorFor(me), { ...fields, name: fields.name ?? 'What if' });
  }

  @Patch('sla-policies/:id')
  @Access('settings')
  @ApiOperation({ summary: 'Change a policy; parts of `match` and `goals` that are absent stay', description: CODES })
  @ApiResponse({ status: 200, type: SlaPolicyDto })
  async change(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Body() { appliesTo = 'new', ...fields }: PatchSlaPolicyDto,
  ): Promise<SlaPolicyDto> {
    await this.check(me, fields);
    return this.rpc.call(ChangeSlaPolicy, actorFor(me), { ...fields, id, appliesTo });
  }

  @Delete('sla-policies/:id')
  @HttpCode(204)
  @Access('settings')
  @ApiOperation({ summary: 'Delete a policy; open tickets come under the next one that they fit' })
  @ApiResponse({ status: 204, description: 'Deleted' })
  async delete(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    await this.rpc.call(DeleteSlaPolicy, actorFor(me), { id });
  }

  @Get('tickets/:id/sla')
  @Access('helpdesk')
  @ApiOperation({ summary: 'The clocks of a ticket that have a goal, and what moved them' })
  @ApiResponse({ status: 200, type: TicketSlaDto })
  ofTicket(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<TicketSlaDto> {
    return this.rpc.call(GetTicketSla, actorFor(me), { id });
  }

  /** Teams and users are known here. */
  private async check(me: Principal, { match, onOverdue }: SlaPolicyFields): Promise<void> {
    await this.references.checkTeams(me, match?.teamId ?? [], '/match/teamId');
    if (onOverdue?.teamId) await this.references.checkTeam(me, onOverdue.teamId, '/onOverdue/teamId');
    if (onOverdue?.ownerId) await this.references.checkAgent(me, onOverdue.ownerId, '/onOverdue/ownerId');
  }
}
