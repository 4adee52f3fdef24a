import { expect, test } from '@jest/globals';
import { fastest } from '@helpdesk/testing';
import type { NormalisedMail } from './normalised-mail.js';
import { parseMail } from './parse.js';

const parse = (text: string): Promise<NormalisedMail> => parseMail(Buffer.from(text));

const dsn = (rows: string, returned = 'Message-ID: <ours@y.test>\nSubject: x\n'): string =>
  'From: MAILER-DAEMON@mx.test\nTo: support@y.test\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n' +
  `--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n${rows}\n--b\nContent-Type: text/rfc822-headers\n\n${returned}--b--\n`;

test('a DSN: recipient, status, hard, and the mail it is about', async () => {
  const mail = await parse(
    dsn('Final-Recipient: rfc822; dead@x.test\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n'),
  );
  expect(mail.bounce).toMatchObject({
    recipient: 'dead@x.test',
    status: '5.1.1',
    hard: true,
    reason: 'userunknown',
    action: 'failed',
    originalMessageId: 'ours@y.test',
  });
  expect(mail.automatic).toMatchObject({ isBounce: true, isAutomatic: true, isAutoReply: false });
});

test('several rows, folded fields, and a missing empty line between them', async () => {
  const mail = await parse(
    dsn(
      'Final-Recipient: rfc822;\n <a@x.test>\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2\n mailbox full\nFinal-Recipient: rfc822; b@x.test\nAction: delivered\nStatus: 2.0.0\n',
    ),
  );
  expect(mail.bounce?.all).toEqual([{ recipient: 'a@x.test', status: '5.2.2', hard: false, reason: 'mailboxfull' }]);
});

test('a delay is told from a failure; success and read receipts are no bounces', async () => {
  expect((await parse(dsn('Final-Recipient: rfc822; a@x.test\nAction: delayed\nStatus: 4.4.1\n'))).bounce).toMatchObject({
    action: 'delayed',
    hard: false,
  });
  expect((await parse(dsn('Final-Recipient: rfc822; a@x.test\nAction: delivered\nStatus: 2.0.0\n'))).bounce).toBeNull();
  const receipt = await parse(
    'From: ann@x.test\nSubject: Read: x\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n--b--\n',
  );
  expect(receipt.automatic).toMatchObject({ isBounce: false, isAutomatic: true });
});

const FROM = 'From: MAILER-DAEMON@mx.test\nTo: support@y.test\n';
const COPY = '\n\nMessage-ID: <ours@y.test>\nTo: other@x.test\nSubject: x\n';

test.each([
  [
    'qmail',
    `${FROM}Subject: failure notice\n\nHi. This is the qmail-send program at mx.test.\nI'm afraid I wasn't able to deliver your message.\n\n<dead@x.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.${COPY}`,
  ],
  [
    'exim',
    `${FROM}Subject: Mail delivery failed: returning message to sender\n\nThe following address(es) failed:\n\n  dead@x.test\n    SMTP error from remote mail server after RCPT TO: 550 No such user here\n\n------ This is a copy of the message, including all the headers. ------${COPY}`,
  ],
  [
    'Exchange',
    `From: System Administrator <postmaster@mx.test>\nTo: support@y.test\nSubject: Undeliverable: x\n\nYour message did not reach the following recipient(s):\n\ndead@x.test on Mon, 3 Mar 2025\n    The recipient name is not recognized\n\n----- Original message -----${COPY}`,
  ],
  [
    'Postfix as text',
    `${FROM}Subject: Undelivered Mail Returned to Sender\n\nYour message could not be delivered.\n\n<dead@x.test>: host mx.x.test[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n\nReturn-Path: <support@y.test>${COPY}`,
  ],
  [
    'sendmail',
    `${FROM}Subject: Returned mail: User unknown\n\n   ----- Transcript of session follows -----\n... while talking to mx.x.test:\n>>> RCPT To:<dead@x.test>\n<<< 550 <dead@x.test>... User unknown\n550 <dead@x.test>... User unknown\n\n   ----- Unsent message follows -----${COPY}`,
  ],
  ['a header', `${FROM}Subject: Warning\nX-Failed-Recipients: dead@x.test\n\nUnrouteable address: user unknown\n${COPY}`],
])('prose of %s', async (_, text) => {
  expect((await parse(text)).bounce).toMatchObject({
    recipient: 'dead@x.test',
    status: '5.1.1',
    hard: true,
    reason: 'userunknown',
    originalMessageId: 'ours@y.test',
  });
});

test('people who write about undelivered mail are no bounces', async () => {
  for (const text of [
    'From: Ann <ann@x.test>\nSubject: Undeliverable: Your invoice\n\nI got this back: your message could not be delivered to bob@x.test',
    'From: Ann <ann@x.test>\nSubject: Delivery failed again\n\nThe parcel could not be delivered.',
    'From: postmaster@x.test\nSubject: Question about our account\n\nPlease call me.',
  ]) {
    expect((await parse(text)).bounce).toBeNull();
  }
});

test.each([
  ['rows', dsn('Final-Recipient: rfc822; a@x.test\nAction: failed\n\n'.repeat(30_000))],
  ['one long address', `${FROM}Subject: failure notice\n\ncould not be delivered ${'a@b'.repeat(100_000)}`],
  ['addresses', `${FROM}Subject: failure notice\n\ncould not be delivered\n${'<a@b.test>:\n'.repeat(20_000)}`],
])('a hostile report of %s stays cheap', async (_, report) => {
  // A busy machine needs 0.5 s for the slowest.
  expect(await fastest(() => parse(report))).toBeLessThan(2000);
});

test.each([
  [
    'Domino',
    'From: Postmaster@mx.test\nTo: support@y.test\nSubject: DELIVERY FAILURE: User dead not listed in Domino Directory\n\nYour message\n\n  Subject: x\n\nwas not delivered to:\n\n  dead@x.test\n\nbecause:\n\n  User dead not listed in Domino Directory\n',
  ],
  [
    'OpenSMTPD',
    `${FROM}Subject: Delivery status notification: error\n\nHi!\n\nAn error has occurred while attempting to deliver a message for\nthe following list of recipients:\n\ndead@x.test: 550 5.1.1 User unknown\n\nBelow is a copy of the original message:\n`,
  ],
  [
    'KDDI',
    `${FROM}Subject: Mail System Error - Returned Mail\n\nYour mail sent on: Mon, 3 Mar 2025\n    Could not be delivered to: <dead@x.test>\n    As the user is unknown: no such user.\n`,
  ],
  [
    'Yahoo',
    `${FROM}Subject: Failure Notice\n\nSorry, we were unable to deliver your message to the following address.\n\n<dead@x.test>:\nRemote host said:\n550 5.1.1 unknown user\n\n--- Below this line is a copy of the message.${COPY}`,
  ],
  [
    'IMail',
    'From: "Postmaster" <postmaster@mx.test>\nTo: <support@y.test>\nSubject: Undeliverable Mail\n\nUnknown user: dead@x.test\n\nOriginal message follows.\n',
  ],
])('prose of %s names the dead address', async (_, text) => {
  expect((await parse(text)).bounce).toMatchObject({ recipient: 'dead@x.test', status: '5.1.1', hard: true });
});
