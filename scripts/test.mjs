// `npm test`: builds, then unit and integration specs in parallel, then the end-to-end specs one file after the other (they start whole
// desks). What a machine cannot run is named; with CI=true it is a failure. Further arguments go to jest.
// Last line: `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin/jest.js');
const args = process.argv.slice(2);
process.argv.push('--if-missing', '--quiet');
await import('./build.mjs');
const testing = await import('../dist/libs/testing/src/index.js');

/** A spec that calls one of these skips itself where it finds nothing. */
const NEEDS = [
  { find: 'findRedisServer', name: 'redis-server' },
  { find: 'findChromium', name: 'a Chromium browser' },
];
const PHASES = [
  ['--testMatch=**/*.spec.ts', '--testMatch=**/*.int-spec.ts', '--maxWorkers=2'],
  ['--testMatch=**/*.e2e-spec.ts', '--runInBand'],
];

const specs = ['apps', 'libs', 'test'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true })
    .filter((file) => file.endsWith('spec.ts') && !file.includes('node_modules'))
    .map((file) => join(root, top, file)),
);
const absent = NEEDS.filter(({ find }) => !testing[find]())
  .map(({ find, name }) => ({ name, files: specs.filter((file) => readFileSync(file, 'utf8').includes(`${find}(`)) }))
  .filter(({ files }) => files.length > 0);

const scratch = mkdtempSync(join(tmpdir(), 'helpdesk-test-'));
const sums = { passed: 0, failed: 0, skipped: 0 };
/** Spec file → why nothing of it ran. A spec with a condition of its own says it in its title. */
const skipped = new Map(
  absent.flatMap(({ name, files }) => files.map((file) => [file, `skipped, because there is no ${name} on this machine`])),
);
for (const [number, phase] of PHASES.entries()) {
  const outputFile = join(scratch, `${number}.json`);
  const options = [process.env.NODE_OPTIONS, '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const code = await new Promise((resolve) => {
    // What the arguments choose may lie in one phase; a whole run has something in each.
    const run = [jest, ...phase, ...(args.length > 0 ? ['--passWithNoTests'] : []), '--json', `--outputFile=${outputFile}`, ...args];
    const env = { ...process.env, NODE_OPTIONS: options.filter(Boolean).join(' ') };
    spawn(process.execPath, run, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] }).on('close', resolve);
  });
  const result = readResult(outputFile);
  sums.passed += result.numPassedTests;
  // A file that does not even load has no tests to count: it counts as one failure. So does a run that ends badly for no counted reason.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  sums.failed += failed === 0 && code !== 0 ? 1 : failed;
  sums.skipped += result.numPendingTests + result.numTodoTests;
  for (const { name, assertionResults } of result.testResults) {
    const isSkipped = assertionResults.length > 0 && assertionResults.every(({ status }) => status === 'pending');
    if (isSkipped && !args.length && !skipped.has(name)) skipped.set(name, `skipped, because of ${assertionResults[0].ancestorTitles[0]}`);
  }
}
rmSync(scratch, { recursive: true, force: true });

for (const [file, reason] of skipped) console.log(`${relative(root, file)}: ${reason}`);
const isIncomplete = process.env.CI === 'true' && absent.length > 0;
if (isIncomplete) {
  console.log(`failed, because with CI=true nothing may be missing: ${absent.map(({ name }) => name).join(', ')}`);
  sums.failed += absent.reduce((count, { files }) => count + files.length, 0);
}
if (sums.passed + sums.failed + sums.skipped === 0) {
  console.log(`failed, because there is no test for ${args.join(' ')}`);
  sums.failed = 1;
}
console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`);
process.exit(sums.failed > 0 ? 1 : 0);

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}
