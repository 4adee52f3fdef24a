import { DOMAINS, FIRST_NAMES, GREETINGS, LAST_NAMES, SENTENCES, THINGS, TROUBLES } from './mail-words.js';
import { base64Lines, encodedWords, escapeHtml, mailDate, quotedPrintable } from './mime-text.js';
import { Random } from './random.js';

interface MailOptions {
  count: number;
  seed: number;
  to: string;
  /** Size of an attachment in KiB. */
  attachKb?: number;
}

export interface GeneratedMail {
  index: number;
  kind: 'new' | 'reply' | 'attach';
  messageId: string;
  /** Index of the mail it answers. */
  parent: number | null;
  /** Index of the mail that opened its thread. */
  root: number;
  from: string;
  subject: string;
  /** Stands in the subject of a new mail and in the text of every mail; no other mail has it outside of quotes. */
  marker: string;
  raw: Buffer;
}

interface Person {
  name: string;
  address: string;
}

interface Written extends GeneratedMail {
  author: Person;
  /** Who may answer: the author and whoever was in copy in the thread so far. */
  circle: Person[];
  text: string;
  references: string[];
  sentAt: Date;
}

const PEOPLE = 400;
const PATTERN: GeneratedMail['kind'][] = ['new', 'new', 'new', 'new', 'new', 'new', 'new', 'reply', 'reply', 'attach'];

/**
 * Help desk mail as it comes in: of ten mails seven are new with text and HTML, two answer an earlier one of the set, one is new with an
 * attachment. A reply stands after what it answers, and is written by somebody who takes part in the thread. The same options give the
 * same bytes.
 */
export function generateMails({ count, seed, to, attachKb = 100 }: MailOptions): GeneratedMail[] {
  const random = new Random(seed);
  const people = Array.from({ length: PEOPLE }, (_, i) => inventPerson(random, i));
  const written: Written[] = [];
  let order: GeneratedMail['kind'][] = [];
  for (let index = 0; index < count; index += 1) {
    if (index % PATTERN.length === 0) order = random.shuffled(PATTERN);
    const wanted = order[index % PATTERN.length] ?? 'new';
    written.push(write(random, people, written, { index, kind: index === 0 ? 'new' : wanted, seed, to, attachKb }));
  }
  return written.map(({ index, kind, messageId, parent, root, from, subject, marker, raw }) => ({
    index,
    kind,
    messageId,
    parent,
    root,
    from,
    subject,
    marker,
    raw,
  }));
}

function inventPerson(random: Random, i: number): Person {
  const [first, last] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  const plain = (name: string) =>
    name
      .normalize('NFD')
      .replaceAll(/[^A-Za-z]/g, '')
      .toLowerCase() || 'x';
  return { name: `${first} ${last}`, address: `${plain(first)}.${plain(last)}.${i}@${random.pick(DOMAINS)}` };
}

interface Task {
  index: number;
  kind: GeneratedMail['kind'];
  seed: number;
  to: string;
  attachKb: number;
}

function write(random: Random, people: Person[], before: Written[], { index, kind, seed, to, attachKb }: Task): Written {
  const recent = before.slice(-250);
  const parent = kind === 'reply' ? random.pick(recent) : undefined;
  const author = parent ? (random.chance(0.85) ? parent.author : random.pick(parent.circle)) : random.pick(people);
  const copied = random.chance(0.2) ? random.pick(people) : undefined;
  const marker = `mk${seed.toString(36)}x${index}x`;
  const subject = parent ? `Re: ${parent.subject.replace(/^Re: /, '')}` : `${random.pick(THINGS)} ${marker} ${random.pick(TROUBLES)}`;
  const sentAt = new Date(Date.UTC(2026, 3, 7, 6) + index * 53_000 + random.int(20_000));
  const domain = author.address.split('@')[1] ?? '';
  const messageId = `${random.hex(12)}.${seed}.${index}@${domain}`;
  const references = parent ? [...parent.references, parent.messageId] : [];

  const paragraphs = Array.from({ length: random.between(2, 5) }, () =>
    Array.from({ length: random.between(2, 6) }, () => random.pick(SENTENCES)).join(' '),
  );
  const greeting = random.pick(GREETINGS);
  const signature = [
    author.name,
    `${random.pick(['Office', 'Accounts', 'Workshop', 'Logistics'])}, ${domain}`,
    `Phone +49 30 ${random.between(1_000_000, 9_999_999)}`,
  ];
  const attribution = parent ? `On ${mailDate(parent.sentAt)}, ${parent.author.name} <${parent.author.address}> wrote:` : '';
  const quoted = parent ? parent.text.split('\r\n').slice(0, 15) : [];
  const text = [
    greeting,
    '',
    `Reference ${marker}`,
    '',
    ...paragraphs.flatMap((paragraph) => [paragraph.replaceAll(/(.{55,72}) /g, '$1\r\n'), '']),
    '-- ',
    ...signature,
    ...(parent ? ['', attribution, ...quoted.map((line) => `> ${line}`)] : []),
  ].join('\r\n');
  const html = [
    '<html><head><meta charset="utf-8"><style>p{margin:0 0 6px;font:11pt Arial,sans-serif}.s{color:#666}</style></head><body>',
    `<p>${escapeHtml(greeting)}</p><p>Reference <b>${marker}</b></p>`,
    ...paragraphs.map((paragraph) => `<p style="margin-bottom:6pt"><span style="color:#222244">${escapeHtml(paragraph)}</span></p>`),
    `<table cellpadding="3"><tr><td>About</td><td>${escapeHtml(subject)}</td></tr></table>`,
    `<p class="s">${signature.map(escapeHtml).join('<br>')}</p>`,
    ...(parent
      ? [`<div class="gmail_quote">${escapeHtml(attribution)}<blockquote>${quoted.map(escapeHtml).join('<br>\r\n')}</blockquote></div>`]
      : []),
    '</body></html>',
  ].join('\r\n');

  const header = headerOf(random, { author, copied, to, subject, sentAt, messageId, references, domain });
  const body = bodyOf(random, text, html, kind === 'attach' ? random.bytes(Math.round(attachKb * 1024)) : undefined);
  const circle = [...(parent ? [...parent.circle, author] : [author]), ...(copied ? [copied] : [])];
  const root = parent ? parent.root : index;
  const raw = Buffer.from([...header, ...body.header].join('\r\n').concat('\r\n\r\n', body.content));
  return {
    index,
    kind,
    messageId,
    parent: parent?.index ?? null,
    root,
    from: author.address,
    subject,
    marker,
    raw,
    author,
    circle,
    text,
    references,
    sentAt,
  };
}

