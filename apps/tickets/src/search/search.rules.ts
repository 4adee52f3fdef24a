import type { Highlight } from '@helpdesk/contracts';

/** Words of a question; what follows them is left out. */
const MAX_WORDS = 8;
/** From this length on the last word is taken for the beginning of one: shorter beginnings are those of too many. */
const MIN_PREFIX = 3;
/** Shorter words have too many neighbours to be taken for misspelt. */
const MIN_MISSPELT = 4;
const MAX_CORRECTIONS = 3;

export interface Wanted {
  /** As PostgreSQL reads a tsquery; undefined: there is no word in the question. */
  query: string | undefined;
  words: Word[];
  /** The ticket of this number is wanted as well, or alone where `query` is undefined. */
  number: number | undefined;
}
interface Word {
  text: string;
  /** The last one, which may not be typed to its end. */
  isBeginning: boolean;
  /** What may have been meant. */
  corrections: string[];
}

/** `plain`: the question as tickets.search_plain() gives it. */
export function wantedOf(q: string, plain: string): Wanted {
  const number = /^#?(\d{1,9})$/.exec(q.trim())?.[1];
  const isNumberAlone = number !== undefined && q.trim().startsWith('#');
  const all = plain === '' || isNumberAlone ? [] : [...new Set(plain.split(' '))].slice(0, MAX_WORDS);
  const words = all.map((word, i): Word => {
    const text = [...word].slice(0, 60).join('');
    return { text, isBeginning: i === all.length - 1 && text.length >= MIN_PREFIX, corrections: [] };
  });
  return { query: queryOf(words), words, number: number === undefined ? undefined : Number(number) };
}

/** The same question with other words beside those that nobody knows; undefined when there are none. */
export function corrected(wanted: Wanted, similar: Map<string, string[]>): Wanted | undefined {
  const words = wanted.words.map((word) => {
    const most = word.text.length < 6 ? 1 : 2;
    const near = (similar.get(word.text) ?? [])
      .map((other) => ({ other, far: distance(word.text, other) }))
      .filter(({ far }) => far > 0 && far <= most)
      .toSorted((a, b) => a.far - b.far);
    return { ...word, corrections: near.slice(0, MAX_CORRECTIONS).map(({ other }) => other) };
  });
  return words.some(({ corrections }) => corrections.length > 0) ? { ...wanted, words, query: queryOf(words) } : undefined;
}

/** Numbers and codes are looked for as they are. */
export const mayBeMisspelt = ({ text }: Word): boolean => text.length >= MIN_MISSPELT && !/\d/.test(text);

/** No word holds a quote or a backslash: those stand between words. */
function queryOf(words: Word[]): string | undefined {
  if (words.length === 0) return undefined;
  const one = ({ text, isBeginning, corrections }: Word) =>
    `(${[`'${text}'${isBeginning ? ':*' : ''}`, ...corrections.map((other) => `'${other}'`)].join(' | ')})`;
  return words.map(one).join(' & ');
}

/** Letters added, left out, replaced or swapped with the next one, to make one word of the other. */
export function distance(a: string, b: string): number {
  let [older, old, row]: number[][] = [[], [], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    [older, old, row] = [old ?? [], row ?? [], [i]];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const steps = [at(old, j) + 1, at(row, j - 1) + 1, at(old, j - 1) + (isSame ? 0 : 1)];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) steps.push(at(older, j - 2) + 1);
      row[j] = Math.min(...steps);
    }
  }
  return at(row ?? [], b.length);
}
const at = (row: number[], i: number) => row[i] ?? Infinity;

/** What stands between words, as in tickets.search_plain(). */
const WORD =
  /[^\u0000-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2000-\u206f\u2e00-\u2e7f\u3000-\u303f\ufffd]+/g;
const plainWord = (word: string) =>
  word
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]+/g, '')
    .replaceAll('ß', 'ss')
    .toLowerCase();

/** Characters of the text that is shown, and of it before the first hit. */
const SHOWN = 160;
const BEFORE = 40;

/** The part of a text where most of what was wanted stands first, with its places; null when nothing of it is there. */
export function highlightOf(text: string, { words }: Wanted): Highlight | null {
  const isWanted = (found: string) =>
    words.some(
      ({ text: word, isBeginning, corrections }) =>
        found === word || (isBeginning && found.startsWith(word)) || corrections.includes(found),
    );
  const hits = [...text.matchAll(WORD)]
    .map(({ 0: word, index }) => ({ from: index, to: index + word.length, word: plainWord(word) }))
    .filter(({ word }) => isWanted(word));
  const [first] = hits;
  if (!first) return null;
  const start = wholeFrom(text, Math.max(0, first.from - BEFORE));
  const end = wholeTo(text, Math.max(first.to, start + SHOWN));
  const within = hits.filter(({ to }) => to <= end);
  return { text: text.slice(start, end), ranges: within.map(({ from, to }) => ({ from: from - start, to: to - start })) };
}

/** The beginning of the word that stands there, where one begins near. */
function wholeFrom(text: string, from: number): number {
  const blank = from === 0 ? -1 : text.slice(from, from + 20).search(/\s/);
  return blank < 0 ? outsideOfPair(text, from) : from + blank + 1;
}
function wholeTo(text: string, to: number): number {
  if (to >= text.length) return text.length;
  const back = /\s\S{0,20}$/.exec(text.slice(0, to))?.index;
  return outsideOfPair(text, back === undefined ? to : back);
}
const outsideOfPair = (text: string, place: number) => (/^[\uDC00-\uDFFF]/.test(text.slice(place)) ? place - 1 : place);
