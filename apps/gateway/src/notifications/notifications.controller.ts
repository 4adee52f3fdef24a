import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AuthorizeTicket, GetNotification, ListNotifications, ReadNotification, type NotificationView } from '@helpdesk/contracts';
import { publicUrl, RpcClient, type Runtime } from '@helpdesk/platform';
import { visiblePage } from '../access/visible-page.js';
import { uuidParam } from '../problems/uuid-param.js';
import { Access, Me } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { IdPageQueryDto } from '../openapi/page.dto.js';
import { RUNTIME } from '../tokens.js';

class NotificationDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: 'assigned' }) topic: string;
  @ApiProperty({ example: 'owner' }) reason: string;
  @ApiProperty({ format: 'uuid' }) ticketId: string;
  @ApiProperty({ type: String, nullable: true }) messageId: string | null;
  @ApiProperty() url: string;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readAt: string | null;
}
class NotificationPageDto {
  @ApiProperty({ type: [NotificationDto] }) items: NotificationDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

@ApiTags('notifications')
@Controller('api/v1/notifications')
export class NotificationsController {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly rpc: RpcClient,
  ) {}

  @Get()
  @Access('helpdesk')
  @ApiOperation({ summary: 'What I was told, newest first; only of tickets I may still see' })
  @ApiResponse({ status: 200, type: NotificationPageDto })
  async list(@Me() me: Principal, @Query() { limit, cursor }: IdPageQueryDto): Promise<NotificationPageDto> {
    const page = await visiblePage(this.rpc, me, {
      limit,
      cursor,
      fetch: (size, at) => this.rpc.call(ListNotifications, actorFor(me), { limit: size, cursor: at }),
      ticketOf: (item) => item.ticketId,
    });
    return { items: page.items.map((item) => this.toDto(item)), nextCursor: page.nextCursor };
  }

  @Post(':id/read')
  @HttpCode(200)
  @Access('helpdesk')
  @ApiOperation({ summary: 'Mark as read' })
  @ApiResponse({ status: 200, type: NotificationDto })
  async read(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<NotificationDto> {
    const { ticketId } = await this.rpc.call(GetNotification, actorFor(me), { id });
    await this.rpc.call(AuthorizeTicket, actorFor(me), { id: ticketId, action: 'view' });
    return this.toDto(await this.rpc.call(ReadNotification, actorFor(me), { id }));
  }

  private toDto(item: NotificationView): NotificationDto {
    const anchor = item.messageId ? `?m=${item.messageId}` : '';
    return { ...item, url: `${publicUrl(this.runtime.config)}/t/all_open/${item.ticketId}${anchor}` };
  }
}
