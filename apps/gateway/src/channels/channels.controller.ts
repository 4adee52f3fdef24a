import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  CreateChannel,
  DeleteChannel,
  GetChannel,
  ListChannels,
  ListPipelines,
  PatchChannel,
  TestChannel,
  type CreateChannelArgs,
} from '@helpdesk/contracts';
import { invalidField, RpcClient } from '@helpdesk/platform';
import { References } from '../access/references.js';
import { uuidParam } from '../problems/uuid-param.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { ChannelDto, ChannelListDto, ChannelTestDto, NewChannelDto, PatchChannelDto } from './channel.dto.js';
import { checkRouting } from './routing.dto.js';

@ApiTags('channels')
@Controller('api/v1/channels')
@Access('settings')
export class ChannelsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: References,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Connected channels' })
  @ApiResponse({ status: 200, type: ChannelListDto })
  list(@Me() me: Principal): Promise<ChannelListDto> {
    return this.rpc.call(ListChannels, actorFor(me), {});
  }

  @Post()
  @ApiOperation({ summary: 'Connect a channel; its token and secret are shown once' })
  @ApiResponse({ status: 201, type: ChannelDto })
  async create(@Me() me: Principal, @ResourceId() id: string, @Body() body: NewChannelDto): Promise<ChannelDto> {
    await this.checkReferences(me, body);
    return this.rpc.call(CreateChannel, actorFor(me), { id, ...body });
  }

  @Get(':id')
  @ApiOperation({ summary: 'One channel' })
  @ApiResponse({ status: 200, type: ChannelDto })
  get(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<ChannelDto> {
    return this.rpc.call(GetChannel, actorFor(me), { id });
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a channel; absent = unchanged, null = cleared' })
  @ApiResponse({ status: 200, type: ChannelDto })
  async patch(@Me() me: Principal, @Param('id', uuidParam) id: string, @Body() body: PatchChannelDto): Promise<ChannelDto> {
    await this.rpc.call(GetChannel, actorFor(me), { id });
    await this.checkReferences(me, body);
    return this.rpc.call(PatchChannel, actorFor(me), { id, ...body });
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Disconnect a channel: its history stays' })
  @ApiResponse({ status: 204, description: 'Disconnected' })
  async delete(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    await this.rpc.call(DeleteChannel, actorFor(me), { id });
  }

  @Post(':id/test')
  @HttpCode(200)
  @ApiOperation({ summary: 'Go a message’s way step by step, up to the first step that fails' })
  @ApiResponse({ status: 200, type: ChannelTestDto })
  test(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<ChannelTestDto> {
    return this.rpc.call(TestChannel, actorFor(me), { id });
  }

  private async checkReferences(me: Principal, { pipelineId, stageId, teamId, settings }: Partial<CreateChannelArgs>): Promise<void> {
    if (pipelineId || stageId) {
      const { items } = await this.rpc.call(ListPipelines, actorFor(me), {});
      const pipeline = pipelineId ? items.find((p) => p.id === pipelineId) : items[0];
      if (!pipeline) throw invalidField('/pipelineId', 'unknown', 'is no pipeline');
      if (stageId && !pipeline.stages.some((stage) => stage.id === stageId))
        throw invalidField('/stageId', 'wrong_stage', 'is no status of the pipeline');
    }
    if (teamId) await this.references.checkTeam(me, teamId, '/teamId');
    if (!settings?.routing) return;
    checkRouting(settings.routing);
    await this.references.checkAgents(me, settings.routing.userIds ?? [], '/settings/routing/userIds');
    await this.references.checkTeams(me, settings.routing.teamIds ?? [], '/settings/routing/teamIds');
  }
}
