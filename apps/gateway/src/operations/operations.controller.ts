import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  AuthorizeTicket,
  CatchUpConversations,
  CatchUpTickets,
  GetOperation,
  GetTicket,
  LocateMessage,
  MergeTickets,
  MoveTicket,
  RethreadMessage,
  SplitThread,
  StartBulk,
  UndoOperation,
} from '@helpdesk/contracts';
import { invalid, invalidField, Problem, RpcClient } from '@helpdesk/platform';
import { References } from '../access/references.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { capabilitiesOf, lackOfView, type Capability } from '../auth/capabilities.rules.js';
import { missing } from '../auth/missing.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { firstUnfit } from '../problems/validation.js';
import { uuidParam } from '../problems/uuid-param.js';
import { PropertyReferences } from '../properties/property-references.js';
import { BulkDto, MergeDto, MoveDto, OperationDto, RestructuredDto, RethreadDto, SplitDto, UndoneDto } from './operation.dto.js';

const makerOf = ({ userId, name }: Principal) => ({ userId, name });

/** What a bulk does each ticket by ticket needs what doing it to one needs. */
const BULK_NEEDS: Record<BulkDto['action'], Capability> = {
  update: 'ticket.edit',
  follow: 'ticket.comment',
  unfollow: 'ticket.comment',
  merge: 'ticket.restructure',
  spam: 'ticket.delete',
  delete: 'ticket.delete',
  restore: 'ticket.delete',
};

