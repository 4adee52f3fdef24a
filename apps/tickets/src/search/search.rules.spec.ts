import { describe, expect, test } from '@jest/globals';
import { corrected, distance, highlightOf, mayBeMisspelt, wantedOf } from './search.rules.js';

/** As tickets.search_plain() would, for plain letters. */
const wanted = (q: string) =>
  wantedOf(
    q,
    q
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, ' ')
      .trim(),
  );
const shown = (text: string, q: string) => {
  const found = highlightOf(text, wanted(q));
  return found && { text: found.text, words: found.ranges.map(({ from, to }) => found.text.slice(from, to)) };
};

describe('what is wanted', () => {
  test.each<[string, string | undefined, number | undefined]>([
    ['printer', "('printer':*)", undefined],
    ['Printer out of paper', "('printer') & ('out') & ('of') & ('paper':*)", undefined],
    ['paper paper pa', "('paper') & ('pa')", undefined],
    ['#4711', undefined, 4711],
    ['4711', "('4711':*)", 4711],
    ['#sale', "('sale':*)", undefined],
    ['12345678901', "('12345678901':*)", undefined],
    ['!?', undefined, undefined],
  ])('%s', (q, query, number) => {
    expect(wanted(q)).toMatchObject({ query, number });
  });

  test('no more than eight words, and of each 60 characters', () => {
    expect(wanted('a b c d e f g h i j').words).toHaveLength(8);
    expect(wanted('x'.repeat(100)).words[0]?.text).toHaveLength(60);
  });
});

describe('misspelt words', () => {
  test.each([
    ['printer', 'printer', 0],
    ['pirnter', 'printer', 1],
    ['printr', 'printer', 1],
    ['printter', 'printer', 1],
    ['prunter', 'printer', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
  ])('%s and %s are %i apart', (a, b, far) => {
    expect([distance(a, b), distance(b, a)]).toEqual([far, far]);
  });

  test('are numbers, codes and short words never', () => {
    expect(wanted('abc abcd a1b2c3').words.map(mayBeMisspelt)).toEqual([false, true, false]);
  });

  test('stand for the nearest three, one letter off while they are short', () => {
    const similar = new Map([
      ['papr', ['paper', 'pair', 'page', 'papers']],
      ['printr', ['prints', 'painter', 'printer', 'print', 'sprinter']],
    ]);
    expect(corrected(wanted('papr printr'), similar)?.words.map(({ corrections }) => corrections)).toEqual([
      ['paper', 'pair'],
      ['prints', 'printer', 'print'],
    ]);
    expect(corrected(wanted('papr'), similar)?.query).toBe("('papr':* | 'paper' | 'pair')");
    expect(corrected(wanted('papr'), new Map())).toBeUndefined();
  });
});

describe('what is shown', () => {
  test('the words as they stand in the text', () => {
    expect(shown('Die Straße, PRÜFEN!', 'strasse prufen')).toEqual({ text: 'Die Straße, PRÜFEN!', words: ['Straße', 'PRÜFEN'] });
    expect(shown('invoice_2026.pdf', 'invo')?.words).toEqual(['invoice']);
    expect(shown('nothing of it', 'invoice')).toBeNull();
  });

  test('a part of a long text, beginning and ending between words', () => {
    const long = `${'before '.repeat(50)}invoice ${'after '.repeat(50)}`;
    expect(shown(long, 'invoice')).toMatchObject({ text: expect.stringMatching(/^before .*after$/), words: ['invoice'] });
    expect(shown(long, 'invoice')?.text.length).toBeLessThanOrEqual(160);
  });

  test('never half a character', () => {
    for (let blanks = 0; blanks < 4; blanks += 1) {
      const text = shown(`${' '.repeat(blanks)}${'🎉'.repeat(60)} invoice ${'🎉'.repeat(200)}`, 'invoice')?.text ?? '';
      expect(text).toContain('invoice');
      expect(text.isWellFormed()).toBe(true);
    }
  });
});
