import { describe, expect, it } from '@jest/globals';
import { simpleParser } from 'mailparser';
import { generateMails } from './mails.js';
import { dotStuffed } from './smtp-client.js';

const options = { count: 200, seed: 5, to: 'support@desk.test', attachKb: 10 };

describe('generated mails', () => {
  const mails = generateMails(options);

  it('are the same bytes for the same options, and others for another seed', () => {
    const again = generateMails(options);
    expect(again.map(({ raw }) => raw.toString('latin1'))).toEqual(mails.map(({ raw }) => raw.toString('latin1')));
    expect(generateMails({ ...options, seed: 6 })[0]?.raw.equals(mails[0]?.raw ?? Buffer.alloc(0))).toBe(false);
  });

  it('are 70 % new, 20 % replies to earlier ones, 10 % with a file', () => {
    const count = (kind: string) => mails.filter((mail) => mail.kind === kind).length;
    expect([count('reply'), count('attach')]).toEqual([mails.filter(({ parent }) => parent !== null).length, 20]);
    expect(count('reply')).toBeGreaterThanOrEqual(39);
    for (const mail of mails) expect(mail.root).toBeLessThanOrEqual(mail.index);
    for (const { index, parent, root } of mails) if (parent !== null) expect([parent < index, mails[parent]?.root]).toEqual([true, root]);
  });

  it('are read by a mail parser as they were meant', async () => {
    for (const mail of mails.slice(0, 60)) {
      const read = await simpleParser(mail.raw);
      expect(read.messageId).toBe(`<${mail.messageId}>`);
      expect(read.subject).toBe(mail.subject);
      expect(read.from?.value[0]?.address).toBe(mail.from);
      expect(read.text).toContain(`Reference ${mail.marker}`);
      expect(String(read.html)).toContain(mail.marker);
      expect(read.inReplyTo).toBe(mail.parent === null ? undefined : `<${mails[mail.parent]?.messageId}>`);
      expect(read.attachments.map(({ size }) => size)).toEqual(mail.kind === 'attach' ? [10 * 1024] : []);
      expect(mail.raw.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]/);
    }
  });
});

describe('dot stuffing (RFC 5321 section 4.5.2)', () => {
  it.each([
    ['plain\r\n', 'plain\r\n.\r\n'],
    ['no end', 'no end\r\n.\r\n'],
    ['.first\r\n.\r\n..x\r\n', '..first\r\n..\r\n...x\r\n.\r\n'],
    ['', '.\r\n'],
  ])('%j', (raw, wire) => {
    expect(dotStuffed(Buffer.from(raw)).toString()).toBe(wire);
  });
});
