import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ChangePipeline, CreatePipeline, DeletePipeline, ListPipelines } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { uuidParam } from '../problems/uuid-param.js';
import { DeletePipelineQueryDto, NewPipelineDto, PatchPipelineDto, PipelineDto, PipelineListDto } from './pipeline.dto.js';

@ApiTags('pipelines')
@Controller('api/v1/pipelines')
export class PipelinesController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'Pipelines with their statuses and rules, the default one first' })
  @ApiResponse({ status: 200, type: PipelineListDto })
  list(@Me() me: Principal): Promise<PipelineListDto> {
    return this.rpc.call(ListPipelines, actorFor(me), {});
  }

  @Post()
  @Access('settings', { 409: '`too_many_pipelines`' })
  @ApiOperation({
    summary: 'Make a pipeline',
    description: 'Codes: `required`, `duplicate`, `taken`, `unknown`, `no_open_stage`, `wrong_stage`.',
  })
  @ApiResponse({ status: 201, type: PipelineDto })
  create(@Me() me: Principal, @ResourceId() id: string, @Body() body: NewPipelineDto): Promise<PipelineDto> {
    return this.rpc.call(CreatePipeline, actorFor(me), { ...body, id });
  }

  @Patch(':id')
  @Access('settings', {
    409: '`stage_in_use`: say where the tickets of a deleted status go; one that holds tickets is not turned from open to closed or back',
  })
  @ApiOperation({
    summary: 'Change a pipeline, its statuses and rules',
    description:
      'Tickets of deleted statuses are moved a hundred at a time; when that takes too long (503), repeat the call: it goes on where it was. Codes: `required`, `duplicate`, `taken`, `unknown`, `no_open_stage`, `wrong_stage`, `needs_default`.',
  })
  @ApiResponse({ status: 200, type: PipelineDto })
  change(@Me() me: Principal, @Param('id', uuidParam) id: string, @Body() body: PatchPipelineDto): Promise<PipelineDto> {
    return this.rpc.call(ChangePipeline, actorFor(me), { ...body, id });
  }

  @Delete(':id')
  @HttpCode(204)
  @Access('settings', { 409: '`pipeline_in_use`: say where its tickets go · `default_pipeline`' })
  @ApiOperation({
    summary: 'Delete a pipeline; its tickets are moved first',
    description: 'A hundred tickets at a time; when that takes too long (503), repeat the call: it goes on where it was.',
  })
  @ApiResponse({ status: 204, description: 'Deleted' })
  async delete(@Me() me: Principal, @Param('id', uuidParam) id: string, @Query() { moveToStageId }: DeletePipelineQueryDto): Promise<void> {
    await this.rpc.call(DeletePipeline, actorFor(me), { id, moveToStageId });
  }
}
