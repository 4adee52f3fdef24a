import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { BlobStore, Database, notFound, readFileLink, type Runtime } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';
import { Access } from '../auth/access.decorator.js';
import { RUNTIME } from '../tokens.js';
import { contentDisposition } from './file-headers.js';

/** Files of outgoing messages, for the adapters of custom channels: the signed link is the right to one file, for a week. */
@ApiExcludeController()
@Controller('public/files')
export class PublicFilesController {
  private readonly blobs: BlobStore;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    database: Database,
  ) {
    this.blobs = new BlobStore(database);
  }

  @Get(':token')
  @Access('public')
  async file(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const file = readFileLink(this.runtime.keys, token);
    const stream = file && (await this.blobs.open(file.sha256));
    if (!file || !stream) throw notFound();
    const type = 'application/octet-stream';
    await reply
      .header('content-type', type)
      .header('content-disposition', contentDisposition(file.filename, type))
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('cache-control', 'private, no-store')
      .send(stream);
  }
}
