// `npm run start:cluster -- --replicas N`: the distributed form on one machine. Every service N times as a process of its own, over
// DATABASE_URL and REDIS_URL; a child that dies is started again; Ctrl-C ends all of them in order.
import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = process.argv.indexOf('--replicas');
const replicas = at < 0 ? 1 : Number(process.argv[at + 1]);
if (!Number.isInteger(replicas) || replicas < 1 || replicas > 20) {
  console.error('--replicas must be a whole number from 1 to 20');
  process.exit(1);
}
process.argv.push('--if-missing', '--quiet');
await import('./build.mjs');
const { freePort, loadSecretKey, migrate, readConfig, reportStartFailure, runtimeFor } = await import('../dist/libs/platform/src/index.js');
const { SERVICES } = await import('../dist/libs/contracts/src/index.js');

const fail = (line) => {
  console.error(line);
  process.exit(1);
};
let config;
try {
  config = readConfig(process.env);
} catch (error) {
  reportStartFailure(error);
}
if (!config.DATABASE_URL) fail('DATABASE_URL: is needed for the distributed form');
if (!config.REDIS_URL) fail('REDIS_URL: is needed for the distributed form');

const env = { ...process.env, SECRET_KEY: loadSecretKey(config) };
const runtime = runtimeFor('gateway', env);
await migrate(runtime.databaseUrl, runtime.keys).catch(reportStartFailure);

const table = [];
for (const service of SERVICES)
  for (let replica = 0; replica < replicas; replica += 1) table.push({ service, replica, rpcPort: await freePort() });
const rpc = Object.fromEntries(
  SERVICES.map((service) => [
    `${service.toUpperCase()}_RPC`,
    table
      .filter((p) => p.service === service)
      .map((p) => `127.0.0.1:${p.rpcPort}`)
      .join(','),
  ]),
);
const scratch = mkdtempSync(join(tmpdir(), 'helpdesk-cluster-'));
const tableFile = join(scratch, 'processes.json');
const writeTable = () => {
  writeFileSync(
    `${tableFile}.new`,
    JSON.stringify(table.map(({ service, replica, child }) => ({ service, replica, pid: child?.pid ?? null }))),
  );
  renameSync(`${tableFile}.new`, tableFile);
};

let isEnding = false;
const launch = (entry, k) => {
  const child = spawn(process.execPath, ['--max-semi-space-size=8', join(root, `dist/apps/${entry.service}/src/main.js`)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // A group of its own: Ctrl-C reaches the launcher, which ends the children in order.
    detached: true,
    env: {
      ...env,
      ...rpc,
      RPC_PORT: String(entry.rpcPort),
      PORT: String(config.PORT + (entry.service === 'gateway' ? entry.replica : 0)),
      SMTP_PORT: String(config.SMTP_PORT === 0 ? 0 : config.SMTP_PORT + entry.replica),
      METRICS_PORT: config.METRICS_PORT === undefined ? '' : String(config.METRICS_PORT + k),
      PROCESS_TABLE: tableFile,
    },
  });
  entry.child = child;
  entry.startedAt = Date.now();
  writeTable();
  child.on('exit', (code, signal) => {
    entry.child = undefined;
    if (isEnding) return;
    console.error(
      JSON.stringify({
        level: 40,
        msg: 'a child ended and is started again',
        service: entry.service,
        replica: entry.replica,
        code,
        signal,
      }),
    );
    setTimeout(() => isEnding || launch(entry, k), Date.now() - entry.startedAt < 2_000 ? 1_000 : 50);
  });
};
table.forEach(launch);

const end = async () => {
  if (isEnding) return;
  isEnding = true;
  const running = table.filter((entry) => entry.child);
  await Promise.all(
    running.map(
      ({ child }) =>
        new Promise((resolve) => {
          child.once('exit', resolve);
          child.kill('SIGTERM');
          setTimeout(() => child.kill('SIGKILL'), 27_000).unref();
        }),
    ),
  );
  rmSync(scratch, { recursive: true, force: true });
  process.exit(0);
};
process.on('SIGINT', end);
process.on('SIGTERM', end);

const isReady = (url) =>
  fetch(`${url}/health/ready`).then(
    (r) => r.ok,
    () => false,
  );
for (let replica = 0; replica < replicas; replica += 1)
  while (!(await isReady(`http://127.0.0.1:${config.PORT + replica}`))) await sleep(100);
console.log(`ready ${config.PUBLIC_URL ?? `http://localhost:${config.PORT}`}`);
