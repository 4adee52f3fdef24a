import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ChangeBusinessHours, CreateBusinessHours, DeleteBusinessHours, ListBusinessHours } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { uuidParam } from '../problems/uuid-param.js';
import { BusinessHoursDto, BusinessHoursListDto, NewBusinessHoursDto, PatchBusinessHoursDto } from './business-hours.dto.js';

const CODES = 'Codes: `required`, `unknown`, `not_after`, `overlaps`, `wrong_value`.';

@ApiTags('sla')
@Controller('api/v1/business-hours')
export class BusinessHoursController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'Business hours, by name' })
  @ApiResponse({ status: 200, type: BusinessHoursListDto })
  list(@Me() me: Principal): Promise<BusinessHoursListDto> {
    return this.rpc.call(ListBusinessHours, actorFor(me), {});
  }

  @Post()
  @Access('settings', { 409: '`too_many_business_hours`' })
  @ApiOperation({ summary: 'Make business hours', description: CODES })
  @ApiResponse({ status: 201, type: BusinessHoursDto })
  create(@Me() me: Principal, @ResourceId() id: string, @Body() body: NewBusinessHoursDto): Promise<BusinessHoursDto> {
    return this.rpc.call(CreateBusinessHours, actorFor(me), { ...body, id });
  }

  @Patch(':id')
  @Access('settings')
  @ApiOperation({ summary: 'Change business hours', description: CODES })
  @ApiResponse({ status: 200, type: BusinessHoursDto })
  change(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Body() { appliesTo = 'new', ...fields }: PatchBusinessHoursDto,
  ): Promise<BusinessHoursDto> {
    return this.rpc.call(ChangeBusinessHours, actorFor(me), { ...fields, id, appliesTo });
  }

  @Delete(':id')
  @HttpCode(204)
  @Access('settings', { 409: '`business_hours_in_use`: a policy counts by them' })
  @ApiOperation({ summary: 'Delete business hours that no policy uses' })
  @ApiResponse({ status: 204, description: 'Deleted' })
  async delete(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    await this.rpc.call(DeleteBusinessHours, actorFor(me), { id });
  }
}
