import { Controller, Get, Headers, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AddUpload, AuthorizeTicket, LocateAttachment } from '@helpdesk/contracts';
import { BlobStore, Database, invalidField, notFound, Problem, RpcClient, sha256 } from '@helpdesk/platform';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyReply } from 'fastify';
import { uuidParam } from '../problems/uuid-param.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { actorFor, type DeskRequest, type Principal } from '../auth/principal.js';
import { AttachmentDto } from '../messages/message.dto.js';
import { contentDisposition, displayName, servedType } from './file-headers.js';

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
  @Access('helpdesk')
  @ApiOperation({ summary: 'Upload a file, at most 25 MiB, for a reply of mine' })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] } })
  @ApiResponse({ status: 201, type: AttachmentDto })
  async upload(
    @Me() me: Principal,
    @ResourceId() id: string,
    @Req() request: DeskRequest & { file(): Promise<MultipartFile | undefined>; isMultipart(): boolean },
  ): Promise<AttachmentDto> {
    if (!request.isMultipart())
      throw new Problem(415, 'unsupported_type', 'Unsupported content type', 'Send multipart/form-data with a field `file`.');
    const file = await request.file();
    if (!file || file.fieldname !== 'file') throw invalidField('/file', 'required', 'must be a file');
    const bytes = await file.toBuffer();
    const hash = sha256(bytes);
    await this.database.transaction(me.accountId, (tx) => this.blobs.put(tx, [{ hash, bytes }]));
    return this.rpc.call(AddUpload, actorFor(me), {
      id,
      filename: displayName(file.filename),
      contentType: file.mimetype,
      size: bytes.length,
      sha256: hash,
    });
  }

  @Get(':id')
  @Access('helpdesk')
  @ApiOperation({ summary: 'The bytes of a file; ranges are served' })
  @ApiResponse({ status: 200, description: 'The file' })
  @ApiResponse({ status: 206, description: 'A range of it' })
  async download(
    @Me() me: Principal,
    @Param('id', uuidParam) id: string,
    @Headers('range') range: string | undefined,
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
    const wanted = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
    if (!wanted) {
      const stream = await this.blobs.open(file.sha256);
      if (!stream) throw notFound();
      await reply.header('content-length', file.size).send(stream);
      return;
    }
    const [from, to] = [Number(wanted[1]), Math.min(wanted[2] ? Number(wanted[2]) : file.size - 1, file.size - 1)];
    if (from > to)
      throw new Problem(416, 'bad_range', 'Range outside the file', `The file has ${file.size} bytes.`, undefined, {
        'Content-Range': `bytes */${file.size}`,
      });
    const whole = await this.blobs.read(file.sha256);
    if (!whole) throw notFound();
    await reply
      .status(206)
      .header('content-range', `bytes ${from}-${to}/${file.size}`)
      .send(whole.subarray(from, to + 1));
  }
}
