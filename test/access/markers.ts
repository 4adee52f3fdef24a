/** What a marker stands in: name, message text, file name, file bytes, comment, draft. */
type MarkerKind = 'n' | 't' | 'f' | 'b' | 'c' | 'd';

const MARKER = /zz[ntfbcd][0-9a-f]{12}/g;

/** A word that stands in one place of one ticket (a draft's: of one author) and nowhere else. */
export const marker = (kind: MarkerKind, hex: string) => `zz${kind}${hex}`;

export const markersIn = (text: string): Set<string> => new Set(text.match(MARKER) ?? []);

export const kindOf = (found: string) => found[2] as MarkerKind;
export const hexOf = (found: string) => found.slice(3);
