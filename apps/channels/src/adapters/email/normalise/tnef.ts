import { cleanText, decodeBytes } from './charset.js';
import { readMapiProperties } from './tnef-mapi.js';
import { ownCopy } from './transfer.js';

/** A file out of a winmail.dat. `content` owns its memory. */
export interface TnefFile {
  filename: string;
  contentType: string;
  contentId: string | null;
  content: Buffer;
}

export interface TnefContent {
  files: TnefFile[];
  /** The message text, when it travels only inside the container. */
  text: string | null;
  html: string | null;
}

const SIGNATURE = 0x223e9f78;
const MAX_FILES = 1000;
const MAX_NESTING = 5;

/** Attributes of [MS-OXTNEF] section 2.1.3.3, as tag with type. */
const ATTR = {
  attachRenderData: 0x00069002,
  attachTitle: 0x00018010,
  attachData: 0x0006800f,
  attachMapi: 0x00069005,
  messageMapi: 0x00069003,
  body: 0x0002800c,
  codepage: 0x00069007,
};
/** Property ids of [MS-OXPROPS]. */
const PROP = {
  longFilename: 0x3707,
  filename: 0x3704,
  displayName: 0x3001,
  mimeTag: 0x370e,
  contentId: 0x3712,
  dataObject: 0x3701,
  body: 0x1000,
  bodyHtml: 0x1013,
};

interface OpenFile {
  title: string;
  longName: string;
  mimeTag: string;
  contentId: string;
  content: Buffer | null;
}

function baseName(name: string): string {
  return cleanText(name.slice(name.lastIndexOf('\\') + 1)).trim();
}

/**
 * Unpacks a winmail.dat (TNEF, [MS-OXTNEF]) in one pass over its attributes. Checksums are not enforced: Exchange
 * itself writes wrong ones. A broken container gives what was read so far; never throws. Messages attached inside
 * are opened up to 5 levels deep.
 */
export function unpackTnef(bytes: Buffer, depth = 0): TnefContent {
  const result: TnefContent = { files: [], text: null, html: null };
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE || depth > MAX_NESTING) return result;
  let charset = 'windows-1252';
  let file: OpenFile | null = null;

  const close = (): void => {
    if (file !== null && file.content !== null && result.files.length < MAX_FILES) {
      const filename = baseName(file.longName) || baseName(file.title) || `winmail-${result.files.length + 1}.bin`;
      const type = file.mimeTag.toLowerCase();
      result.files.push({
        filename,
        contentType: /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'application/octet-stream',
        contentId: file.contentId === '' ? null : cleanText(file.contentId).replace(/^<|>$/g, ''),
        content: ownCopy(file.content),
      });
    }
    file = null;
  };

  for (let pos = 6; pos + 9 <= bytes.length;) {
    const tag = bytes.readUInt32LE(pos + 1);
    const length = bytes.readUInt32LE(pos + 5);
    const start = pos + 9;
    const value = bytes.subarray(start, Math.min(start + length, bytes.length));
    pos = start + length + 2; // two bytes of checksum
    switch (tag) {
      case ATTR.codepage:
        if (value.length >= 4) charset = codepage(value.readUInt32LE(0));
        break;
      case ATTR.body:
        result.text ??= cut(decodeBytes(value, charset));
        break;
      case ATTR.attachRenderData:
        close();
        file = { title: '', longName: '', mimeTag: '', contentId: '', content: null };
        break;
      case ATTR.attachTitle:
        if (file !== null) (file as OpenFile).title = cut(decodeBytes(value, charset));
        break;
      case ATTR.attachData:
        if (file !== null) (file as OpenFile).content = value;
        break;
      case ATTR.attachMapi:
        if (file !== null) readFileProperties(value, file, charset, depth, result);
        break;
      case ATTR.messageMapi:
        readMessageProperties(value, charset, result);
        break;
      default:
    }
  }
  close();
  return result;
}

function readFileProperties(value: Buffer, file: OpenFile, charset: string, depth: number, result: TnefContent): void {
  for (const property of readMapiProperties(value)) {
    const text = (): string => cut(property.isUnicode ? property.value.toString('utf16le') : decodeBytes(property.value, charset));
    if (property.id === PROP.longFilename) file.longName = text();
    else if (property.id === PROP.filename || property.id === PROP.displayName) file.longName ||= text();
    else if (property.id === PROP.mimeTag) file.mimeTag = text();
    else if (property.id === PROP.contentId) file.contentId = text();
    else if (property.id === PROP.dataObject && property.value.length > 16) {
      const inner = property.value.subarray(16); // behind the interface id
      if (inner.length > 4 && inner.readUInt32LE(0) === SIGNATURE)
        result.files.push(...unpackTnef(inner, depth + 1).files.slice(0, MAX_FILES));
      else file.content ??= inner;
    }
  }
}

function readMessageProperties(value: Buffer, charset: string, result: TnefContent): void {
  for (const property of readMapiProperties(value)) {
    if (property.id === PROP.body)
      result.text ??= cut(property.isUnicode ? property.value.toString('utf16le') : decodeBytes(property.value, charset));
    else if (property.id === PROP.bodyHtml)
      result.html ??= cut(property.isUnicode ? property.value.toString('utf16le') : decodeBytes(property.value, charset));
  }
}

function codepage(number: number): string {
  if (number === 65001) return 'utf-8';
  if (number === 932) return 'shift_jis';
  if (number === 936) return 'gbk';
  if (number === 949) return 'euc-kr';
  if (number === 950) return 'big5';
  return `windows-${number}`;
}

/** Strings end at their first NUL. */
function cut(text: string): string {
  const end = text.indexOf('\u0000');
  return end < 0 ? text : text.slice(0, end);
}
