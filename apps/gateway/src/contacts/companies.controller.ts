import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ChangeCompany, CreateCompany, GetCompany, ListCompanies, ListTickets, MergeCompanies } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { ActivitiesService } from '../activities/activities.service.js';
import { ActivityPageDto } from '../activities/activity.dto.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { IdPageQueryDto, PageQueryDto } from '../openapi/page.dto.js';
import { uuidParam } from '../problems/uuid-param.js';
import { TicketPageDto } from '../tickets/ticket.dto.js';
import { CompanyDto, CompanyPageDto, CompanyQueryDto, MergeRecordDto, NewCompanyDto, PatchCompanyDto } from './record.dto.js';

const EXISTS = '`company_exists`: another has one of the domains; its id is `companyId`';
const MERGED = '`company_merged`: it was merged into `companyId`';
const CODES = 'Codes: `required`, `duplicate`, `free_mail`: a domain where everybody has an address.';

@ApiTags('companies')
@Controller('api/v1/companies')
export class CompaniesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly said: ActivitiesService,
  ) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'Companies that contacts belong to, the newest first' })
  @ApiResponse({ status: 200, type: CompanyPageDto })
  list(@Me() me: Principal, @Query() query: CompanyQueryDto): Promise<CompanyPageDto> {
    return this.rpc.call(ListCompanies, actorFor(me), { ...query });
  }

  @Post()
  @Access('ticket.create', { 409: EXISTS })
  @ApiOperation({ summary: 'Keep a company; contacts of its domains that belong to none belong to it', description: CODES })
  @ApiResponse({ status: 201, type: CompanyDto })
  create(@Me() me: Principal, @ResourceId() id: string, @Body() body: NewCompanyDto): Promise<CompanyDto> {
    return this.rpc.call(CreateCompany, actorFor(me), { ...body, id });
  }

  @Get(':id')
  @Access('helpdesk')
  @ApiOperation({ summary: 'One company; one that was merged is the one it has become' })
  @ApiResponse({ status: 200, type: CompanyDto })
  get(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<CompanyDto> {
    return this.rpc.call(GetCompany, actorFor(me), { id });
  }

  @Patch(':id')
  @Access('ticket.create', { 409: `${EXISTS} · ${MERGED}` })
  @ApiOperation({ summary: 'Change a company; absent = unchanged', description: CODES })
  @ApiResponse({ status: 200, type: CompanyDto })
  change(@Me() me: Principal, @Param('id', uuidParam) id: string, @Body() body: PatchCompanyDto): Promise<CompanyDto> {
    return this.rpc.call(ChangeCompany, actorFor(me), { ...body, id });
  }

  @Post(':id/merge')
  @HttpCode(200)
  @Access('ticket.create')
  @ApiOperation({
    summary: 'Make two companies one; repeating it changes nothing',
    description:
      'Its domains, contacts and tickets are this one’s from then on. Nobody sees a ticket by it that he did not see before. ' +
      'Codes: `same`, `unknown`.',
  })
  @ApiResponse({ status: 200, type: CompanyDto })
  merge(@Me() me: Principal, @Param('id', uuidParam) id: string, @Body() { secondaryId }: MergeRecordDto): Promise<CompanyDto> {
    return this.rpc.call(MergeCompanies, actorFor(me), { id, secondaryId });
  }

  @Get(':id/tickets')
  @Access('helpdesk')
  @ApiOperation({ summary: 'The company’s tickets, of those I may see' })
  @ApiResponse({ status: 200, type: TicketPageDto })
  async tickets(@Me() me: Principal, @Param('id', uuidParam) id: string, @Query() page: PageQueryDto): Promise<TicketPageDto> {
    const company = await this.rpc.call(GetCompany, actorFor(me), { id });
    return this.rpc.call(ListTickets, actorFor(me), { ...page, filter: { field: 'companyIds', op: 'contains', value: company.id } });
  }

  @Get(':id/activities')
  @Access('helpdesk')
  @ApiOperation({ summary: 'What was said with people of the company, the newest first, of tickets I may see' })
  @ApiResponse({ status: 200, type: ActivityPageDto })
  async activities(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Query() { limit, cursor }: IdPageQueryDto,
  ): Promise<ActivityPageDto> {
    const company = await this.rpc.call(GetCompany, actorFor(me), { id });
    return this.said.list(me, { companyId: company.id }, limit, cursor);
  }
}
