import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AddShare, AuthorizeTicket, ListShares, RemoveShare } from '@helpdesk/contracts';
import { invalid, invalidField, RpcClient } from '@helpdesk/platform';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { IsId, IsMoment, MayBeNull } from '../problems/field-rules.js';
import { uuidParam } from '../problems/uuid-param.js';
import { AccessService, type DecidingClause } from './access.service.js';
import { References } from './references.js';

const uuid = { format: 'uuid' } as const;
const nullableUuid = { type: String, format: 'uuid', nullable: true } as const;
const CLAUSES = [
  'super_admin',
  'all',
  'owner',
  'team',
  'teammate',
  'unassigned',
  'share',
  'inactive',
  'no_helpdesk_access',
  'outside_scope',
];

class AccessOfUserDto {
  @ApiProperty(uuid) userId: string;
  @ApiProperty() allowed: boolean;
  @ApiProperty({ enum: CLAUSES, description: 'The part of the rule that decided' }) clause: DecidingClause;
}
class TicketAccessDto {
  @ApiProperty({ type: [AccessOfUserDto] }) items: AccessOfUserDto[];
}
class ShareDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty(nullableUuid) userId: string | null;
  @ApiProperty(nullableUuid) teamId: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) expiresAt: string | null;
  @ApiProperty(uuid) createdBy: string;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
}
class ShareListDto {
  @ApiProperty({ type: [ShareDto] }) items: ShareDto[];
}
class NewShareDto {
  @ApiPropertyOptional({ ...nullableUuid, description: 'Either a user' }) @MayBeNull() @IsId() userId?: string | null;
  @ApiPropertyOptional({ ...nullableUuid, description: 'or a team' }) @MayBeNull() @IsId() teamId?: string | null;
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'Sight ends by itself then' })
  @MayBeNull()
  @IsMoment()
  expiresAt?: string | null;
}

@ApiTags('access')
@Controller('api/v1/tickets/:id')
export class TicketAccessController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly access: AccessService,
    private readonly references: References,
  ) {}

  @Get('access')
  @Access('helpdesk')
  @ApiOperation({ summary: 'Each user, whether he may see the ticket, and what decides it' })
  @ApiResponse({ status: 200, type: TicketAccessDto })
  async explain(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<TicketAccessDto> {
    return { items: await this.access.explain(me, id) };
  }

  @Get('shares')
  @Access('helpdesk')
  @ApiOperation({ summary: 'With whom the ticket is shared beside everybody’s scope' })
  @ApiResponse({ status: 200, type: ShareListDto })
  shares(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<ShareListDto> {
    return this.rpc.call(ListShares, actorFor(me), { id });
  }

  @Post('shares')
  @HttpCode(201)
  @Access('ticket.share')
  @ApiOperation({ summary: 'Let one user or team see this ticket, for good or until a time; audited' })
  @ApiResponse({ status: 201, type: ShareDto })
  async share(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @ResourceId() shareId: string,
    @Body() { userId = null, teamId = null, expiresAt = null }: NewShareDto,
  ): Promise<ShareDto> {
    await this.rpc.call(AuthorizeTicket, actorFor(me), { id, action: 'edit' });
    if ((userId === null) === (teamId === null)) {
      const detail = 'name either a user or a team';
      throw invalid([
        { pointer: '/userId', code: 'either', detail },
        { pointer: '/teamId', code: 'either', detail },
      ]);
    }
    if (expiresAt !== null && new Date(expiresAt) <= new Date()) throw invalidField('/expiresAt', 'past', 'must lie in the future');
    if (userId) await this.references.checkAgent(me, userId, '/userId');
    if (teamId) await this.references.checkTeam(me, teamId, '/teamId');
    return this.rpc.call(AddShare, actorFor(me), { id, shareId, userId, teamId, expiresAt });
  }

  @Delete('shares/:shareId')
  @HttpCode(204)
  @Access('ticket.share')
  @ApiOperation({ summary: 'End a share at once; audited' })
  @ApiResponse({ status: 204, description: 'Ended' })
  async unshare(@Me() me: Principal, @Param('id', uuidParam) id: string, @Param('shareId', uuidParam) shareId: string): Promise<void> {
    await this.rpc.call(RemoveShare, actorFor(me), { id, shareId });
  }
}
