import { htmlToText, sanitiseHtml } from '@helpdesk/content';

export interface Quoted {
  authorName: string;
  at: Date;
  text: string;
  html: string | null;
}

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export const textToHtml = (text: string) => `<div>${escape(text).replaceAll(/\r?\n/g, '<br>')}</div>`;

/** What the agent wrote, in both forms: each is made from the other where it is missing. HTML passes the sanitiser like anybody's. */
export function contentOf(html: string | undefined, text: string | undefined): { html: string; text: string } {
  const safe = html === undefined ? undefined : sanitiseHtml(html);
  const plain = text ?? htmlToText(safe ?? '').text;
  return { html: safe ?? textToHtml(plain), text: plain };
}

/** The mail as it leaves: the reply and, below, the public message it answers. Never built from anything internal. */
export function withQuote(content: { html: string; text: string }, quoted: Quoted | null): { html: string; text: string } {
  if (!quoted) return content;
  const head = `On ${quoted.at.toUTCString()}, ${quoted.authorName} wrote:`;
  const text = `${content.text}\n\n${head}\n${quoted.text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')}\n`;
  const inner = quoted.html ?? textToHtml(quoted.text);
  const html = `${content.html}<br><div class="gmail_quote"><div>${escape(head)}</div><blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">${inner}</blockquote></div>`;
  return { html, text };
}
