import { notFound, type BlobStore } from '@helpdesk/platform';
import type { FastifyReply } from 'fastify';

/** Original bytes always leave as a download. */
export async function sendOriginal(
  reply: FastifyReply,
  blobs: BlobStore,
  sha256: string,
  contentType: string,
  name: string,
): Promise<void> {
  const stream = await blobs.open(sha256);
  if (!stream) throw notFound();
  const extension = contentType === 'message/rfc822' ? 'eml' : 'json';
  await reply
    .header('content-type', contentType)
    .header('content-disposition', `attachment; filename="${name}.${extension}"`)
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(stream);
}
