import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ListQuarantine, QuarantineRaw, ReplayQuarantine } from '@helpdesk/contracts';
import { BlobStore, Database, RpcClient } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { uuidParam } from '../problems/uuid-param.js';
import { Access, Me } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { sendOriginal } from '../attachments/send-original.js';
import { IdPageQueryDto } from '../openapi/page.dto.js';

class QuarantineItemDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ type: String, nullable: true }) channelId: string | null;
  @ApiProperty({ format: 'date-time' }) receivedAt: string;
  @ApiProperty({ example: 'bad_signature' }) code: string;
  @ApiProperty() reason: string;
  @ApiProperty() attempts: number;
  @ApiProperty({ type: String, nullable: true }) sender: string | null;
  @ApiProperty({ type: String, nullable: true }) subject: string | null;
}
class QuarantinePageDto {
  @ApiProperty({ type: [QuarantineItemDto] }) items: QuarantineItemDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}
class ReplayDto {
  @ApiProperty({ example: 'replayed' }) status: string;
}

@ApiTags('quarantine')
@Controller('api/v1/quarantine')
@Access('settings')
export class QuarantineController {
  private readonly blobs: BlobStore;

  constructor(
    private readonly rpc: RpcClient,
    database: Database,
  ) {
    this.blobs = new BlobStore(database);
  }

  @Get()
  @ApiOperation({ summary: 'What came in and could not be processed, and why' })
  @ApiResponse({ status: 200, type: QuarantinePageDto })
  list(@Me() me: Principal, @Query() { limit, cursor }: IdPageQueryDto): Promise<QuarantinePageDto> {
    return this.rpc.call(ListQuarantine, actorFor(me), { limit, cursor });
  }

  @Get(':id/raw')
  @ApiOperation({ summary: 'The original bytes' })
  @ApiResponse({ status: 200, description: 'The original' })
  async raw(@Me() me: Principal, @Param('id', uuidParam) id: string, @Res() reply: FastifyReply): Promise<void> {
    const { sha256, contentType } = await this.rpc.call(QuarantineRaw, actorFor(me), { id });
    await sendOriginal(reply, this.blobs, sha256, contentType, id);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Process it again' })
  @ApiResponse({ status: 200, type: ReplayDto })
  replay(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<ReplayDto> {
    return this.rpc.call(ReplayQuarantine, actorFor(me), { id });
  }
}
