// `npm run test:access:mutants [-- --only TEXT] [--resume FILE] [--list]`: takes away each predicate, policy and guard in turn and expects the
// proof of access to fail. A copy of dist/ is changed, never the tree; one PostgreSQL serves all. Of the two walls, the one that is not
// changed is taken down first where it would hide the change: row-level security for predicates, while policies are asked directly.
// Prints `mutants: N, killed M (x %), survivors: …` and ends with 1 below 95 %, or where a wall does not hold alone.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { transform } from '@swc/core';
import pg from 'pg';
import { databaseMutants } from './mutants/database.mjs';
import { firstFailure, globals } from './mutants/specs.mjs';
import { sourceMutants } from './mutants/source.mjs';

const TARGET = 0.95;
const START_MS = 30_000;
/** Those that see most first. */
const SPECS = ['access/showcase', 'access/guards', 'access/foreign-ids', 'access/capabilities-table', 'access/scopes-table', 'access'].map(
  (name) => `test/${name}.e2e-spec.ts`,
);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { Child, freePorts, scratchFolder, startPostgres } = await import(pathToFileURL(join(root, 'dist/libs/testing/src/index.js')).href);
const { values } = parseArgs({
  options: { only: { type: 'string' }, resume: { type: 'string' }, list: { type: 'boolean', default: false } },
});

const compiled = (file) => join('dist', file.replace(/\.ts$/, '.js'));
const scratch = scratchFolder('mutants');
let walled;
globalThis.accessSpecs = globals;
await copyTree();
const postgres = await startPostgres();
let running;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    void stop()
      .then(() => postgres.stop())
      .finally(() => {
        rmSync(scratch, { recursive: true, force: true });
        process.exit(1);
      });
  });
