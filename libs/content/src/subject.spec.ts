import { expect, test } from '@jest/globals';
import { fastest } from '@helpdesk/testing';
import { hasForwardPrefix, normaliseSubject } from './subject.js';

test('strips prefixes of many languages and tags', () => {
  const prefixes =
    'Re RE AW Aw WG SV VS TR RV Antw Odp YNT Fwd FW Vá ENC RES RIF Továbbítás Пересл Отв Ответ 回复 回覆 转发 轉寄 返信 転送 답장 전달 Απ Πρθ Vast Doorst I PD ATB Réf'.split(
      ' ',
    );
  for (const prefix of prefixes) expect([prefix, normaliseSubject(`${prefix}: Printer Broken`)]).toEqual([prefix, 'printer broken']);
  expect(normaliseSubject('[EXT] Re[2]: AW: [#1234-k9] Fwd: Printer')).toBe('printer');
  expect(normaliseSubject('回复：Printer')).toBe('printer');
  expect(normaliseSubject('Printer: does not print')).toBe('printer: does not print');
});

test('knows forwards from replies', () => {
  for (const subject of ['Fwd: a', 'WG: a', 'TR: a', 'RV: a', '转发: a', 'Re: Fwd: a', '[Fwd: a]', 'PD: a', 'Doorst: a'])
    expect(hasForwardPrefix(subject)).toBe(true);
  for (const subject of ['Re: a', 'AW: a', 'SV: a', 'a fwd: b', 'Forward planning']) expect(hasForwardPrefix(subject)).toBe(false);
});

test('is fast on a hostile subject', async () => {
  const hostile = ['Re: '.repeat(500_000), '['.repeat(1_000_000)];
  expect(await fastest(() => hostile.map(normaliseSubject))).toBeLessThan(100);
});
