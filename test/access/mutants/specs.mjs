// Runs the spec files in this process, against a desk that runs already: a new Jest for each mutant would take longer than the tests.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'expect';

const LIMIT_MS = 60_000;
let file;

/** What `@jest/globals` gives to a spec file here. */
export const globals = {
  expect,
  describe: Object.assign((title, body) => within(title, body), { skip: () => undefined }),
  test: Object.assign((title, body) => add(title, body), {
    each: (rows) => (title, body) => rows.forEach((row, i) => add(titled(title, row, i), () => body(...[row].flat()))),
  }),
  beforeAll: (body) => file.before.push(body),
  afterAll: (body) => file.after.push(body),
};
globals.it = globals.test;

function within(title, body) {
  file.path.push(title);
  body();
  file.path.pop();
}
function add(title, body) {
  file.tests.push({ title: [...file.path, title].join(' › '), body });
}
const titled = (title, row, i) => `${title} [${i}${row?.what ? ` ${row.what}` : ''}]`;

/** What hangs has failed. */
const inTime = (work) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not done within ${LIMIT_MS} ms`)), LIMIT_MS);
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });

/** Imports a compiled spec file and runs its tests in their order. Gives what failed first, undefined when nothing did. */
export async function firstFailure(url) {
  file = { path: [], tests: [], before: [], after: [] };
  const mine = file;
  await import(url);
  let failure;
  try {
    for (const body of mine.before) await inTime(body());
    for (const { title, body } of mine.tests) {
      await Promise.resolve(body()).catch(
        (error) => (failure = `${title.split(' › ').at(-1).slice(0, 40)}: ${String(error?.message ?? error)}`),
      );
      if (failure) break;
    }
  } catch (error) {
    failure = `before all: ${String(error?.message ?? error)}`;
  }
  for (const body of mine.after) await inTime(body()).catch(() => undefined);
  return failure;
}

// As a program: one spec in a process of its own, whose modules are as they stand on the disk now.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  globalThis.accessSpecs = globals;
  const failure = await firstFailure(pathToFileURL(process.argv[2]).href);
  process.stdout.write(failure ?? '');
  process.exit(failure ? 1 : 0);
}
