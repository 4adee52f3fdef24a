import { Controller, Get, Headers, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AddUpload, AuthorizeTicket, LocateAttachment } from '@helpdesk/contracts';
import { BlobStore, Database, notFound, Problem, RpcClient } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { uuidParam } from '../problems/uuid-param.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type DeskRequest, type Principal } from '../auth/principal.js';
import { AttachmentDto } from '../messages/message.dto.js';
import { byteRange, slice } from './byte-range.js';
import { contentDisposition, servedType } from './file-headers.js';
import { readUpload } from './read-upload.js';

@ApiTags('attachments')
@Controller('api/v1/attachments')
export class AttachmentsController {
  private readonly blobs: BlobStore;

  constructor(
    private readonly rpc: RpcClient,
    private readonly database: Database,
  ) {
    this.blobs = new BlobStore(database);
  }

  @Post()
  @HttpCode(201)
  @Access('ticket.comment')
  @ApiOperation({ summary: 'Upload a file, at most 25 MiB, for a reply of mine' })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] } })
  @ApiResponse({ status: 201, type: AttachmentDto })
  async upload(@Me() me: Principal, @ResourceId() id: string, @Req() request: DeskRequest): Promise<AttachmentDto> {
    const { filename, contentType, bytes, hash } = await readUpload(request);
    await this.database.transaction(me.accountId, async (tx) => this.blobs.put(tx, [{ hash, bytes }]));
    return this.rpc.call(AddUpload, actorFor(me), { id, filename, contentType, size: bytes.length, sha256: hash });
  }

  @Get(':id')
  @Access('helpdesk')
  @ApiOperation({ summary: 'The bytes of a file; ranges are served' })
  @ApiResponse({ status: 200, description: 'The file' })
  @ApiResponse({ status: 206, description: 'A range of it' })
  @ApiResponse({ status: 416, description: 'Range outside the file' })
  async download(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Headers('range') rangeHeader: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const file = await this.rpc.call(LocateAttachment, actorFor(me), { id });
    if (file.ticketId) await this.rpc.call(AuthorizeTicket, actorFor(me), { id: file.ticketId, action: 'view' });
    else if (file.uploadedBy !== me.userId) throw notFound();
    const type = servedType(file.contentType);
    void reply
      .header('content-type', type)
      .header('content-disposition', contentDisposition(file.filename, type))
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('accept-ranges', 'bytes');
    const range = byteRange(rangeHeader, file.size);
    if (range === null)
      throw new Problem(416, 'bad_range', 'Range outside the file', `The file has ${file.size} bytes.`, undefined, {
        'Content-Range': `bytes */${file.size}`,
      });
    const stream = await this.blobs.open(file.sha256);
    if (!stream) throw notFound();
    if (!range) {
      await reply.header('content-length', file.size).send(stream);
      return;
    }
    const { from, to } = range;
    await reply
      .status(206)
      .header('content-length', to - from + 1)
      .header('content-range', `bytes ${from}-${to}/${file.size}`)
      .send(slice(stream, range));
  }
}
