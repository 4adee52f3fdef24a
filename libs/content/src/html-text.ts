import type { HtmlMark } from './html-marks.js';

/** Text of an HTML mail, and the part of it that is neither quoted history nor signature. */
export interface HtmlText {
  text: string;
  /** Null when the HTML has no marked quote or signature. */
  unquoted: string | null;
  hasQuote: boolean;
}

const BLOCK = new Set(
  'address article aside blockquote caption center dd details dir div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);
/** Mail programs leave an empty line around these. */
const SPACED = new Set('p blockquote h1 h2 h3 h4 h5 h6 ul ol dl pre'.split(' '));
const VOID = new Set(['br', 'hr', 'img', 'col', 'wbr']);
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', apos: "'" };

function unescape(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(amp|lt|gt|quot|nbsp|apos|#39|#x27);/g,
    (all, name: string) => ENTITIES[name] ?? (name.startsWith('#') ? "'" : all),
  );
}

/** Collects text with the white space rules of HTML: runs collapse, blocks begin lines, `pre` is kept. */
class TextSink {
  private readonly out: string[] = [];
  private newlines = 2; // line ends already written; 2 = nothing needed at the start
  private pendingSpace = false;

  break(lines: number): void {
    while (this.newlines < lines) {
      this.out.push('\n');
      this.newlines++;
    }
    this.pendingSpace = false;
  }

  lineEnd(): void {
    this.out.push('\n');
    this.newlines++;
    this.pendingSpace = false;
  }

  write(text: string, isPre: boolean): void {
    if (isPre) {
      if (text === '') return;
      this.out.push(text);
      this.newlines = text.endsWith('\n') ? 1 : 0;
      return;
    }
    const collapsed = text.replace(/[ \t\r\n\f]+/g, ' ');
    if (collapsed === '' || collapsed === ' ') {
      this.pendingSpace ||= collapsed === ' ' && this.newlines === 0;
      return;
    }
    const leading = collapsed.startsWith(' ');
    if ((leading || this.pendingSpace) && this.newlines === 0) this.out.push(' ');
    const trailing = collapsed.endsWith(' ');
    this.out.push(collapsed.slice(leading ? 1 : 0, trailing ? -1 : undefined));
    this.newlines = 0;
    this.pendingSpace = trailing;
  }

  toString(): string {
    return this.out
      .join('')
      .replaceAll('\u00a0', ' ')
      .replace(/[ \t]+\n/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  }
}

const FORWARD = /^\s*-{2,}\s*(?:forwarded|weitergeleitet|message transf|mensaje reenviado|mensagem encaminhada|messaggio inoltrato)/i;

/**
 * Reads HTML that `sanitiseHtml` has written (well formed, attributes in double quotes, five entities): one linear
 * pass. Elements marked `data-mail` are left out of `unquoted`, except quotes that are a forward, whose content is
 * the message.
 */
export function htmlToText(html: string): HtmlText {
  const all = new TextSink();
  const own = new TextSink();
  let preDepth = 0;
  let depth = 0;
  let hiddenAt = Number.POSITIVE_INFINITY; // depth of the outermost hidden element
  let isRest = false;
  let hasMark = false;
  let hasQuote = false;
  const isHidden = (): boolean => isRest || depth >= hiddenAt;
  const both = (action: (sink: TextSink) => void): void => {
    action(all);
    if (!isHidden()) action(own);
  };

  for (let pos = 0; pos < html.length;) {
    const open = html.indexOf('<', pos);
    const textEnd = open < 0 ? html.length : open;
    if (textEnd > pos) {
      const text = unescape(html.slice(pos, textEnd));
      both((sink) => sink.write(text, preDepth > 0));
    }
    if (open < 0) break;
    const close = html.indexOf('>', open);
    if (close < 0) break;
    const isEnd = html.charCodeAt(open + 1) === 47;
    const inside = html.slice(open + (isEnd ? 2 : 1), close);
    const space = inside.indexOf(' ');
    const name = (space < 0 ? inside : inside.slice(0, space)).replace(/\/$/, '');
    pos = close + 1;
    if (name === 'br') both((sink) => sink.lineEnd());
    else if (BLOCK.has(name)) both((sink) => sink.break(SPACED.has(name) ? 2 : 1));
    else if ((name === 'td' || name === 'th') && !isEnd) both((sink) => sink.write(' ', false));
    if (name === 'li' && !isEnd) both((sink) => sink.write('- ', false));
    if (VOID.has(name)) continue;
    if (isEnd) {
      if (depth === hiddenAt) hiddenAt = Number.POSITIVE_INFINITY;
      depth--;
      if (name === 'pre') preDepth--;
      continue;
    }
    depth++;
    if (name === 'pre') preDepth++;
    const mark = /data-mail="(\w+)"/.exec(space < 0 ? '' : inside)?.[1] as HtmlMark | undefined;
    if (mark === undefined || isHidden()) continue;
    if (mark === 'quote' && isForward(html, pos)) continue;
    hasMark = true;
    hasQuote ||= mark !== 'signature';
    if (mark === 'rest') isRest = true;
    else hiddenAt = depth;
  }
  return { text: all.toString(), unquoted: hasMark ? own.toString() : null, hasQuote };
}

/** A quote that opens with a forward line is the message itself. */
function isForward(html: string, pos: number): boolean {
  return FORWARD.test(html.slice(pos, pos + 600).replace(/<[^>]*>/g, ''));
}

/** Text of HTML that is too big or too deep to be parsed: tags cut out in one pass, nothing else. */
export function stripTags(html: string): string {
  const out: string[] = [];
  let pos = 0;
  while (pos < html.length) {
    const open = html.indexOf('<', pos);
    if (open < 0) {
      out.push(html.slice(pos));
      break;
    }
    if (open > pos) out.push(html.slice(pos, open));
    const close = html.indexOf('>', open);
    if (close < 0) break;
    if (/^<(?:br|\/?p|\/?div|\/tr|\/li|\/h\d)/i.test(html.slice(open, open + 6))) out.push('\n');
    pos = close + 1;
  }
  return unescape(out.join(''))
    .replace(/[ \t]+/g, ' ')
    .replace(/ ?\n\s*/g, '\n')
    .trim();
}
