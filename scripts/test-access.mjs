// `npm run test:access -- [--worlds N] [--seed S] [--minutes M]`: the property test of access, until there were as many worlds and it took as
// long as asked for. With neither it runs as in CI.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin/jest.js');
const { values } = parseArgs({ options: { worlds: { type: 'string' }, seed: { type: 'string' }, minutes: { type: 'string' } } });
process.argv.splice(2, process.argv.length, '--if-missing', '--quiet');
await import('./build.mjs');

const isAsInCi = values.worlds === undefined && values.minutes === undefined;
const env = {
  ...process.env,
  NODE_OPTIONS: [process.env.NODE_OPTIONS, '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'].filter(Boolean).join(' '),
  ACCESS_WORLDS: values.worlds ?? (isAsInCi ? '50' : '1'),
  ACCESS_MINUTES: values.minutes ?? (isAsInCi ? '5' : '0'),
  ...(values.seed !== undefined && { ACCESS_SEED: values.seed }),
};
const run = spawn(process.execPath, [jest, '--runInBand', '--testMatch=**/test/access.e2e-spec.ts'], { cwd: root, env, stdio: 'inherit' });
run.on('close', (code) => process.exit(code ?? 1));
