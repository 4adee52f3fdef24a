import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  AddReply,
  AuthorizeTicket,
  CreateTicket,
  DeleteTicket,
  FindRecords,
  FollowTicket,
  GetTicket,
  ListDrafts,
  ListTickets,
  PatchTicket,
  RestoreTicket,
  TicketHistory,
  type Filter,
  type TicketGrant,
  type TicketView,
} from '@helpdesk/contracts';
import { invalid, invalidField, RpcClient, type FieldProblem } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { firstUnfit } from '../problems/validation.js';
import { uuidParam } from '../problems/uuid-param.js';
import { References } from '../access/references.js';
import { ActivitiesService } from '../activities/activities.service.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { lackOfView } from '../auth/capabilities.rules.js';
import { missing } from '../auth/missing.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { PageQueryDto } from '../openapi/page.dto.js';
import { ReplyDto, TimelineDto, TimelineItemDto } from '../messages/message.dto.js';
import { AutoFollowing } from '../notifications/auto-following.js';
import { PropertyReferences } from '../properties/property-references.js';
import { OpenTicketDto } from './open-ticket.dto.js';
import { CreateTicketDto, HistoryDto, PatchTicketDto, TicketDto, TicketListQueryDto, TicketPageDto } from './ticket.dto.js';

const ETAG = { ETag: { description: 'The version in quotes, for If-Match', schema: { type: 'string', example: '"7"' } } } as const;
const INCLUDES = ['timeline', 'sidebar', 'drafts'];
const PREVIOUS_TICKETS = 10;
const DEFAULT_UNDO_SECONDS = 10;