function mailbox({ name, address }: Person): string {
  if (/^[A-Za-z ]+$/.test(name)) return `${name} <${address}>`;
  return /^[\x20-\x7e]+$/.test(name) ? `"${name}" <${address}>` : `${encodedWords(name)} <${address}>`;
}

interface Head {
  author: Person;
  copied: Person | undefined;
  to: string;
  subject: string;
  sentAt: Date;
  messageId: string;
  references: string[];
  domain: string;
}

function headerOf(random: Random, { author, copied, to, subject, sentAt, messageId, references, domain }: Head): string[] {
  const later = (seconds: number) => mailDate(new Date(sentAt.getTime() + seconds * 1_000));
  const address = () => `198.51.100.${random.between(1, 254)}`;
  const blob = (length: number) => Buffer.from(random.hex(length)).toString('base64');
  return [
    `Return-Path: <${author.address}>`,
    `Received: from out.${domain} (out.${domain} [${address()}])\r\n\tby mx.desk.test (Postfix) with ESMTPS id ${random.hex(11).toUpperCase()}\r\n\tfor <${to}>; ${later(4)}`,
    `Received: from client-${random.int(500)}.${domain} ([${address()}])\r\n\tby out.${domain} with ESMTPSA id ${random.hex(14)}; ${later(1)}`,
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=k2;\r\n\th=from:to:subject:date:message-id; bh=${blob(32)};\r\n\tb=${blob(66)}`,
    `From: ${mailbox(author)}`,
    `To: <${to}>`,
    ...(copied ? [`Cc: ${mailbox(copied)}`] : []),
    `Subject: ${encodedWords(subject)}`,
    `Date: ${mailDate(sentAt)}`,
    `Message-ID: <${messageId}>`,
    ...(references.length > 0
      ? [
          `In-Reply-To: <${references.at(-1)}>`,
          `References: ${references
            .slice(-10)
            .map((id) => `<${id}>`)
            .join('\r\n ')}`,
        ]
      : []),
    `User-Agent: ${random.pick(['Mozilla Thunderbird', 'Evolution 3.52', 'Microsoft Outlook 16.0', 'Apple Mail (2.3826)'])}`,
    'MIME-Version: 1.0',
  ];
}

function bodyOf(random: Random, text: string, html: string, file: Buffer | undefined): { header: string[]; content: string } {
  const inBase64 = random.chance(0.25);
  const part = (type: string, content: string) =>
    [
      `Content-Type: ${type}; charset=utf-8`,
      `Content-Transfer-Encoding: ${inBase64 ? 'base64' : 'quoted-printable'}`,
      '',
      inBase64 ? base64Lines(Buffer.from(content)) : `${quotedPrintable(content)}\r\n`,
    ].join('\r\n');
  const inner = `----alt-${random.hex(18)}`;
  const both = `--${inner}\r\n${part('text/plain', text)}--${inner}\r\n${part('text/html', html)}--${inner}--\r\n`;
  const alternative = `multipart/alternative; boundary="${inner}"`;
  if (!file) return { header: [`Content-Type: ${alternative}`], content: `A message in MIME format.\r\n\r\n${both}` };

  const isPdf = random.chance(0.5);
  const filename = isPdf ? `document-${random.int(100_000)}.pdf` : `photo-${random.int(100_000)}.png`;
  file.write(isPdf ? '%PDF-1.6\n' : '\x89PNG\r\n\x1a\n', 'latin1');
  const outer = `----mix-${random.hex(18)}`;
  const attachment = [
    `Content-Type: ${isPdf ? 'application/pdf' : 'image/png'}; name="${filename}"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${filename}"`,
    '',
    base64Lines(file),
  ].join('\r\n');
  return {
    header: [`Content-Type: multipart/mixed; boundary="${outer}"`],
    content: `A message in MIME format.\r\n\r\n--${outer}\r\nContent-Type: ${alternative}\r\n\r\n${both}\r\n--${outer}\r\n${attachment}--${outer}--\r\n`,
  };
}
