import { expect, test } from '@jest/globals';
import { fastest } from '@helpdesk/testing';
import { visibleReply } from './visible-reply.js';

const OWN = 'Thank you, that works now.\nOne more question below.';

/** Attribution lines in the forms of many programs and languages. */
const ATTRIBUTIONS = [
  'On Mon, 3 Mar 2025 at 10:15, Ann Lee <ann@x.test> wrote:',
  'On 3 Mar 2025, at 10:15, Ann Lee <\nann@x.test> wrote:',
  'Am 03.03.2025 um 10:15 schrieb Ann Lee <ann@x.test>:',
  'Am Mo., 3. März 2025 um 10:15 Uhr schrieb Ann Lee\n<ann@x.test>:',
  'Le lun. 3 mars 2025 à 10:15, Ann Lee <ann@x.test> a écrit :',
  'El lun, 3 mar 2025 a las 10:15, Ann Lee (<ann@x.test>) escribió:',
  'Il giorno lun 3 mar 2025 alle ore 10:15 Ann Lee <ann@x.test> ha scritto:',
  'Em seg., 3 de mar. de 2025 às 10:15, Ann Lee <ann@x.test> escreveu:',
  'Op ma 3 mrt 2025 om 10:15 schreef Ann Lee <ann@x.test>:',
  'Den mån 3 mars 2025 kl 10:15 skrev Ann Lee <ann@x.test>:',
  'Den man. 3. mar. 2025 kl. 10.15 skrev Ann Lee <ann@x.test>:',
  'ma 3. maalisk. 2025 klo 10.15 Ann Lee (ann@x.test) kirjoitti:',
  'pon., 3 mar 2025 o 10:15 Ann Lee <ann@x.test> napisał(a):',
  'po 3. 3. 2025 v 10:15 odesílatel Ann Lee <ann@x.test> napsal:',
  'Ann Lee <ann@x.test> ezt írta (időpont: 2025. márc. 3., H, 10:15):',
  'пн, 3 мар. 2025 г. в 10:15, Ann Lee <ann@x.test>:',
  '3 березня 2025 р. 10:15 Ann Lee <ann@x.test> пише:',
  'Ann Lee <ann@x.test>, 3 Mar 2025 Pzt, 10:15 tarihinde şunu yazdı:',
  'Στις Δευ 3 Μαρ 2025 στις 10:15, Ann Lee <ann@x.test> έγραψε:',
  'În lun., 3 mar. 2025 la 10:15, Ann Lee <ann@x.test> a scris:',
  'Ann Lee <ann@x.test> 于2025年3月3日周一 10:15写道：',
  '2025年3月3日(月) 10:15 Ann Lee <ann@x.test>:',
  '2025년 3월 3일 (월) 오전 10:15, Ann Lee <ann@x.test>님이 작성:',
  'Vào Th 2, 3 thg 3, 2025 vào lúc 10:15 Ann Lee <ann@x.test> đã viết:',
  'Pada tanggal Sen, 3 Mar 2025 pukul 10.15 Ann Lee <ann@x.test> menulis:',
  'בתאריך יום ב׳, 3 במרץ 2025 ב-10:15 מאת Ann Lee <‪ann@x.test‬‏>:',
];

test.each(ATTRIBUTIONS)('folds history below %j', (line) => {
  expect(visibleReply(`${OWN}\n\n${line}\n> Old text\n> more\n`)).toEqual({ text: OWN, hasQuote: true, hasForward: false });
});

test.each([
  '-----Original Message-----\nFrom: Ann',
  '-----Ursprüngliche Nachricht-----\nVon: Ann',
  '________________________________\nFrom: Ann Lee <ann@x.test>\nSent: Monday\nTo: Bob\nSubject: Re: a\n\nOld',
  'Von: Ann Lee <ann@x.test>\nGesendet: Montag\nAn: Bob\nBetreff: a\n\nOld',
  '*De :* Ann Lee <ann@x.test>\n*Envoyé :* lundi\n*À :* Bob\n*Objet :* a\n\nOld',
  '发件人: Ann <ann@x.test>\n发送时间: 2025年\n收件人: Bob\n主题: a\n\nOld',
  '> Old\n> text',
])('folds history that begins with %j', (history) => {
  expect(visibleReply(`${OWN}\n\n${history}`)).toMatchObject({ text: OWN, hasQuote: true });
});

