import { Body, Controller, Get, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CreateProperty, GetCreateForm, ListProperties, PublishCreateForm } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { checkedPipelines } from './create-form.check.js';
import { CreateFormDto, NewPropertyDto, PropertyDto, PropertyListDto, PublishedFormDto } from './property.dto.js';

@ApiTags('properties')
@Controller('api/v1')
export class PropertiesController {
  constructor(private readonly rpc: RpcClient) {}

  @Get('properties')
  @Access('helpdesk')
  @ApiOperation({ summary: 'What tickets can be told beside name, pipeline and status: fields of every ticket, then the account’s own' })
  @ApiResponse({ status: 200, type: PropertyListDto })
  list(@Me() me: Principal): Promise<PropertyListDto> {
    return this.rpc.call(ListProperties, actorFor(me), {});
  }

  @Post('properties')
  @Access('settings', { 409: '`too_many_properties`' })
  @ApiOperation({ summary: 'Add a property', description: 'Codes: `taken`, `required`, `not_allowed`, `duplicate`.' })
  @ApiResponse({ status: 201, type: PropertyDto })
  create(@Me() me: Principal, @ResourceId() id: string, @Body() body: NewPropertyDto): Promise<PropertyDto> {
    return this.rpc.call(CreateProperty, actorFor(me), { ...body, id });
  }

  @Get('forms/create-ticket')
  @Access('helpdesk')
  @ApiOperation({ summary: 'The form for tickets made by hand' })
  @ApiResponse({ status: 200, type: PublishedFormDto })
  form(@Me() me: Principal): Promise<PublishedFormDto> {
    return this.rpc.call(GetCreateForm, actorFor(me), {});
  }

  @Put('forms/create-ticket')
  @Access('settings')
  @ApiOperation({
    summary: 'Publish the form: it holds for everybody at once, for the page and the API alike',
    description: 'Codes: `unknown`, `duplicate`, `wrong_value`.',
  })
  @ApiResponse({ status: 200, type: PublishedFormDto })
  async publish(@Me() me: Principal, @Body() { fields, pipelines }: CreateFormDto): Promise<PublishedFormDto> {
    return this.rpc.call(PublishCreateForm, actorFor(me), { fields, pipelines: await checkedPipelines(pipelines) });
  }
}
