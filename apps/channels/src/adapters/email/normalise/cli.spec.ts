import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { main } from './cli.js';

test('turns every .eml of a tree into a .json of the same name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'normalise-'));
  try {
    await mkdir(join(folder, 'in', 'sub'), { recursive: true });
    await writeFile(join(folder, 'in', 'sub', 'a.eml'), 'From: Ann <ann@x.test>\nSubject: Hi\n\nText');
    await writeFile(join(folder, 'in', 'empty.eml'), '');
    expect(await main([join(folder, 'in'), join(folder, 'out')])).toBe(0);
    const result = JSON.parse(await readFile(join(folder, 'out', 'sub', 'a.json'), 'utf8')) as Record<string, unknown>;
    expect(result).toMatchObject({
      subject: 'Hi',
      from: { address: 'ann@x.test', name: 'Ann' },
      visibleReply: 'Text',
      attachmentCount: 0,
      noAutoResponse: false,
      isBounce: false,
    });
    expect(JSON.parse(await readFile(join(folder, 'out', 'empty.json'), 'utf8'))).toMatchObject({ subject: '', text: '' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('says what is wrong with the usage', async () => {
  expect(await main([])).toBe(1);
  expect(await main(['/no/such/folder', '/tmp/out'])).toBe(1);
});
