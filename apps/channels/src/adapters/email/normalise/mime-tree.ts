import type { Transform } from 'node:stream';
import mailsplit from '@zone-eu/mailsplit';
import type { MimeNode, SplitterChunk } from '@zone-eu/mailsplit';

/** E9: more parts or deeper nesting than any mail program writes. */
export const MAX_PARTS = 1000;
export const MAX_DEPTH = 50;
const MAX_HEAD_BYTES = 32 * 1024 * 1024;

/** One node of the MIME tree: a multipart with children, or a leaf with its raw (still transfer-encoded) body. */
export interface MimePart {
  node: MimeNode;
  /** Lower case, `text/plain` when the header is missing. */
  contentType: string;
  parent: MimePart | null;
  children: MimePart[];
  body: Buffer;
}

/** The tree, and what could not be taken into it. */
export interface MimeTree {
  root: MimePart | null;
  warnings: string[];
}

/**
 * Splits a mail into its parts with mailparser's own splitter (mailsplit), which has seen every broken boundary there
 * is, but without mailparser's text pipeline: that one needs 15 MB more for link tables and decides by itself which
 * parts to show. A nested message/rfc822 stays one leaf. Past the limits the parts found so far are returned with a warning.
 */
export function splitMime(raw: Buffer): Promise<MimeTree> {
  return new Promise((resolve) => {
    const splitter = new mailsplit.Splitter({
      ignoreEmbedded: true,
      maxHeadSize: MAX_HEAD_BYTES,
      maxChildNodes: MAX_PARTS + 1,
    }) as unknown as Transform; // its types name only the "data" event
    const parts = new Map<MimeNode, MimePart>();
    const chunks = new Map<MimePart, Buffer[]>();
    const depths = new Map<MimePart, number>();
    const warnings: string[] = [];
    let root: MimePart | null = null;
    let current: MimePart | null = null;
    let isDone = false;

    const finish = (): void => {
      if (isDone) return;
      isDone = true;
      for (const [part, pieces] of chunks) part.body = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      resolve({ root, warnings });
    };
    const addNode = (node: MimeNode): boolean => {
      const parent: MimePart | null = node.parentNode ? (parts.get(node.parentNode) ?? root) : null;
      const depth = parent === null ? 0 : (depths.get(parent) ?? 0) + 1;
      if (depth > MAX_DEPTH || parts.size >= MAX_PARTS) {
        warnings.push(depth > MAX_DEPTH ? 'too_deep' : 'too_many_parts');
        return false;
      }
      current = { node, contentType: node.contentType || 'text/plain', parent, children: [], body: Buffer.alloc(0) };
      parts.set(node, current);
      depths.set(current, depth);
      if (parent === null) root ??= current;
      else parent.children.push(current);
      return true;
    };

    splitter.on('data', (chunk: SplitterChunk) => {
      if (isDone) return;
      if (chunk.type === 'node') {
        if (!addNode(chunk as MimeNode)) {
          finish();
          splitter.destroy();
        }
        return;
      }
      // Data of a multipart is its preamble and delimiters: only of use when the multipart turns out to have no parts.
      const owner = chunk.node ? (parts.get(chunk.node as MimeNode) ?? current) : current;
      const value = (chunk as { value?: Buffer }).value;
      if (owner === null || value === undefined || (chunk.type === 'data' && owner.children.length > 0)) return;
      if (chunk.type === 'data' && !owner.node.multipart) return;
      const pieces = chunks.get(owner);
      if (pieces === undefined) chunks.set(owner, [value]);
      else pieces.push(value);
    });
    splitter.once('end', finish);
    splitter.once('error', (error: Error & { code?: string }) => {
      warnings.push(error.code === 'EMAXLEN' ? 'too_many_parts' : 'mime_broken');
      finish();
    });
    splitter.end(raw);
  });
}