@ApiTags('tickets')
@Controller('api/v1')
export class OperationsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: References,
    private readonly propertyReferences: PropertyReferences,
  ) {}

  @Post('tickets/:id/merge')
  @HttpCode(200)
  @Access('ticket.restructure', { 409: '`already_merged`: they are one by now' })
  @ApiOperation({ summary: 'Make one ticket of several: this one stays, the ids and numbers of the others lead to it' })
  @ApiResponse({ status: 200, type: RestructuredDto })
  async merge(
    @Me() me: Principal,
    @Param('id', uuidParam) primaryId: string,
    @ResourceId() operationId: string,
    @Body() { secondaryIds }: MergeDto,
  ): Promise<RestructuredDto> {
    const { ticket } = await this.rpc.call(MergeTickets, actorFor(me), { operationId, primaryId, secondaryIds });
    return this.settled(me, ticket.id, [], operationId);
  }

  @Post('tickets/:id/split')
  @HttpCode(201)
  @Access('ticket.restructure', { 409: '`ticket_merged`: it went into another meanwhile' })
  @ApiOperation({ summary: 'Make a ticket of its own of some messages; answers to them go there from now on' })
  @ApiResponse({ status: 201, type: RestructuredDto, description: 'The new ticket' })
  async split(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @ResourceId() ticketId: string,
    @Body() { messageIds, name }: SplitDto,
  ): Promise<RestructuredDto> {
    const grant = await this.rpc.call(AuthorizeTicket, actorFor(me), { id, action: 'edit' });
    // One request makes both, so both have its id.
    const operationId = ticketId;
    await this.rpc.call(SplitThread, actorFor(me), { operationId, ticketId, grant, messageIds, name, by: makerOf(me) });
    return this.settled(me, ticketId, [grant.ticketId], operationId);
  }

  @Post('tickets/:id/move')
  @HttpCode(200)
  @Access('ticket.restructure')
  @ApiOperation({ summary: 'Move a ticket to another pipeline, status or team' })
  @ApiResponse({ status: 200, type: RestructuredDto })
  async move(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @ResourceId() operationId: string,
    @Body() { pipelineId, stageId, teamId }: MoveDto,
  ): Promise<RestructuredDto> {
    // Absent and invisible first: a wrong field must not tell that a ticket exists.
    await this.rpc.call(AuthorizeTicket, actorFor(me), { id, action: 'edit' });
    if (teamId) await this.references.checkTeam(me, teamId, '/teamId');
    return this.rpc.call(MoveTicket, actorFor(me), { operationId, id, pipelineId, stageId, teamId });
  }

  @Post('messages/:id/rethread')
  @HttpCode(200)
  @Access('ticket.restructure', { 409: '`not_sent`: take it back first · `ticket_merged` · `not_movable`' })
  @ApiOperation({ summary: 'Put a message on the ticket it belongs to; answers to it go there from now on' })
  @ApiResponse({ status: 200, type: RestructuredDto })
  async rethread(
    @Me() me: Principal,
    @Param('id', uuidParam) messageId: string,
    @ResourceId() operationId: string,
    @Body() { ticketId }: RethreadDto,
  ): Promise<RestructuredDto> {
    const home = await this.rpc.call(LocateMessage, actorFor(me), { id: messageId });
    const from = await this.rpc.call(AuthorizeTicket, actorFor(me), { id: home.ticketId, action: 'edit' });
    const to = await this.rpc.call(AuthorizeTicket, actorFor(me), { id: ticketId, action: 'edit' }).catch((error: unknown) => {
      throw error instanceof Problem && error.status === 404
        ? invalidField('/ticketId', 'unknown', 'is no ticket that you may see')
        : error;
    });
    await this.rpc.call(RethreadMessage, actorFor(me), { operationId, messageId, from, to, by: makerOf(me) });
    return this.settled(me, to.ticketId, [from.ticketId], operationId);
  }

  @Post('tickets/bulk')
  @HttpCode(202)
  @Access('ticket.bulk')
  @ApiOperation({ summary: 'Do one thing to many tickets, chosen one by one or by a view; watch it at /operations/{id}' })
  @ApiResponse({ status: 202, type: OperationDto })
  async bulk(@Me() me: Principal, @ResourceId() operationId: string, @Body() body: BulkDto): Promise<OperationDto> {
    const { ids, view, filter, action, set, primaryId } = body;
    const lack = !capabilitiesOf(me).includes(BULK_NEEDS[action]) ? BULK_NEEDS[action] : view && lackOfView(me, view);
    if (lack) throw missing(lack);
    if ((ids === undefined) === (view === undefined)) throw invalidField('/ids', 'required', 'needs either ids or a view');
    if (ids && filter) throw invalidField('/filter', 'unexpected', 'goes with a view');
    if ((action === 'update') !== (set !== undefined && Object.keys(set).length > 0))
      throw invalidField('/set', action === 'update' ? 'required' : 'unexpected', 'says what `update` sets');
    const unfit = filter && firstUnfit(filter, '/filter');
    if (unfit) throw invalid([unfit]);
    if (set?.ownerId) await this.references.checkAgent(me, set.ownerId, '/set/ownerId');
    if (set?.teamId) await this.references.checkTeam(me, set.teamId, '/set/teamId');
    const properties = await this.propertyReferences.checked(me, set?.properties, '/set');
    const args = { operationId, ids, view, filter, action, primaryId, ...(set && { set: { ...set, properties } }) };
    return this.rpc.call(StartBulk, actorFor(me), args);
  }

  @Get('operations/:id')
  @Access('helpdesk')
  @ApiOperation({ summary: 'How far something is that I began, and what became of each ticket' })
  @ApiResponse({ status: 200, type: OperationDto })
  operation(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<OperationDto> {
    return this.rpc.call(GetOperation, actorFor(me), { id });
  }

  @Post('operations/:id/undo')
  @HttpCode(200)
  @Access('helpdesk', {
    409: '`already_undone` · `too_late`: after 30 days · `still_running` · `changed_since`: somebody changed the same · `not_undoable`',
  })
  @ApiOperation({ summary: 'Take back something that I did: within 30 days, as far as nobody has changed the same since' })
  @ApiResponse({ status: 200, type: UndoneDto })
  async undo(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<UndoneDto> {
    const { kind } = await this.rpc.call(GetOperation, actorFor(me), { id });
    const need: Capability = kind === 'bulk' ? 'ticket.bulk' : 'ticket.restructure';
    if (!capabilitiesOf(me).includes(need)) throw missing(need);
    const { ticket, ...operation } = await this.rpc.call(UndoOperation, actorFor(me), { id });
    const settled = ticket && (await this.settled(me, ticket.id, [], id).catch(() => ({ ticket })));
    return { ...operation, ticket: settled?.ticket ?? null, operationId: id };
  }

  /** The ticket once both sides have done their part: whoever asks for its timeline next finds what he has just brought there. */
  private async settled(me: Principal, id: string, others: string[], operationId: string): Promise<RestructuredDto> {
    const ticketIds = [id, ...others];
    await this.rpc.call(CatchUpTickets, actorFor(me), { ticketIds });
    await this.rpc.call(CatchUpConversations, actorFor(me), { ticketIds });
    await this.rpc.call(CatchUpTickets, actorFor(me), { ticketIds });
    return { ticket: await this.rpc.call(GetTicket, actorFor(me), { id }), operationId };
  }
}
