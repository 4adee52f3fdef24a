import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { BlockSender, ListBlockedSenders, UnblockSender } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { IsString, Matches, MaxLength } from 'class-validator';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { uuidParam } from '../problems/uuid-param.js';

class BlockDto {
  @ApiProperty({ example: '@spam.example', description: 'An address, or a mail domain with @ before it' })
  @IsString()
  @MaxLength(320)
  @Matches(/^\s*(@?[^@\s]+|[^@\s]+@[^@\s]+)\s*$/, { message: 'value must be an address or @domain' })
  value: string;
}
class BlockedSenderDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() value: string;
  @ApiProperty({ format: 'uuid' }) blockedBy: string;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
}
class BlockedSenderListDto {
  @ApiProperty({ type: [BlockedSenderDto] }) items: BlockedSenderDto[];
}

/** Whoever may take a ticket for spam may say whose always is. */
@ApiTags('blocked senders')
@Controller('api/v1/blocked-senders')
export class BlockedSendersController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  @Access('ticket.delete')
  @ApiOperation({ summary: 'Whose messages are taken for spam' })
  @ApiResponse({ status: 200, type: BlockedSenderListDto })
  list(@Me() me: Principal): Promise<BlockedSenderListDto> {
    return this.rpc.call(ListBlockedSenders, actorFor(me), {});
  }

  @Post()
  @Access('ticket.delete')
  @ApiOperation({
    summary: 'Take what this sender writes from now on for spam',
    description: 'Codes: `free_mail`: a domain where everybody has an address.',
  })
  @ApiResponse({ status: 201, type: BlockedSenderDto })
  block(@Me() me: Principal, @ResourceId() id: string, @Body() { value }: BlockDto): Promise<BlockedSenderDto> {
    return this.rpc.call(BlockSender, actorFor(me), { id, value });
  }

  @Delete(':id')
  @HttpCode(204)
  @Access('ticket.delete')
  @ApiOperation({ summary: 'Block no longer' })
  @ApiResponse({ status: 204, description: 'Not blocked' })
  async unblock(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    await this.rpc.call(UnblockSender, actorFor(me), { id });
  }
}
