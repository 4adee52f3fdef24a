import { Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  AuthorizeTicket,
  CancelMessage,
  LocateMessage,
  MessageBody,
  MessageDecision,
  MessageRaw,
  RetryMessage,
  VisibleTickets,
  type TicketAction,
  type TicketGrant,
} from '@helpdesk/contracts';
import { BlobStore, Database, RpcClient } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { uuidParam } from '../problems/uuid-param.js';
import { Access, Me } from '../auth/access.decorator.js';
import { sendOriginal } from '../attachments/send-original.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { DecisionDto, TimelineItemDto } from './message.dto.js';

/** A mail's HTML runs nothing and fetches nothing but our own attachments, whoever frames it. */
export const BODY_CSP =
  "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const page = (body: string) =>
  `<!doctype html><meta charset="utf-8"><base target="_blank"><style>body{font:14px/1.4 system-ui,sans-serif;margin:8px;overflow-wrap:anywhere}img{max-width:100%}pre{white-space:pre-wrap;font:inherit}</style>${body}`;

@ApiTags('messages')
@Controller('api/v1/messages')
export class MessagesController {
  private readonly blobs: BlobStore;

  constructor(
    private readonly rpc: RpcClient,
    database: Database,
  ) {
    this.blobs = new BlobStore(database);
  }

  @Get(':id/body')
  @Access('helpdesk')
  @ApiOperation({ summary: 'The whole message as sanitised HTML' })
  @ApiProduces('text/html')
  @ApiResponse({ status: 200, description: 'HTML that runs and fetches nothing' })
  async body(@Me() me: Principal, @Param('id', uuidParam) messageId: string, @Res() reply: FastifyReply): Promise<void> {
    const { html, text } = await this.rpc.call(MessageBody, actorFor(me), { grant: await this.grant(me, messageId, 'view'), messageId });
    await reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', BODY_CSP)
      .header('x-frame-options', 'SAMEORIGIN')
      .send(page(html ?? `<pre>${escape(text)}</pre>`));
  }

  @Get(':id/raw')
  @Access('helpdesk')
  @ApiOperation({ summary: 'The original bytes as they came' })
  @ApiProduces('message/rfc822')
  @ApiResponse({ status: 200, description: 'The original' })
  async raw(@Me() me: Principal, @Param('id', uuidParam) messageId: string, @Res() reply: FastifyReply): Promise<void> {
    const { sha256, contentType } = await this.rpc.call(MessageRaw, actorFor(me), {
      grant: await this.grant(me, messageId, 'view'),
      messageId,
    });
    await sendOriginal(reply, this.blobs, sha256, contentType, messageId);
  }

  @Get(':id/decision')
  @Access('helpdesk')
  @ApiOperation({ summary: 'Why the message is on this ticket' })
  @ApiResponse({ status: 200, type: DecisionDto })
  async decision(@Me() me: Principal, @Param('id', uuidParam) messageId: string): Promise<DecisionDto> {
    const { otherTicketId, ...decision } = await this.rpc.call(MessageDecision, actorFor(me), {
      grant: await this.grant(me, messageId, 'view'),
      messageId,
    });
    if (!otherTicketId || (await this.rpc.call(VisibleTickets, actorFor(me), { ids: [otherTicketId] })).ids.length > 0) return decision;
    // What was found and not joined is a ticket he may not see: neither which it is nor how it stands.
    const reason = 'It belongs to no ticket it could join.';
    return { ...decision, reason, matched: null, guards: decision.guards.map(({ rule }) => ({ rule, result: 'not joined' })) };
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Access('ticket.reply')
  @ApiOperation({ summary: 'Take back a message that still waits: undo send, or a scheduled one' })
  @ApiResponse({ status: 200, type: TimelineItemDto })
  @ApiResponse({ status: 409, description: '`already_sent`' })
  async cancel(@Me() me: Principal, @Param('id', uuidParam) messageId: string): Promise<TimelineItemDto> {
    return this.rpc.call(CancelMessage, actorFor(me), { grant: await this.grant(me, messageId, 'edit'), messageId });
  }

  @Post(':id/retry')
  @HttpCode(200)
  @Access('ticket.reply')
  @ApiOperation({ summary: 'Send once more what failed, bounced or was never confirmed' })
  @ApiResponse({ status: 200, type: TimelineItemDto })
  @ApiResponse({ status: 409, description: '`not_failed`' })
  async retry(@Me() me: Principal, @Param('id', uuidParam) messageId: string): Promise<TimelineItemDto> {
    return this.rpc.call(RetryMessage, actorFor(me), { grant: await this.grant(me, messageId, 'edit'), messageId });
  }

  private async grant(me: Principal, messageId: string, action: TicketAction): Promise<TicketGrant> {
    const { ticketId } = await this.rpc.call(LocateMessage, actorFor(me), { id: messageId });
    return this.rpc.call(AuthorizeTicket, actorFor(me), { id: ticketId, action });
  }
}
