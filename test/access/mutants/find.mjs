// Finds the places in the sources where something is taken away.
import { relative } from 'node:path';

/**
 * @typedef {object} Mutant
 * @property {string} name
 * @property {{ file: string, from: number, to: number, text: string }[]} [edits] places in a source file and what stands there instead
 * @property {{ change: string, undo: string }} [sql]
 * @property {string[]} [units] specs beside the code, for what no answer shows
 * @property {boolean} [alone] true: row-level security is switched off, so that the code alone must hold
 */

/** What is looked for and gone, or not the only one of its kind. */
export const gone = [];

const lineOf = (source, at) => source.slice(0, at).split('\n').length;
const short = (file) =>
  relative('.', file)
    .replace(/^(apps|libs)\//, '')
    .replace('/src/', '/');

/** One mutant for each place where `pattern` is found in files that `within` matches; there must be one. */
export function everywhere(sources, within, pattern, kind, change, more = {}) {
  const found = [];
  for (const [file, source] of sources) {
    if (!within.test(file)) continue;
    for (const match of source.matchAll(pattern)) {
      const text = change(match);
      if (text === undefined || text === match[0]) continue;
      const at = match.index ?? 0;
      const name = `${kind}: ${short(file)}:${lineOf(source, at)} ${match[0].replaceAll(/\s+/g, ' ').slice(0, 70)}`;
      found.push({ name, edits: [{ file, from: at, to: at + match[0].length, text }], ...more });
    }
  }
  if (found.length === 0) gone.push(`${kind}, anywhere in ${within}: ${pattern}`);
  return found;
}

/** Mutants named by their text: [what it is, old, new] in one file; `old` must stand there exactly once. */
export function named(sources, file, kind, list, more = {}) {
  const source = sources.get(file);
  if (source === undefined) {
    gone.push(file);
    return [];
  }
  return list.map(([what, ...changes]) => {
    const edits = [];
    for (let i = 0; i < changes.length; i += 2) {
      const [old, text] = [changes[i], changes[i + 1]];
      const at = source.indexOf(old);
      const times = source.split(old).length - 1;
      if (times !== 1) gone.push(`${file}, ${times} times: ${old}`);
      edits.push({ file, from: at, to: at + old.length, text });
    }
    return { name: `${kind}: ${what}`, edits, ...more };
  });
}
