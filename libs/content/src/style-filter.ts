/** Properties that change how text looks but cannot load, hide the UI, or leave the box of the mail (no position, no z-index). */
const ALLOWED = new Set(
  (
    'color background-color background font font-family font-size font-style font-variant font-weight line-height letter-spacing ' +
    'text-align text-decoration text-indent text-transform vertical-align white-space word-spacing word-break word-wrap overflow-wrap ' +
    'direction unicode-bidi width height max-width min-width max-height min-height margin margin-top margin-right margin-bottom ' +
    'margin-left padding padding-top padding-right padding-bottom padding-left border border-top border-right border-bottom border-left ' +
    'border-color border-style border-width border-collapse border-spacing border-radius border-top-width border-right-width ' +
    'border-bottom-width border-left-width border-top-style border-right-style border-bottom-style border-left-style border-top-color ' +
    'border-right-color border-bottom-color border-left-color list-style-type table-layout caption-side empty-cells display float clear'
  ).split(' '),
);

/** Numbers, units, names, colours, quoted font names. No backslash (CSS escapes), no "@", no "<", no "/*". */
const SAFE_VALUE = /^[\w\s#%.,()'"!+-]{1,300}$/;
/** Functions other than colours load things (url, image-set, src, attr, var, expression of old IE). */
const FUNCTION = /([\w-]*)\s*\(/g;
const SAFE_FUNCTION = new Set(['rgb', 'rgba', 'hsl', 'hsla', '']);

const cache = new Map<string, string>();
const MAX_CACHE = 500;

function isSafeValue(value: string): boolean {
  if (!SAFE_VALUE.test(value)) return false;
  if (!value.includes('(')) return true;
  for (const found of value.matchAll(FUNCTION)) if (!SAFE_FUNCTION.has((found[1] ?? '').toLowerCase())) return false;
  return true;
}

/**
 * Keeps the harmless declarations of a `style` attribute (allow-list of properties and of value characters). Linear:
 * values are cut at 300 characters, the attribute at 8 kB. Mail repeats the same few styles, so results are cached.
 */
export function filterStyle(style: string): string {
  const known = cache.get(style);
  if (known !== undefined) return known;
  const kept: string[] = [];
  for (const declaration of style.slice(0, 8192).split(';')) {
    const colon = declaration.indexOf(':');
    if (colon < 0) continue;
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration.slice(colon + 1).trim();
    if (ALLOWED.has(property) && isSafeValue(value)) kept.push(`${property}:${value}`);
  }
  const result = kept.join(';');
  if (style.length < 300) {
    if (cache.size >= MAX_CACHE) cache.clear();
    cache.set(style, result);
  }
  return result;
}
