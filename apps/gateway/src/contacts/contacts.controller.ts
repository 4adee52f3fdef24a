import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ChangeContact, CreateContact, GetContact, ListContacts, ListTickets, MergeContacts } from '@helpdesk/contracts';
import { invalid, Problem, RpcClient } from '@helpdesk/platform';
import { References } from '../access/references.js';
import { ActivitiesService } from '../activities/activities.service.js';
import { ActivityPageDto } from '../activities/activity.dto.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { IdPageQueryDto, PageQueryDto } from '../openapi/page.dto.js';
import { uuidParam } from '../problems/uuid-param.js';
import { TicketPageDto } from '../tickets/ticket.dto.js';
import { ContactDto, ContactPageDto, ContactQueryDto, MergeRecordDto, NewContactDto, PatchContactDto } from './record.dto.js';

const EXISTS = '`contact_exists`: another has one of the addresses; its id is `contactId`';
const MERGED = '`contact_merged`: it was merged into `contactId`';
const CODES = 'Codes: `required`, `wrong_value`, `duplicate`, `unknown`.';

@ApiTags('contacts')
@Controller('api/v1/contacts')
export class ContactsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly said: ActivitiesService,
    private readonly references: References,
  ) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'People who write to the desk, the newest first' })
  @ApiResponse({ status: 200, type: ContactPageDto })
  list(@Me() me: Principal, @Query() query: ContactQueryDto): Promise<ContactPageDto> {
    return this.rpc.call(ListContacts, actorFor(me), { ...query });
  }

  @Post()
  @Access('ticket.create', { 409: EXISTS })
  @ApiOperation({ summary: 'Keep a contact', description: CODES })
  @ApiResponse({ status: 201, type: ContactDto })
  async create(
    @Me() me: Principal,
    @ResourceId() id: string,
    @Body() { email, phone, addresses = [], ...fields }: NewContactDto,
  ): Promise<ContactDto> {
    if (fields.ownerId) await this.references.checkAgent(me, fields.ownerId, '/ownerId');
    const short = [
      ...(email === undefined ? [] : [{ kind: 'email' as const, value: email }]),
      ...(phone === undefined ? [] : [{ kind: 'phone' as const, value: phone }]),
    ];
    const call = this.rpc.call(CreateContact, actorFor(me), { ...fields, id, addresses: [...addresses, ...short] });
    return call.catch((error: unknown) => {
      throw asSent(error, addresses.length, short);
    });
  }

  @Get(':id')
  @Access('helpdesk')
  @ApiOperation({ summary: 'One contact; one that was merged is the one it has become' })
  @ApiResponse({ status: 200, type: ContactDto })
  get(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<ContactDto> {
    return this.rpc.call(GetContact, actorFor(me), { id });
  }

  @Patch(':id')
  @Access('ticket.create', { 409: `${EXISTS} · ${MERGED}` })
  @ApiOperation({ summary: 'Change a contact; absent = unchanged', description: CODES })
  @ApiResponse({ status: 200, type: ContactDto })
  async change(@Me() me: Principal, @Param('id', uuidParam) id: string, @Body() body: PatchContactDto): Promise<ContactDto> {
    if (body.ownerId) {
      // Absent first: a wrong field must not be told of what is not there.
      await this.rpc.call(GetContact, actorFor(me), { id });
      await this.references.checkAgent(me, body.ownerId, '/ownerId');
    }
    return this.rpc.call(ChangeContact, actorFor(me), { ...body, id });
  }

  @Post(':id/merge')
  @HttpCode(200)
  @Access('ticket.create')
  @ApiOperation({
    summary: 'Make two contacts one; repeating it changes nothing',
    description:
      'Its addresses, conversations and tickets are this one’s from then on, its company where this one has none. Nobody sees a ticket by it that he did not see before. ' +
      'Codes: `same`, `unknown`.',
  })
  @ApiResponse({ status: 200, type: ContactDto })
  merge(@Me() me: Principal, @Param('id', uuidParam) id: string, @Body() { secondaryId }: MergeRecordDto): Promise<ContactDto> {
    return this.rpc.call(MergeContacts, actorFor(me), { id, secondaryId });
  }

  @Get(':id/tickets')
  @Access('helpdesk')
  @ApiOperation({ summary: 'The contact’s tickets, of those I may see' })
  @ApiResponse({ status: 200, type: TicketPageDto })
  async tickets(@Me() me: Principal, @Param('id', uuidParam) id: string, @Query() page: PageQueryDto): Promise<TicketPageDto> {
    const contact = await this.rpc.call(GetContact, actorFor(me), { id });
    return this.rpc.call(ListTickets, actorFor(me), { ...page, contactId: contact.id });
  }

  @Get(':id/activities')
  @Access('helpdesk')
  @ApiOperation({ summary: 'What was said with the contact, the newest first, of tickets I may see' })
  @ApiResponse({ status: 200, type: ActivityPageDto })
  async activities(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Query() { limit, cursor }: IdPageQueryDto,
  ): Promise<ActivityPageDto> {
    const contact = await this.rpc.call(GetContact, actorFor(me), { id });
    return this.said.list(me, { contactId: contact.id }, limit, cursor);
  }
}

/** Problems of the addresses from the short forms on point at these. */
function asSent(error: unknown, from: number, short: { kind: 'email' | 'phone' }[]): unknown {
  if (!(error instanceof Problem) || !error.errors) return error;
  const errors = error.errors.map((problem) => {
    const at = /^\/addresses\/(\d+)\//.exec(problem.pointer);
    const field = at && short[Number(at[1]) - from]?.kind;
    return field ? { ...problem, pointer: `/${field}` } : problem;
  });
  return invalid(errors);
}
