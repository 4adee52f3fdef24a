import {
  ATTRIBUTION_START,
  FORWARDED_MESSAGE,
  headerKind,
  type HeaderKind,
  MOBILE_SIGNATURE,
  ORIGINAL_MESSAGE,
  WROTE,
} from './reply-language.js';

const MAX_LINE = 600;
/** An attribution is wrapped over at most this many lines. */
const MAX_SPAN = 6;
const EMAIL = /[^\s<>@"]@[^\s<>@"]{1,190}\.[a-z]{2,}/i;
const HAS_DATE = /\d{1,2}[:.h]\d{2}|\d{4}|\d{1,2}[./-]\d{1,2}/;

/** True for a `>`-quoted line (also `|`, which old Gmail and Lotus wrote). */
export function isQuoted(line: string): boolean {
  return /^\s{0,3}(?:>|\|(?:\s|$))/.test(line);
}

export function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === '';
}

/** The words of a separator line (`-----Original Message-----`, `*-- Forwarded by Ann --*`), or empty. */
function separatorWords(line: string): string {
  if (line.length > 160) return '';
  const words = line.replace(/^[\s>*_=#+~-]+|[\s*_=#+~:：-]+$/g, '').toLowerCase();
  const isDecorated = /^[\s>*_]*[-=_#~]{2,}/.test(line);
  return isDecorated || /[:：]\s*\**\s*$/.test(line) || line.trim().length < 40 ? words : '';
}

/** "-----Original Message-----" and its translations. */
export function isOriginalMarker(line: string): boolean {
  const words = separatorWords(line);
  return words !== '' && /[-=_*#]{2,}/.test(line) && ORIGINAL_MESSAGE.has(words);
}

/** "---------- Forwarded message ---------", "Begin forwarded message:", "----- Forwarded by Ann on … -----" and translations. */
export function isForwardMarker(line: string): boolean {
  const words = separatorWords(line);
  if (words === '') return false;
  return (
    FORWARDED_MESSAGE.has(words) ||
    (/^\s*-{3,}/.test(line) && /^(?:forwarded by|weitergeleitet von|transféré par|doorgestuurd door) /.test(words))
  );
}

/**
 * Number of lines of the header block of a quoted mail that begins here (`From: … Sent: … To: … Subject: …` in any
 * language), or 0. A form with "From, To, Date" of a journey is none: an address or a subject must be there.
 */
export function headerBlockLength(lines: string[], at: number): number {
  const first = lines[at] ?? '';
  if (first.length > MAX_LINE || headerKind(first) === null) return 0;
  const kinds = new Set<HeaderKind>();
  let hasEmail = false;
  let end = at;
  let foreign = 0;
  for (let i = at; i < lines.length && i < at + 14; i++) {
    const line = lines[i] as string;
    const kind = headerKind(line);
    if (kind !== null) {
      kinds.add(kind);
      hasEmail ||= EMAIL.test(line.slice(0, MAX_LINE));
      end = i + 1;
      foreign = 0;
    } else if (isBlank(line) ? kinds.size >= 3 : ++foreign > 2) break; // recipients wrap over lines
  }
  if (!kinds.has('from') || kinds.size < 3 || !(kinds.has('sent') || kinds.has('subject'))) return 0;
  return hasEmail || kinds.has('subject') ? end - at : 0;
}

const CLOSED = /[:：]\s*\**-*\s*$/;
const ENDS_WITH_VERB = /(?:wrote|schrieb|écrit|skrev|schreef|написал)\s*-*$/i;

/**
 * Finds "On … wrote:" lines, which mail programs wrap over up to six lines. Every line is judged once, as the possible
 * end of one, and remembered.
 */
export class Attributions {
  private readonly starts: Int32Array;

  constructor(private readonly lines: string[]) {
    this.starts = new Int32Array(lines.length).fill(-2);
  }

  /** Where the attribution that ends at line `end` begins, or -1 when that line ends none. */
  startOf(end: number): number {
    const known = this.starts[end];
    if (known === undefined) return -1;
    if (known !== -2) return known;
    const start = findStart(this.lines, end);
    this.starts[end] = start;
    return start;
  }

  /** The last line of an attribution that begins exactly at line `start`, or -1. */
  endOf(start: number): number {
    for (let end = start; end < start + MAX_SPAN; end++) if (this.startOf(end) === start) return end;
    return -1;
  }

  /** True when line `i` is part of an attribution. */
  covers(i: number): boolean {
    for (let end = i; end < i + MAX_SPAN; end++) {
      const start = this.startOf(end);
      if (start >= 0 && start <= i) return true;
    }
    return false;
  }
}

function findStart(lines: string[], end: number): number {
  const line = (lines[end] ?? '').trim();
  if (line === '' || line.length > MAX_LINE) return -1;
  const hasColon = CLOSED.test(line);
  if (!hasColon && !ENDS_WITH_VERB.test(line)) return standaloneDate(lines, end);
  const hasVerb = WROTE.test(line.replace(/[\s>|*]+/g, ' '));
  for (let start = end; start >= 0 && start > end - MAX_SPAN; start--) {
    const head = lines[start] ?? '';
    if (!ATTRIBUTION_START.test(head.slice(0, 100))) continue;
    const joined = lines
      .slice(start, end + 1)
      .join(' ')
      .trim();
    if (joined.length > MAX_LINE || !HAS_DATE.test(joined)) continue;
    // Without a verb ("Thu, 26 Jun 2014 14:00 от Ann <a@b.test>:") only a date and an address together are enough.
    const isDatedAddress = EMAIL.test(joined) && /\d{1,2}[:.]\d{2}|\d{4}/.test(joined) && /[>\])"']\s*[:：]\s*$/.test(joined);
    if (hasVerb || isDatedAddress) return start;
  }
  // "Ann Lee <a@b.test> wrote:" without a date.
  if (hasVerb && hasColon && EMAIL.test(line)) return /<\s*$/.test(lines[end - 1] ?? '') ? end - 1 : end;
  return -1;
}

/** Old Gmail: `2016-03-03 17:21 GMT+01:00 Ann Lee <a@b.test>:` alone between empty lines. */
function standaloneDate(lines: string[], at: number): number {
  const line = (lines[at] ?? '').trim();
  if (line.length > 200 || !/^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s/.test(line)) return -1;
  const isAlone = isBlank(lines[at - 1]) && (isBlank(lines[at + 1]) || isQuoted(lines[at + 1] ?? ''));
  return isAlone && (/GMT[+-]\d/.test(line) || EMAIL.test(line)) ? at : -1;
}

/** "Sent from my iPhone" in many languages; a sentence that only begins like one is none. */
export function isMobileSignature(line: string): boolean {
  const text = line.trim();
  if (text.length < 6 || text.length > 160 || !MOBILE_SIGNATURE.test(text)) return false;
  return !/^sent from my [\w ]+, (?!please|excuse|sorry|pardon|apolog|forgive)/i.test(text);
}

/** RFC 3676 section 4.3 "-- ", with the space often lost on the way; some programs write "__". */
export function isSignatureDelimiter(line: string): boolean {
  return /^(?:--|—|__)\s*$/.test(line);
}

/** Lines of dashes, underscores, stars or equals signs. */
export function isRule(line: string): boolean {
  return /^[\s>]*[-_=*~#—–]{3,}\s*$/.test(line);
}

/** "Please reply above this line" of ticket systems. */
export function isReplyAboveMarker(line: string): boolean {
  if (line.length > 200) return false;
  return (
    /(?:reply|respond|type your (?:reply|response)|write|antworten?|répondre|responda|responder|escriba) (?:\w+ ){0,3}(?:above|oberhalb|over|au-dessus|acima|encima|por encima)/i.test(
      line,
    ) && /^[\s>]*[#=*_-]{2,}/.test(line)
  );
}
