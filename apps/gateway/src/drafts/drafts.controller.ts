import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AuthorizeTicket, DeleteDraft, DRAFT_TABS, ListDrafts, PutDraft, type DraftTab } from '@helpdesk/contracts';
import { LiveBus } from '@helpdesk/messaging';
import { invalidField, notFound, RpcClient } from '@helpdesk/platform';
import { Access, Me } from '../auth/access.decorator.js';
import { capabilitiesOf } from '../auth/capabilities.rules.js';
import { missing } from '../auth/missing.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { uuidParam } from '../problems/uuid-param.js';
import { DraftDto, PutDraftDto } from './draft.dto.js';

const TAB = { name: 'tab', enum: DRAFT_TABS } as const;

@ApiTags('tickets')
@Controller('api/v1/tickets/:id/drafts/:tab')
export class DraftsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly live: LiveBus,
  ) {}

  @Get()
  @Access('ticket.comment')
  @ApiOperation({ summary: 'What I have begun to write here; 404 when nothing' })
  @ApiParam(TAB)
  @ApiResponse({ status: 200, type: DraftDto })
  async get(@Me() me: Principal, @Param('id', uuidParam) id: string, @Param('tab') tab: string): Promise<DraftDto> {
    const grant = await this.rpc.call(AuthorizeTicket, actorFor(me), { id, action: 'view' });
    const draft = (await this.rpc.call(ListDrafts, actorFor(me), { grant }))[tabOf(tab)];
    if (!draft) throw notFound();
    return draft;
  }

  @Put()
  @Access('ticket.comment')
  @ApiOperation({ summary: 'Keep what I have written so far; nobody else sees it' })
  @ApiParam(TAB)
  @ApiResponse({ status: 200, type: DraftDto })
  @ApiResponse({ status: 409, description: '`draft_conflict`: changed in another window; `current` is what is there now' })
  async put(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Param('tab') tab: string,
    @Body() draft: PutDraftDto,
  ): Promise<DraftDto> {
    const isReply = tabOf(tab) === 'reply';
    if (isReply && !capabilitiesOf(me).includes('ticket.reply')) throw missing('ticket.reply');
    const grant = await this.rpc.call(AuthorizeTicket, actorFor(me), {
      id,
      action: isReply ? 'edit' : 'view',
      moveToStageId: isReply ? draft.moveTo : undefined,
    });
    const kept = await this.rpc.call(PutDraft, actorFor(me), { grant, tab: tabOf(tab), draft: { ...draft } });
    this.changed(me, id, tabOf(tab), kept.revision);
    return kept;
  }

  @Delete()
  @HttpCode(204)
  @Access('ticket.comment')
  @ApiOperation({ summary: 'Throw away what I have written' })
  @ApiParam(TAB)
  @ApiResponse({ status: 204, description: 'Gone' })
  async delete(@Me() me: Principal, @Param('id', uuidParam) id: string, @Param('tab') tab: string): Promise<void> {
    const grant = await this.rpc.call(AuthorizeTicket, actorFor(me), { id, action: 'view' });
    await this.rpc.call(DeleteDraft, actorFor(me), { grant, tab: tabOf(tab) });
    this.changed(me, id, tabOf(tab), null);
  }

  /** His other windows fetch it. */
  private changed({ accountId, userId }: Principal, ticketId: string, tab: DraftTab, revision: number | null): void {
    this.live.publish('now', accountId, { kind: 'draft.changed', ticketId, userId, tab, revision });
  }
}

function tabOf(tab: string): DraftTab {
  if (tab === 'reply' || tab === 'comment') return tab;
  throw invalidField('/tab', 'unknown', 'must be reply or comment');
}
