import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AddComment, AuthorizeTicket } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { ArrayMaxSize, IsOptional, IsString, MaxLength } from 'class-validator';
import { AccessService } from '../access/access.service.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { TEXT_LIMIT, TimelineItemDto } from '../messages/message.dto.js';
import { AreIds } from '../problems/field-rules.js';
import { AutoFollowing } from '../notifications/auto-following.js';
import { uuidParam } from '../problems/uuid-param.js';

class CommentDto {
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT_LIMIT) html?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT_LIMIT) text?: string;
  @ApiPropertyOptional({ type: [String], description: 'Users to tell; each must be able to see the ticket' })
  @IsOptional()
  @ArrayMaxSize(50)
  @AreIds()
  mentions?: string[];
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @ArrayMaxSize(50)
  @AreIds()
  attachmentIds?: string[];
}

@ApiTags('tickets')
@Controller('api/v1/tickets/:id/comments')
export class CommentsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly access: AccessService,
    private readonly following: AutoFollowing,
  ) {}

  @Post()
  @HttpCode(201)
  @Access('ticket.comment')
  @ApiOperation({ summary: 'Write for colleagues: customers never see it' })
  @ApiResponse({ status: 201, type: TimelineItemDto })
  async comment(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @ResourceId() commentId: string,
    @Body() { html, text, mentions = [], attachmentIds = [] }: CommentDto,
  ): Promise<TimelineItemDto> {
    const grant = await this.rpc.call(AuthorizeTicket, actorFor(me), { id, action: 'view' });
    const unique = [...new Set(mentions)];
    const followers = await this.following.afterMention(me, await this.access.checkMentions(me, id, unique));
    return this.rpc.call(AddComment, actorFor(me), { commentId, grant, html, text, mentions: unique, followers, attachmentIds });
  }
}
