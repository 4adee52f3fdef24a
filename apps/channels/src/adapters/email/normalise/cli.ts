import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NormalisedMail } from './normalised-mail.js';
import { MailNormaliser } from './normaliser.js';

/** One mail in the field names of the corpus (fields the corpus does not know are left out). */
export function toCorpusForm(mail: NormalisedMail): Record<string, unknown> {
  const files = mail.attachments.filter((a) => a.unpackedFrom === null);
  return {
    subject: mail.subject,
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    replyTo: mail.replyTo,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    date: mail.date,
    charset: mail.charset,
    visibleReply: mail.visibleText,
    attachments: mail.attachments.map(({ filename, contentType, size, sha256, inline, contentId }) => ({
      filename,
      contentType,
      size,
      sha256,
      inline,
      contentId,
    })),
    attachmentCount: files.length,
    tnef: mail.attachments.filter((a) => a.unpackedFrom !== null).map(({ filename, size, sha256 }) => ({ filename, size, sha256 })),
    isAutoReply: mail.automatic.isAutoReply,
    isBounce: mail.automatic.isBounce,
    isFeedbackReport: mail.automatic.isFeedbackReport,
    bounce: mail.bounce,
    noAutoResponse: mail.automatic.isAutomatic,
    text: mail.text,
    html: mail.html,
    warnings: mail.warnings,
    unreadable: mail.unreadable,
  };
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** `mail:normalise IN OUT`: every IN/**\/*.eml becomes OUT/**\/*.json. Returns the exit code: 0, or 1 on bad usage. */
export async function main(args: string[]): Promise<number> {
  const [input, output] = args;
  if (input === undefined || output === undefined || args.length !== 2) {
    process.stderr.write('usage: npm run -s mail:normalise -- IN OUT   (IN: a folder with .eml files, OUT: the folder for .json)\n');
    return 1;
  }
  if (!(await isDirectory(input))) {
    process.stderr.write(`mail:normalise: ${input} is no folder\n`);
    return 1;
  }
  const entries = await readdir(input, { recursive: true, withFileTypes: true });
  const files = entries.filter((e) => e.isFile() && e.name.toLowerCase().endsWith('.eml')).map((e) => join(e.parentPath, e.name));
  files.sort();
  const normaliser = new MailNormaliser({ threads: 2 });
  let done = 0;
  for (const file of files) {
    const target = join(output, relative(input, file).replace(/\.eml$/i, '.json'));
    await mkdir(dirname(target), { recursive: true });
    const mail = await normaliser.normalise(await readFile(file));
    await writeFile(target, `${JSON.stringify(toCorpusForm(mail), null, 1)}\n`);
    if (++done % 100 === 0) process.stderr.write(`${done} of ${files.length}\n`);
  }
  await normaliser.close();
  process.stderr.write(`${done} mails normalised into ${output}\n`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