try {
  // The first start makes the schema; what it says without any change must be all well.
  await start();
  const store = new pg.Client({ connectionString: postgres.url });
  // Connections that end with the server are no news here.
  store.on('error', () => undefined);
  await store.connect();
  const all = [...sourceMutants(root), ...(await databaseMutants(store))].filter(({ name }) => !values.only || name.includes(values.only));
  if (all.length === 0) throw new Error(`no mutant has "${values.only}" in its name`);
  if (values.list) for (const { name } of all) console.log(name);
  else process.exitCode = (await hunt(store, all)) ? 0 : 1;
  await store.end();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await stop();
  await postgres.stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit();

async function hunt(store, all) {
  const unchanged = await verdict();
  if (unchanged) throw new Error(`without any change the tests fail: ${unchanged}`);
  // Each wall has to hold without the other; a mutant of one of them could hide behind the other otherwise.
  const bare = sourceMutants(root).find(({ name }) => name === 'rule as SQL: view true');
  const alone = {
    'the code without row-level security': await withEdits(store, { edits: [], alone: true }),
    'row-level security without the rule in queries': await withEdits(store, { edits: bare.edits }),
  };
  for (const [wall, why] of Object.entries(alone)) console.log(`${why ? `DOES NOT HOLD (${why.slice(0, 300)})` : 'holds alone'}: ${wall}`);
  // What fails without any mutant would count as killing each.
  if (Object.values(alone).some(Boolean)) throw new Error('a wall does not hold alone');
  const known = values.resume && existsSync(values.resume) ? JSON.parse(readFileSync(values.resume, 'utf8')) : {};
  const begun = Date.now();
  let tried = 0;
  // Those that want the same walls one after the other.
  for (const mutant of all.toSorted((a, b) => Number(a.alone ?? false) - Number(b.alone ?? false))) {
    if (known[mutant.name] !== undefined) continue;
    const started = Date.now();
    const why = mutant.sql ? await withSql(store, mutant) : await withEdits(store, mutant);
    known[mutant.name] = why ?? '';
    tried += 1;
    const took = ((Date.now() - started) / 1_000).toFixed(1);
    console.log(
      `${why ? 'killed  ' : 'SURVIVED'} ${took} s  ${mutant.name}${why ? `  ← ${why.replaceAll(/\s+/g, ' ').slice(0, 160)}` : ''}`,
    );
    if (values.resume) writeFileSync(values.resume, JSON.stringify(known, null, 1));
  }
  const survivors = all.filter(({ name }) => known[name] === '').map(({ name }) => name);
  const killed = all.length - survivors.length;
  const share = killed / all.length;
  console.log(
    `mutants: ${all.length}, killed ${killed} (${(share * 100).toFixed(1)} %), survivors: ${survivors.length === 0 ? 'none' : `\n  ${survivors.join('\n  ')}`}`,
  );
  // Without those that a run before this one had tried.
  if (tried > 0) console.log(`${((Date.now() - begun) / 1_000 / tried).toFixed(1)} s a mutant`);
  return share >= TARGET;
}

async function withSql(store, { sql }) {
  if (!running) await start();
  await store.query(sql.change);
  try {
    return await verdict();
  } finally {
    await store.query(sql.undo);
  }
}

async function withEdits(store, { edits, alone = false, units = [] }) {
  await stop();
  const files = [...new Set(edits.map(({ file }) => file))];
  for (const file of files)
    await compile(
      file,
      edits.filter((edit) => edit.file === file),
    );
  if (alone) await walls(store, 'DISABLE');
  try {
    return (
      (await start().then(
        () => undefined,
        (error) => `does not start: ${String(error)}`,
      )) ??
      (await verdict(alone)) ??
      unitFailure(units)
    );
  } finally {
    await stop();
    for (const file of files) cpSync(join(root, compiled(file)), join(scratch, compiled(file)));
    if (alone) await walls(store, 'ENABLE');
  }
}

async function walls(store, verb) {
  walled ??= (
    await store.query(
      "SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relrowsecurity",
    )
  ).rows;
  await store.query(walled.map(({ name }) => `ALTER TABLE ${name} ${verb} ROW LEVEL SECURITY`).join('; '));
}

/** What fails first, undefined when all is well. `alone`: the walls in the database are down and not asked. */
async function verdict(alone = false) {
  Object.assign(process.env, { ACCESS_WALLS: alone ? 'down' : '', ACCESS_SEED: '1', ACCESS_WORLDS: '2', ACCESS_MINUTES: '0' });
  for (const spec of SPECS) {
    const failure = await firstFailure(`${pathToFileURL(join(scratch, compiled(spec))).href}?${Math.random()}`);
    if (failure) return failure;
  }
  return undefined;
}

function unitFailure(units) {
  for (const unit of units) {
    const run = spawnSync(process.execPath, [join(root, 'test/access/mutants/specs.mjs'), join(scratch, compiled(unit))], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (run.status !== 0) return `${unit}: ${run.stdout || run.stderr}`;
  }
  return undefined;
}

async function start() {
  const port = await freePorts(1);
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    DATABASE_URL: postgres.url,
    DATA_DIR: join(scratch, 'data'),
    PORT: String(port),
    SMTP_PORT: '0',
    LOG_LEVEL: 'fatal',
    ADMIN_EMAIL: 'admin@desk.test',
    ADMIN_PASSWORD: 'correct horse battery staple',
  };
  running = new Child(process.execPath, [join(scratch, 'dist/apps/embedded/src/main.js')], join(scratch, 'desk.log'), {
    cwd: scratch,
    env,
  });
  await running.line('ready ', START_MS);
  process.env.ACCESS_DESK = JSON.stringify({ url: `http://127.0.0.1:${port}`, databaseUrl: postgres.url, smtpPort: 0 });
}

async function stop() {
  const child = running;
  running = undefined;
  await child?.end('SIGKILL').catch(() => undefined);
}

/** dist/ beside the tests, compiled like the code; what they import from Jest comes from specs.mjs. */
async function copyTree() {
  mkdirSync(join(scratch, 'data'));
  cpSync(join(root, 'dist'), join(scratch, 'dist'), { recursive: true });
  for (const name of ['package.json', 'scripts']) cpSync(join(root, name), join(scratch, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
  const shim = join(scratch, 'dist/test/jest.js');
  mkdirSync(dirname(shim), { recursive: true });
  writeFileSync(shim, 'export const { expect, describe, test, it, beforeAll, afterAll } = globalThis.accessSpecs;\n');
  for (const folder of ['test/access', 'test/access/routes', 'test/live', 'test/support'])
    for (const name of readdirSync(join(root, folder)).filter((file) => file.endsWith('.ts'))) await compile(join(folder, name), []);
  const units = readdirSync(join(root, 'libs/access/src')).filter((name) => name.endsWith('spec.ts'));
  for (const file of ['test/access.e2e-spec.ts', ...units.map((name) => `libs/access/src/${name}`)]) await compile(file, []);
}

async function compile(file, edits) {
  let code = readFileSync(join(root, file), 'utf8');
  for (const { from, to, text } of edits.toSorted((a, b) => b.from - a.from)) code = code.slice(0, from) + text + code.slice(to);
  const shim = relative(dirname(file), 'test/jest.js');
  code = code.replaceAll("'@jest/globals'", `'${shim.startsWith('.') ? shim : `./${shim}`}'`);
  const target = join(scratch, compiled(file));
  mkdirSync(dirname(target), { recursive: true });
  const made = await transform(code, {
    cwd: root,
    filename: join(root, file),
    configFile: join(root, '.swcrc'),
    outputPath: target,
    sourceMaps: false,
  });
  writeFileSync(target, made.code);
}