@ApiTags('tickets')
@Controller('api/v1')
export class TicketsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: References,
    private readonly propertyReferences: PropertyReferences,
    private readonly activities: ActivitiesService,
    private readonly following: AutoFollowing,
  ) {}

  @Get('tickets')
  @Access('helpdesk')
  @ApiOperation({ summary: 'Tickets I may see, a page at a time' })
  @ApiResponse({ status: 200, type: TicketPageDto })
  list(@Me() me: Principal, @Query() query: TicketListQueryDto): Promise<TicketPageDto> {
    const lack = query.view && lackOfView(me, query.view);
    if (lack) throw missing(lack);
    return this.rpc.call(ListTickets, actorFor(me), { ...query, filter: readFilter(query.filter) });
  }

  @Post('tickets')
  @HttpCode(201)
  @Access('ticket.create')
  @ApiOperation({ summary: 'Make a ticket by hand: nothing is sent to anybody' })
  @ApiResponse({ status: 201, type: TicketDto, headers: ETAG })
  async create(
    @Me() me: Principal,
    @ResourceId() id: string,
    @Body() {
      name,
      pipelineId,
      stageId,
      ownerId = null,
      teamId = null,
      priority = null,
      category = [],
      contactIds = [],
      companyIds = [],
      activityIds = [],
      properties = {},
    }: CreateTicketDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TicketView> {
    if (ownerId) await this.references.checkAgent(me, ownerId, '/ownerId');
    if (teamId) await this.references.checkTeam(me, teamId, '/teamId');
    const records = await this.records(me, contactIds, companyIds);
    await this.activities.check(me, activityIds);
    const source = me.via === 'api_key' ? 'api' : 'manual';
    const place = { id, name, pipelineId, stageId, ownerId, teamId, priority };
    const ticket = await this.rpc.call(CreateTicket, actorFor(me), {
      ...place,
      category,
      ...records,
      properties: await this.propertyReferences.checked(me, properties),
      source,
      activityIds,
    });
    void reply.header('etag', `"${ticket.version}"`);
    return ticket;
  }

  @Delete('tickets/:id')
  @HttpCode(204)
  @Access('ticket.delete')
  @ApiOperation({ summary: 'Put a ticket in the trash' })
  @ApiResponse({ status: 204, description: 'In the trash' })
  async delete(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    await this.rpc.call(DeleteTicket, actorFor(me), { id });
  }

  @Post('tickets/:id/restore')
  @HttpCode(200)
  @Access('ticket.delete')
  @ApiOperation({ summary: 'Take a ticket out of the trash' })
  @ApiResponse({ status: 200, type: TicketDto, headers: ETAG })
  async restore(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TicketView> {
    const ticket = await this.rpc.call(RestoreTicket, actorFor(me), { id });
    void reply.header('etag', `"${ticket.version}"`);
    return ticket;
  }

  @Get('tickets/:id')
  @Access('helpdesk')
  @ApiOperation({ summary: 'A ticket, with what `include` names: timeline, sidebar, drafts' })
  @ApiQuery({ name: 'include', required: false, example: 'timeline,sidebar' })
  @ApiResponse({ status: 200, type: OpenTicketDto, headers: ETAG })
  async get(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Query('include') include: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TicketView & object> {
    const wanted = new Set((include ?? '').split(',').filter(Boolean));
    for (const part of wanted) if (!INCLUDES.includes(part)) throw invalidField('/include', 'unknown', `must be of ${INCLUDES.join(', ')}`);
    const ticket = await this.rpc.call(GetTicket, actorFor(me), { id });
    void reply.header('etag', `"${ticket.version}"`);
    if (wanted.size === 0) return ticket;
    const grant = grantOf(ticket);
    const [timeline, sidebar, drafts] = await Promise.all([
      wanted.has('timeline') ? this.activities.timeline(me, grant, 50) : undefined,
      wanted.has('sidebar') ? this.sidebar(me, ticket, grant) : undefined,
      wanted.has('drafts') ? this.rpc.call(ListDrafts, actorFor(me), { grant }) : undefined,
    ]);
    return {
      ...ticket,
      ...(timeline && { timeline }),
      ...(sidebar && { sidebar }),
      ...(drafts && { drafts }),
    };
  }

  @Patch('tickets/:id')
  @Access('ticket.edit')
  @ApiOperation({ summary: 'Change fields; absent = unchanged, null = cleared' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The version it was read at' })
  @ApiResponse({ status: 200, type: TicketDto, headers: ETAG })
  @ApiResponse({ status: 412, description: 'Changed meanwhile' })
  async patch(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Body() body: PatchTicketDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TicketView> {
    const version = ifMatch === undefined || ifMatch === '*' ? undefined : Number(/^(?:W\/)?"?(\d+)"?$/.exec(ifMatch)?.[1] ?? Number.NaN);
    if (Number.isNaN(version)) throw invalidField('/headers/If-Match', 'invalid', 'must be the ETag of a ticket');
    // Absent and invisible first: a wrong field must not tell that a ticket exists.
    await this.rpc.call(AuthorizeTicket, actorFor(me), { id, action: 'edit' });
    if (body.ownerId) await this.references.checkAgent(me, body.ownerId, '/ownerId');
    if (body.teamId) await this.references.checkTeam(me, body.teamId, '/teamId');
    const properties = await this.propertyReferences.checked(me, body.properties);
    const { contactIds, ...fields } = body;
    const isAsked = contactIds !== undefined || body.companyIds !== undefined;
    const records = isAsked ? await this.records(me, contactIds ?? [], body.companyIds ?? []) : { contacts: [], companyIds: [] };
    const belonging = { ...(contactIds && { contacts: records.contacts }), ...(body.companyIds && { companyIds: records.companyIds }) };
    const ticket = await this.rpc.call(PatchTicket, actorFor(me), { ...fields, ...belonging, id, ifVersion: version, properties });
    void reply.header('etag', `"${ticket.version}"`);
    return ticket;
  }

  @Get('tickets/:id/timeline')
  @Access('helpdesk')
  @ApiOperation({ summary: 'What was said and done, oldest first' })
  @ApiResponse({ status: 200, type: TimelineDto })
  async timeline(@Me() me: Principal, @Param('id', uuidParam) id: string, @Query() { limit, cursor }: PageQueryDto): Promise<TimelineDto> {
    const grant = await this.rpc.call(AuthorizeTicket, actorFor(me), { id, action: 'view' });
    return this.activities.timeline(me, grant, limit, cursor);
  }

  @Get('tickets/:id/history')
  @Access('helpdesk')
  @ApiOperation({ summary: 'Old → new of every change' })
  @ApiResponse({ status: 200, type: HistoryDto })
  history(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<HistoryDto> {
    return this.rpc.call(TicketHistory, actorFor(me), { id });
  }

  @Put('tickets/:id/followers/me')
  @HttpCode(204)
  @Access('ticket.comment')
  @ApiOperation({ summary: 'Follow: be told what happens here, as long as I may see it' })
  @ApiResponse({ status: 204, description: 'Following' })
  async follow(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    await this.rpc.call(FollowTicket, actorFor(me), { id, follows: true });
  }

  @Delete('tickets/:id/followers/me')
  @HttpCode(204)
  @Access('ticket.comment')
  @ApiOperation({ summary: 'Follow no longer' })
  @ApiResponse({ status: 204, description: 'Not following' })
  async unfollow(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    await this.rpc.call(FollowTicket, actorFor(me), { id, follows: false });
  }

  @Post('tickets/:id/replies')
  @HttpCode(201)
  @Access('ticket.reply')
  @ApiOperation({ summary: 'Answer the customer on the conversation’s channel' })
  @ApiResponse({ status: 201, type: TimelineItemDto })
  @ApiResponse({ status: 409, description: '`thread_changed`: a newer public message has come' })
  async reply(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @ResourceId() messageId: string,
    @Body() body: ReplyDto,
  ): Promise<TimelineItemDto> {
    const grant = await this.rpc.call(AuthorizeTicket, actorFor(me), { id, action: 'edit', moveToStageId: body.moveTo });
    const undoSeconds = body.undoSeconds ?? (me.via === 'api_key' ? 0 : (me.preferences.undoSeconds ?? DEFAULT_UNDO_SECONDS));
    const authorFollows = await this.following.afterReply(me);
    return this.rpc.call(AddReply, actorFor(me), { ...body, messageId, grant, undoSeconds, authorFollows });
  }

  /** Those that are there by now, merged ones as what they were merged into; throws 422 that points at each that is not. */
  private async records(
    me: Principal,
    contactIds: string[],
    companyIds: string[],
  ): Promise<{ contacts: { id: string; name: string }[]; companyIds: string[] }> {
    const records = await this.rpc.call(FindRecords, actorFor(me), { contactIds, companyIds });
    const problems = [
      ...unknownRecords('/contactIds', contactIds, records.contacts),
      ...unknownRecords('/companyIds', companyIds, records.companies),
    ];
    if (problems.length > 0) throw invalid(problems);
    return { contacts: records.contacts.map(({ id, name }) => ({ id, name })), companyIds: records.companies.map(({ id }) => id) };
  }

  private async sidebar(me: Principal, ticket: TicketView, grant: TicketGrant) {
    const [contactId] = ticket.contactIds;
    const [people, previous, activities] = await Promise.all([
      this.rpc.call(FindRecords, actorFor(me), { contactIds: ticket.contactIds, companyIds: ticket.companyIds }),
      contactId ? this.rpc.call(ListTickets, actorFor(me), { contactId, sort: '-lastActivityAt', limit: PREVIOUS_TICKETS + 1 }) : undefined,
      this.activities.attached(me, grant),
    ]);
    const previousTickets = (previous?.items ?? [])
      .filter((row) => row.id !== ticket.id)
      .slice(0, PREVIOUS_TICKETS)
      .map(({ id, number, name, stageId, lastActivityAt }) => ({ id, number, name, stageId, lastActivityAt }));
    return { ...people, previousTickets, activities };
  }
}

/** One problem for each id that leads to no record. */
function unknownRecords(pointer: string, ids: string[], found: { id: string; mergedIds: string[] }[]): FieldProblem[] {
  const isThere = (id: string) => found.some((record) => record.id === id || record.mergedIds.includes(id));
  return ids.flatMap((id, i) => (isThere(id) ? [] : [{ pointer: `${pointer}/${i}`, code: 'unknown', detail: 'is not there' }]));
}

/** What it says is checked where it is turned into a query. */
function readFilter(filter: string | undefined): Filter | undefined {
  if (filter === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(filter);
  } catch {
    throw invalidField('/filter', 'invalid_json', 'must be JSON');
  }
  const unfit = firstUnfit(parsed, '/filter');
  if (unfit) throw invalid([unfit]);
  return parsed as Filter;
}

/** A ticket that was just read within the scope is proof enough to read what hangs on it. */
const grantOf = (t: TicketView): TicketGrant => ({
  ticketId: t.id,
  number: t.number,
  name: t.name,
  action: 'view',
  pipelineId: t.pipelineId,
  stageId: t.stageId,
  ownerId: t.ownerId,
  version: t.version,
});
