import sanitizeHtml from 'sanitize-html';
import { markOf } from './html-marks.js';
import { filterStyle } from './style-filter.js';

/** E9: larger HTML is shown as text only. */
export const MAX_HTML_LENGTH = 2 * 1024 * 1024;
/** Deeper markup is no mail; parsers go quadratic on it. */
export const MAX_HTML_DEPTH = 200;

const TAGS = (
  'a abbr acronym address b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn dir div dl dt em ' +
  'figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span ' +
  'strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr article aside'
).split(' ');

/** Their text is code or metadata, never part of the message. (Text of form fields, templates and `noscript` is kept, as text.) */
const DROPPED_WITH_TEXT = ['script', 'style', 'option', 'title'];

/** No attribute, whatever its meaning, holds a URL that runs: later code might use it as one. */
const RUNNING_URL = /^(?:javascript|vbscript|livescript|mocha|data(?!:image\/(?:png|jpe?g|gif|webp)[;,])):/i;

const IMAGE_DATA = /^data:image\/(?:png|jpe?g|gif|webp)[;,]/i;
const LINK_SCHEMES = new Set(['http', 'https', 'mailto', 'tel', 'cid']);

/** Removes what browsers ignore inside a URL (WHATWG URL: tab, line ends, leading controls), so `java\nscript:` is seen as it is. */
function compactUrl(url: string): string {
  // eslint-disable-next-line no-control-regex
  return url
    .replace(/[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u2028\u2029\ufeff]+/g, (run, at: number) =>
      at === 0 || /[^ ]/.test(run) ? '' : run,
    )
    .trim();
}

function schemeOf(url: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';
}

/** A link target that is safe to click, or null. Relative links make no sense in a mail and would point at ourselves. */
function safeLink(url: string): string | null {
  const compact = compactUrl(url);
  if (compact.startsWith('#')) return compact;
  if (/^www\.[a-z0-9-]+\./i.test(compact)) return `http://${compact}`;
  return LINK_SCHEMES.has(schemeOf(compact)) ? compact : null;
}

type Attributes = Record<string, string>;

function imageAttributes(attributes: Attributes, kept: Attributes): void {
  const url = compactUrl(attributes.src ?? '');
  const scheme = schemeOf(url);
  if (scheme === 'cid' || IMAGE_DATA.test(url)) kept.src = url;
  // Remote pictures tell the sender who read the mail, when and where (B8): the address is kept, nothing loads.
  else if (scheme === 'http' || scheme === 'https') kept['data-remote-src'] = url;
  else if (url.startsWith('//')) kept['data-remote-src'] = `https:${url}`;
  for (const name of ['alt', 'width', 'height'])
    if (attributes[name] !== undefined && !RUNNING_URL.test(compactUrl(attributes[name]))) kept[name] = attributes[name];
}

const PLAIN_ATTRIBUTES = ['align', 'valign', 'width', 'height', 'bgcolor', 'color', 'face', 'size', 'border', 'cellpadding', 'cellspacing'];
const MORE_ATTRIBUTES = ['colspan', 'rowspan', 'dir', 'lang', 'title', 'start', 'type', 'span', 'nowrap', 'noshade', 'datetime'];
const KEPT = new Set([...PLAIN_ATTRIBUTES, ...MORE_ATTRIBUTES]);

/** Builds the attributes of one element from nothing, so what is not named here cannot get through. */
function transform(tag: string, attributes: Attributes): { tagName: string; attribs: Attributes } {
  const kept: Attributes = {};
  const mark = markOf(tag, attributes);
  if (mark !== null) kept['data-mail'] = mark;
  for (const name in attributes) {
    const value = attributes[name] as string;
    if (name === 'style') {
      const style = filterStyle(value);
      if (style !== '') kept.style = style;
    } else if (KEPT.has(name) && !RUNNING_URL.test(compactUrl(value))) kept[name] = value;
  }
  if (tag === 'a') {
    const href = attributes.href === undefined ? null : safeLink(attributes.href);
    if (href !== null) {
      kept.href = href;
      kept.rel = 'noopener noreferrer';
      kept.target = '_blank';
    }
  } else if (tag === 'img') imageAttributes(attributes, kept);
  return { tagName: tag, attribs: kept };
}

const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: TAGS,
  nonTextTags: DROPPED_WITH_TEXT,
  allowedAttributes: {
    '*': [...KEPT, 'style', 'data-mail'],
    a: ['href', 'rel', 'target'],
    img: ['src', 'alt', 'data-remote-src'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel', 'cid'],
  allowedSchemesByTag: { img: ['cid', 'data'] },
  allowProtocolRelative: false,
  parseStyleAttributes: false, // filterStyle has done it, 20 times faster than sanitize-html's postcss
  nestingLimit: MAX_HTML_DEPTH + 50,
  transformTags: { '*': transform },
};

const VOID = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'param', 'source', 'track', 'wbr']);
/** Closed by the parser when the next one opens: thousands of unclosed cells are sloppy, not deep. */
const IMPLIED_END = new Set('p li dt dd option optgroup tr td th thead tbody tfoot'.split(' '));

/** True when elements nest deeper than `limit`. One linear pass, no parsing. */
export function isTooDeep(html: string, limit: number): boolean {
  let depth = 0;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    let pos = at + 1;
    const isClosing = html.charCodeAt(pos) === 47;
    if (isClosing) pos++;
    const start = pos;
    let code = html.charCodeAt(pos);
    while ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 58) || code === 45)
      code = html.charCodeAt(++pos);
    if (pos === start || pos - start > 30) continue;
    const name = html.slice(start, pos).toLowerCase();
    if (VOID.has(name) || IMPLIED_END.has(name)) continue;
    if (isClosing) depth = Math.max(0, depth - 1);
    else if (++depth > limit) return true;
  }
  return false;
}

/** Why HTML was not taken, or null when it can be sanitised. */
export function htmlProblem(html: string): 'html_too_big' | 'html_too_deep' | null {
  if (html.length > MAX_HTML_LENGTH) return 'html_too_big';
  return isTooDeep(html, MAX_HTML_DEPTH) ? 'html_too_deep' : null;
}

/**
 * HTML of a mail as HTML that is safe to show: no scripts, frames, forms, styles or handlers, no URL that runs or
 * loads anything by itself. Call `htmlProblem` first: time is linear only below its limits. Pictures keep `cid:` and
 * embedded data; remote ones move to `data-remote-src`. Quotes and signatures are marked `data-mail`.
 */
export function sanitiseHtml(html: string): string {
  return sanitizeHtml(html, OPTIONS).trim();
}
