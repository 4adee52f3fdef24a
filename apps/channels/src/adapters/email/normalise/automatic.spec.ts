import { expect, test } from '@jest/globals';
import type { AutomaticVerdict } from './normalised-mail.js';
import { parseMail } from './parse.js';

const judge = async (header: string): Promise<AutomaticVerdict> => (await parseMail(Buffer.from(`${header}\n\nText`))).automatic;
const PERSON = 'From: Ann <ann@x.test>\nSubject: Printer broken\n';

test.each([
  'Auto-Submitted: auto-generated',
  'Auto-Submitted: auto-replied (vacation)',
  'Precedence: bulk',
  'Precedence: list',
  'Precedence: junk',
  'Precedence: auto_reply',
  'X-Auto-Response-Suppress: All',
  'X-Auto-Response-Suppress: DR, OOF, AutoReply',
  'List-Id: <l.x.test>',
  'List-Unsubscribe: <mailto:u@x.test>',
  'Return-Path: <>',
  'X-Autoreply: yes',
  'X-Loop: support@x.test',
  'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
  'X-Failed-Recipients: a@b.test',
])('%s makes a mail automatic', async (header) => {
  expect((await judge(PERSON + header)).isAutomatic).toBe(true);
});

test.each([
  'mailer-daemon@x.test',
  'postmaster@x.test',
  'no-reply@x.test',
  'noreply+123@x.test',
  'donotreply@x.test',
  'list-bounces@x.test',
])('%s is a robot', async (address) => {
  expect((await judge(`From: ${address}\nSubject: x`)).reasons).toContain('sender:robot');
});

test.each([
  '',
  'Auto-Submitted: no',
  'Return-Path: <ann@x.test>',
  'Precedence: normal',
  'X-Auto-Response-Suppress: none',
  'In-Reply-To: <a@b.test>',
])('a person with %j is no robot', async (header) => {
  expect(await judge(PERSON + header)).toEqual({
    isAutomatic: false,
    isAutoReply: false,
    isBounce: false,
    isFeedbackReport: false,
    reasons: [],
  });
});

test.each([
  'Automatic reply: Hello',
  'Automatische Antwort: Hallo',
  'Abwesenheitsnotiz',
  'Réponse automatique : Bonjour',
  'Respuesta automática: Hola',
  'Risposta automatica: Ciao',
  'Out of office',
  'Autosvar: Hej',
  'Автоответ: привет',
  '自动回复: 你好',
  'Ann Lee is out of the office',
])('the subject %j tells of an absence', async (subject) => {
  const verdict = await judge(`From: ann@x.test\nSubject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=`);
  expect(verdict).toMatchObject({ isAutomatic: true, isAutoReply: true, isBounce: false });
});

test('a subject that only mentions the office is ordinary', async () => {
  for (const subject of ['Printer in the office is out of paper', 'Automatic door does not close', 'Vacation request form broken']) {
    expect([subject, (await judge(`From: ann@x.test\nSubject: ${subject}`)).isAutomatic]).toEqual([subject, false]);
  }
});

test('an abuse report is none of the others', async () => {
  expect(
    await judge('From: abuse@isp.test\nSubject: complaint\nContent-Type: multipart/report; report-type=feedback-report; boundary=b'),
  ).toMatchObject({ isFeedbackReport: true, isBounce: false, isAutoReply: false, isAutomatic: true });
});