test('folds signatures, in many languages', () => {
  expect(visibleReply(`${OWN}\n-- \nAnn Lee\n+49 40 1234`).text).toBe(OWN);
  for (const line of [
    'Sent from my iPhone',
    'Von meinem iPhone gesendet',
    'Envoyé de mon iPhone',
    'Enviado desde mi iPhone',
    'Inviato da iPhone',
    'Verstuurd vanaf mijn iPhone',
    'Skickat från min iPhone',
    'Wysłane z iPhone',
    '发自我的iPhone',
    'iPhoneから送信',
    '나의 iPhone에서 보냄',
    'Отправлено с iPhone',
  ]) {
    expect([line, visibleReply(`${OWN}\n\n${line}`).text]).toEqual([line, OWN]);
  }
  expect(visibleReply('Sent from my desk, it is easier than my phone.\nReally.').text).toBe(
    'Sent from my desk, it is easier than my phone.\nReally.',
  );
});

test('keeps answers written between the quotes, with the quotes', () => {
  const mail = 'See below.\n\nOn Mon, 3 Mar 2025, Ann <a@x.test> wrote:\n> First?\n\nYes.\n\n> Second?\n\nNo.';
  const { text, hasQuote } = visibleReply(mail);
  expect(text).toContain('Yes.');
  expect(text).toContain('> Second?');
  expect(text).toContain('No.');
  expect(text).not.toContain('wrote:');
  expect(hasQuote).toBe(true);
});

test('a forward without own words is the message; with own words it is folded', () => {
  const forward = '---------- Forwarded message ---------\nFrom: Ann <a@x.test>\nDate: Mon\nSubject: Broken\n\nIt broke.';
  expect(visibleReply(forward)).toEqual({ text: forward, hasQuote: false, hasForward: true });
  expect(visibleReply(`Please help.\n\n${forward}`)).toMatchObject({ text: 'Please help.', hasForward: true });
  expect(visibleReply('Anfang der weitergeleiteten Nachricht:\n\nVon: A').hasForward).toBe(true);
});

test('ordinary text is left alone', () => {
  for (const text of [
    'From: Berlin\nTo: Paris\nDate: 5 May\nPlease book.',
    'On Monday I wrote:\nnothing',
    'Prices:\n- 5 > 3\n- 2 < 4',
    'We met on 3 March 2025.\nShe wrote a book.',
  ]) {
    expect(visibleReply(text)).toEqual({ text, hasQuote: false, hasForward: false });
  }
});

test('hostile text is trimmed in linear time', async () => {
  const shapes = [
    '>'.repeat(1e6),
    '>\n'.repeat(1e6),
    'On Mon, 1 Jan 2024 x wrote:\n'.repeat(1e5),
    `x\n${'On Mon, 1 Jan 2024 x wrote:\n> q\n'.repeat(1e5)}answer`,
    `x\n${'From: a@b.test\nSent: 1\n'.repeat(1e5)}`,
    `x\n${'Sent from my iPhone\n'.repeat(1e5)}y`,
    `x\n${'> a\nb\n\n'.repeat(1e5)}`,
    `Sent from ${'a '.repeat(5e5)}`,
    `${'a:'.repeat(80)}\n`.repeat(2000),
    '-'.repeat(1e6),
    '\n'.repeat(1e6),
  ];
  for (const shape of shapes) {
    const ms = await fastest(() => visibleReply(shape));
    // A busy machine needs 0.2 s for the slowest; what is quadratic in a million needs minutes.
    expect([shape.slice(0, 20), ms < 2000]).toEqual([shape.slice(0, 20), true]);
  }
});
