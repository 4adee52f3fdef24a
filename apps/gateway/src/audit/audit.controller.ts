import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { RpcClient } from '@helpdesk/platform';
import { visiblePage } from '../access/visible-page.js';
import { Access, Me } from '../auth/access.decorator.js';
import type { Principal } from '../auth/principal.js';
import { AuditLog } from './audit.log.js';
import { IdPageQueryDto } from '../openapi/page.dto.js';

class AuditActorDto {
  @ApiProperty({ type: String, nullable: true }) id: string | null;
  @ApiProperty() name: string;
}
class AuditItemDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'date-time' }) at: string;
  @ApiProperty({ type: AuditActorDto }) actor: AuditActorDto;
  @ApiProperty({ example: 'channel.created' }) action: string;
  @ApiProperty() subject: string;
  @ApiProperty({ type: Object, nullable: true }) old: unknown;
  @ApiProperty({ type: Object, nullable: true }) new: unknown;
}
class AuditPageDto {
  @ApiProperty({ type: [AuditItemDto] }) items: AuditItemDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

@ApiTags('audit')
@Controller('api/v1/audit')
export class AuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly rpc: RpcClient,
  ) {}

  @Get()
  @Access('audit')
  @ApiOperation({ summary: 'Who changed what, newest first; of tickets only those I may see' })
  @ApiResponse({ status: 200, type: AuditPageDto })
  list(@Me() me: Principal, @Query() { limit, cursor }: IdPageQueryDto): Promise<AuditPageDto> {
    return visiblePage(this.rpc, me, {
      limit,
      cursor,
      fetch: (size, at) => this.log.list(me.accountId, size, at),
      // Super admins read the lines of tickets in the trash as well, which VisibleTickets leaves out.
      ticketOf: ({ subject }) => (me.isSuperAdmin ? null : (/^ticket\/(.+)$/.exec(subject)?.[1] ?? null)),
    });
  }
}
