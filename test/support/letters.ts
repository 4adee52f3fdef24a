import { randomUUID } from 'node:crypto';
import { encodedWords, mailDate, SmtpClient, SUPPORT_ADDRESS } from '@helpdesk/testing';

interface Letter {
  from: string;
  to?: string;
  subject: string;
  text: string;
  html?: string;
  messageId?: string;
  headers?: Record<string, string>;
}

/** A word that stands nowhere else in the test: finds exactly what one test has made. */
export const uniqueWord = () => `w${randomUUID().replaceAll('-', '').slice(0, 12)}`;
export const newMessageId = (domain = 'customer.test') => `${randomUUID()}@${domain}`;

/** The bytes of a simple mail, as a mail program writes it. */
export function letter({ from, to = SUPPORT_ADDRESS, subject, text, html, messageId = newMessageId(), headers = {} }: Letter): Buffer {
  const boundary = '=-part';
  const crlf = (body: string) => body.replaceAll(/\r?\n/g, '\r\n');
  const body = html
    ? `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${crlf(text)}\r\n--${boundary}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${crlf(html)}\r\n--${boundary}--\r\n`
    : `${crlf(text)}\r\n`;
  const lines = [
    `From: ${from.includes('<') ? from : `<${from}>`}`,
    `To: <${to}>`,
    `Subject: ${encodedWords(subject)}`,
    `Date: ${mailDate(new Date())}`,
    `Message-ID: <${messageId}>`,
    'MIME-Version: 1.0',
    `Content-Type: ${html ? `multipart/alternative; boundary="${boundary}"` : 'text/plain; charset=utf-8'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const bare = (address: string) => /<([^>]*)>/.exec(address)?.[1] ?? address;

/** One mail over a connection of its own. Gives the answer to the final dot; rejects when it is refused. */
export async function deliver(port: number, raw: Buffer, { from, to = SUPPORT_ADDRESS }: { from: string; to?: string }): Promise<string> {
  const client = await SmtpClient.connect(port);
  try {
    return (await client.send(bare(from), to, raw)).text;
  } finally {
    await client.quit();
  }
}

/** Writes and delivers in one go. */
export function post(port: number, content: Letter): Promise<string> {
  return deliver(port, letter(content), { from: content.from, to: content.to });
}
