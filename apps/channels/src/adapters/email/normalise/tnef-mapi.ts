/** One property of a MAPI property list; `value` is a view of the list. */
export interface MapiProperty {
  id: number;
  isUnicode: boolean;
  value: Buffer;
}

const MULTI_VALUE = 0x1000;
/** Sizes of the fixed types ([MS-OXCDATA] section 2.11.1), padded to four bytes as TNEF stores them. */
const FIXED: Record<number, number> = {
  0x01: 0,
  0x02: 4,
  0x03: 4,
  0x04: 4,
  0x05: 8,
  0x06: 8,
  0x07: 8,
  0x0a: 4,
  0x0b: 4,
  0x14: 8,
  0x40: 8,
  0x48: 16,
};
const UNICODE = 0x1f;
const VARIABLE = new Set([0x0d, 0x1e, UNICODE, 0x102]);
const MAX_PROPERTIES = 10_000;

function padded(length: number): number {
  return (length + 3) & ~3;
}

/**
 * Reads an encapsulated property list ([MS-OXTNEF] section 2.1.3.4). Only the first value of a property is given;
 * stops at the first thing it does not understand, so a broken list costs its rest and nothing else.
 */
export function readMapiProperties(list: Buffer): MapiProperty[] {
  const found: MapiProperty[] = [];
  if (list.length < 4) return found;
  const count = Math.min(list.readUInt32LE(0), MAX_PROPERTIES);
  let pos = 4;
  const take = (): number | null => {
    if (pos + 4 > list.length) return null;
    const value = list.readUInt32LE(pos);
    pos += 4;
    return value;
  };
  for (let i = 0; i < count && pos + 4 <= list.length; i++) {
    const rawType = list.readUInt16LE(pos);
    const id = list.readUInt16LE(pos + 2);
    pos += 4;
    if (id >= 0x8000 && !skipName()) return found;
    const type = rawType & ~MULTI_VALUE;
    const isMulti = (rawType & MULTI_VALUE) !== 0;
    const size = FIXED[type];
    if (size === undefined && !VARIABLE.has(type)) return found;
    const values = isMulti || size === undefined ? take() : 1;
    if (values === null || values > MAX_PROPERTIES) return found;
    for (let v = 0; v < values; v++) {
      const length = size ?? take();
      if (length === null || length > list.length - pos) return found;
      if (v === 0 && id < 0x8000) found.push({ id, isUnicode: type === UNICODE, value: list.subarray(pos, pos + length) });
      pos += padded(length);
    }
  }
  return found;

  /** A named property carries its name set and name in front of the value. */
  function skipName(): boolean {
    pos += 16;
    const kind = take();
    const idOrLength = take();
    if (kind === null || idOrLength === null) return false;
    if (kind !== 0) pos += padded(idOrLength);
    return pos <= list.length;
  }
}
