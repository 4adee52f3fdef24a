import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Database } from '../database/database.js';
import type { Tx } from '../database/transaction.js';

const CHUNK_BYTES = 1024 * 1024;

/** Lower-case hex SHA-256, the name of a blob. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Content-addressed bytes in PostgreSQL's schema `blob`, written in the transaction that needs them: no orphan, no missing file. */
export class BlobStore {
  constructor(private readonly database: Database) {}

  /**
   * Stores each of the byte arrays once; `hash` is their SHA-256 in hex, computed by the caller. Sent without waiting: a failure fails the
   * transaction. In the order of hashes, so that two transactions with the same files wait for each other instead of locking up.
   */
  put(tx: Tx, blobs: { hash: string; bytes: Uint8Array }[]): void {
    for (const { hash, bytes } of blobs.toSorted((a, b) => (a.hash < b.hash ? -1 : 1))) {
      const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const key = Buffer.from(hash, 'hex');
      for (let n = 0; n === 0 || n * CHUNK_BYTES < whole.length; n += 1) {
        // One statement a chunk: a bytea parameter goes over the wire as it is, an array of them would be written out as hex.
        const chunk = whole.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES);
        void tx.query('INSERT INTO blob.chunk (sha256, n, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [key, n, chunk]);
      }
    }
  }

  /** The bytes as a stream of chunks; null when there is no such blob. */
  async open(hash: string): Promise<Readable | null> {
    const first = await this.chunk(hash, 0);
    if (!first) return null;
    return Readable.from(this.chunks(hash, first));
  }

  /** The whole content; null when there is no such blob. For what is small or needed whole. */
  async read(hash: string): Promise<Buffer | null> {
    const stream = await this.open(hash);
    if (!stream) return null;
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    return Buffer.concat(parts);
  }

  /** Which of these blobs exist. */
  async existing(hashes: string[]): Promise<Set<string>> {
    const rows = await this.database.query<{ hash: string }>(
      null,
      `SELECT encode(sha256, 'hex') AS hash FROM blob.chunk WHERE n = 0 AND sha256 = ANY (SELECT decode(h, 'hex') FROM unnest($1::text[]) h)`,
      [hashes],
    );
    return new Set(rows.map((row) => row.hash));
  }

  private async *chunks(hash: string, first: Buffer): AsyncGenerator<Buffer> {
    let chunk: Buffer | undefined = first;
    for (let n = 1; chunk; n += 1) {
      yield chunk;
      chunk = chunk.length === CHUNK_BYTES ? await this.chunk(hash, n) : undefined;
    }
  }

  private async chunk(hash: string, n: number): Promise<Buffer | undefined> {
    const row = await this.database.queryOne<{ bytes: Buffer }>(null, 'SELECT bytes FROM blob.chunk WHERE sha256 = $1 AND n = $2', [
      Buffer.from(hash, 'hex'),
      n,
    ]);
    return row?.bytes;
  }
}
