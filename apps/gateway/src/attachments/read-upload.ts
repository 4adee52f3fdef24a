import type { MultipartFile } from '@fastify/multipart';
import { invalidField, Problem, sha256 } from '@helpdesk/platform';
import type { DeskRequest } from '../auth/principal.js';
import { displayName } from './file-headers.js';

export interface Upload {
  filename: string;
  contentType: string;
  bytes: Buffer;
  hash: string;
}

/** What @fastify/multipart adds to requests. */
type MultipartRequest = DeskRequest & { file(): Promise<MultipartFile | undefined>; isMultipart(): boolean };

export const isMultipart = (request: DeskRequest): request is MultipartRequest => (request as MultipartRequest).isMultipart();

/** The one file of a form. Read once: the idempotency check needs it before the handler does. */
export async function readUpload(request: DeskRequest): Promise<Upload> {
  if (!isMultipart(request))
    throw new Problem(415, 'unsupported_type', 'Unsupported content type', 'Send multipart/form-data with a field `file`.');
  return (request.upload ??= await readFile(request));
}

async function readFile(request: MultipartRequest): Promise<Upload> {
  const read = async () => {
    const file = await request.file();
    return file?.fieldname === 'file' ? { file, bytes: await file.toBuffer() } : undefined;
  };
  const found = await read().catch((error: unknown) => {
    if ((error as { code?: string }).code === 'FST_REQ_FILE_TOO_LARGE')
      throw new Problem(413, 'too_large', 'Too large', 'A file has at most 25 MiB.');
    throw new Problem(400, 'bad_multipart', 'Bad request', 'The multipart body is broken or was cut off.');
  });
  if (!found) throw invalidField('/file', 'required', 'must be a file');
  const { file, bytes } = found;
  const contentType = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(file.mimetype) ? file.mimetype.toLowerCase() : 'application/octet-stream';
  return { filename: displayName(file.filename), contentType, bytes, hash: sha256(bytes) };
}
