import { CLOSING } from './reply-language.js';
import {
  Attributions,
  headerBlockLength,
  isBlank,
  isForwardMarker,
  isMobileSignature,
  isOriginalMarker,
  isQuoted,
  isReplyAboveMarker,
  isRule,
  isSignatureDelimiter,
} from './reply-markers.js';

/** What somebody has written anew, and what was found around it. */
export interface VisibleReply {
  text: string;
  hasQuote: boolean;
  hasForward: boolean;
}

/** E11: trimming looks at the first 256 kB only; longer replies are quotes or attacks. */
const MAX_LENGTH = 256 * 1024;
const MAX_LOOKAHEAD = 3000;

/** True when line `i` may be a line of its own inside a quote that a mail program has wrapped without a new `>`. */
function isWrappedQuote(lines: string[], i: number): boolean {
  return isQuoted(lines[i - 1] ?? '') && !isBlank((lines[i - 1] ?? '').replace(/[>|\s]/g, '')) && isQuoted(lines[i + 1] ?? '');
}

/** True when answers stand between or below the quoted lines: then cutting at the quote would hide them. */
function hasAnswersBelow(lines: string[], from: number, attributions: Attributions): boolean {
  let quoted = 0;
  for (let i = from; i < lines.length && i < from + MAX_LOOKAHEAD; i++) {
    const line = lines[i] as string;
    if (isQuoted(line)) quoted++;
    else if (isBlank(line)) continue;
    else if (isSignatureDelimiter(line) || isOriginalMarker(line) || isForwardMarker(line) || (quoted > 0 && isRule(line))) return false;
    else if (isMobileSignature(line) || isWrappedQuote(lines, i) || headerBlockLength(lines, i) > 0) continue;
    else if (attributions.covers(i)) continue;
    else if (quoted > 0) return true;
    else return false; // unquoted history directly below the attribution
  }
  return false;
}

/** A short block of name, phone and links below a rule: a signature without the standard delimiter. */
function isSignatureBlock(lines: string[], from: number): boolean {
  let first = from;
  while (first < lines.length && isBlank(lines[first])) first++;
  if (headerBlockLength(lines, first) > 0) return false;
  const rest = lines.slice(from, from + 60).filter((line) => !isBlank(line));
  if (rest.length === 0 || rest.length > 20 || from + 60 < lines.length) return false;
  return rest.every((line) => line.length <= 70) && rest.some((line) => /https?:|www\.|@|\+?\d[\d ()./-]{6,}/.test(line));
}

/** The first line from `from` on that is neither blank nor a mobile signature. */
function skipMobile(lines: string[], from: number): number {
  let k = from;
  while (k < lines.length && (isBlank(lines[k]) || isMobileSignature(lines[k] as string))) k++;
  return k;
}

/** True when line `k` begins history or a signature, or is the end of the mail. */
function isHistory(lines: string[], k: number, attributions: Attributions): boolean {
  const line = lines[k];
  if (line === undefined) return true;
  return (
    isQuoted(line) ||
    isRule(line) ||
    isOriginalMarker(line) ||
    isSignatureDelimiter(line) ||
    headerBlockLength(lines, k) > 0 ||
    attributions.endOf(k) >= 0
  );
}

/** A row of underscores with text right below, as list servers put it under a mail; above a header block it is Outlook's. */
function isListFooter(lines: string[], i: number): boolean {
  return /^_{20,}\s*$/.test(lines[i] as string) && !isBlank(lines[i + 1]) && headerBlockLength(lines, i + 1) === 0;
}

interface Walk {
  /** First line that is folded away. */
  cut: number;
  dropped: Set<number>;
  hasQuote: boolean;
  hasForward: boolean;
}

/** One pass from the top to the first line that begins history or signature. */
function walk(lines: string[]): Walk {
  const attributions = new Attributions(lines);
  const result: Walk = { cut: lines.length, dropped: new Set(), hasQuote: false, hasForward: false };
  let hasOwn = false;
  let ownAfterMobile = 0;
  const cutAt = (i: number): Walk => ({ ...result, cut: i });
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    if (isBlank(line)) continue;
    if (isQuoted(line)) {
      result.hasQuote = true;
      if (isForwardMarker(line)) result.hasForward = true;
      if (hasOwn && !hasAnswersBelow(lines, i, attributions)) return cutAt(i);
      continue;
    }
    if (isReplyAboveMarker(line)) {
      result.hasQuote = true;
      if (hasOwn) return cutAt(i);
      continue;
    }
    if (isForwardMarker(line)) {
      result.hasForward = true;
      if (hasOwn) return cutAt(i);
      return result; // a bare forward: its content is the message
    }
    if (isOriginalMarker(line) || headerBlockLength(lines, i) > 0) {
      if (hasOwn) {
        result.hasQuote = true;
        return cutAt(i);
      }
      result.hasForward = true;
      return result;
    }
    const end = attributions.endOf(i);
    if (end >= 0) {
      result.hasQuote = true;
      if (hasOwn && !hasAnswersBelow(lines, end + 1, attributions)) return cutAt(i);
      for (let k = i; k <= end; k++) result.dropped.add(k);
      i = end;
      continue;
    }
    if (hasOwn && (isSignatureDelimiter(line) || isListFooter(lines, i))) return cutAt(i);
    if (hasOwn && isRule(line) && isSignatureBlock(lines, i + 1)) return cutAt(i);
    if (hasOwn && i >= ownAfterMobile && isMobileSignature(line)) {
      const next = skipMobile(lines, i + 1);
      if (isHistory(lines, next, attributions)) {
        result.hasQuote =
          next < lines.length && (lines.slice(next).some((rest) => isQuoted(rest)) || hasHistoryBelow(lines, next, attributions));
        return cutAt(i);
      }
      ownAfterMobile = next; // the answer is the same for every mobile line up to there
    }
    if (!isRule(line)) hasOwn = true;
  }
  return result;
}

function hasHistoryBelow(lines: string[], from: number, attributions: Attributions): boolean {
  for (let k = from; k < lines.length && k < from + 20; k++) {
    if (isOriginalMarker(lines[k] as string) || headerBlockLength(lines, k) > 0 || attributions.endOf(k) >= 0) return true;
  }
  return false;
}

/** A closing ("Regards," + a few short lines) at the very end of a mail that quotes nothing. */
function closingStart(lines: string[]): number {
  let seen = 0;
  for (let i = lines.length - 1; i > 0 && seen <= 5; i--) {
    const line = lines[i] as string;
    if (isBlank(line)) continue;
    if (CLOSING.test(line) && line.length < 60) return seen > 0 && lines.slice(0, i).filter((l) => !isBlank(l)).length > 1 ? i : -1;
    if (line.length > 60 || /[?]\s*$/.test(line)) return -1;
    seen++;
  }
  return -1;
}

/** Where a last paragraph begins that is nothing but a visiting card: short lines, one of them an address, link or number. */
function cardStart(lines: string[]): number {
  let start = lines.length;
  while (start > 0 && !isBlank(lines[start - 1])) start--;
  const card = lines.slice(start);
  if (start < 2 || card.length < 3 || card.length > 10) return -1;
  if (card.some((line) => line.length > 60 || /[?!:,;]$|[a-z]{3}\.$|^[\s]*[-*•]/.test(line))) return -1;
  return card.some((line) =>
    /^(?:\S+@\S+\.\w+|(?:https?:\/\/|www\.)\S+|(?:\w{1,9}[.:]? ?)?\+?\d[\d ()./-]{6,})$/.test(line.replace(/^#\w+#/, '').trim()),
  )
    ? start
    : -1;
}

/**
 * The new part of a mail: quoted history, attribution lines, forwarded mail below own words, and signatures are
 * folded away. Answers written between quotes stay, with the quotes they answer; a mail that is nothing but a quote
 * or a forward stays whole. Linear; nothing is lost, the caller keeps the full text (W-36).
 */
export function visibleReply(full: string): VisibleReply {
  const lines = full
    .slice(0, MAX_LENGTH)
    .split('\n')
    .map((line) => line.trimEnd());
  const { cut, dropped, hasQuote, hasForward } = walk(lines);
  let kept = lines.slice(0, cut).filter((_, i) => !dropped.has(i));
  const trimEnd = (): void => {
    while (kept.length > 0 && (isBlank(kept[kept.length - 1]) || (cut < lines.length && isRule(kept[kept.length - 1] as string))))
      kept.pop();
  };
  trimEnd();
  while (kept.length > 1 && isMobileSignature(kept[kept.length - 1] as string)) {
    kept.pop();
    trimEnd();
  }
  if (!hasQuote && !hasForward) {
    const closing = closingStart(kept);
    const end = closing > 0 ? closing : cut === lines.length ? cardStart(kept) : -1;
    if (end > 0) kept = kept.slice(0, end);
  }
  return {
    text: kept
      .join('\n')
      .replace(/^\s*\n/, '')
      .trimEnd(),
    hasQuote,
    hasForward,
  };
}
