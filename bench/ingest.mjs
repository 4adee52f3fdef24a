// `npm run bench:ingest`: how fast mail becomes readable tickets, what it costs, and what this machine could do at most.
//   node bench/ingest.mjs [--form embedded|cluster|both] [--mails 2000] [--tickets N] [--eml DIR] [--seed 1] [--connections 16]
// --tickets N fills the database up to N tickets (copies made by SQL) and measures the load again there.
// --eml DIR sends the *.eml of a folder with its manifest.json in the order of its names, instead of generated mails.
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateMails, startPostgres, SUPPORT_ADDRESS } from '../dist/libs/testing/src/index.js';
import { openForm } from './lib/forms.mjs';
import { databaseLimits, parserLimit } from './lib/limits.mjs';
import { memory } from './lib/processes.mjs';
import { formRows, limitRows, table } from './lib/report.mjs';
import { checkPlaces, delays, throughput } from './lib/runs.mjs';
import { accountOf, counts, fillTo, openStore } from './lib/store.mjs';

const STEADY_SECONDS = 15;
const STEADY_RATE = 20;
const WARM_UP = 200;

const { values } = parseArgs({
  options: {
    form: { type: 'string', default: 'both' },
    mails: { type: 'string', default: '2000' },
    tickets: { type: 'string' },
    eml: { type: 'string' },
    seed: { type: 'string', default: '1' },
    connections: { type: 'string', default: '16' },
    'no-limits': { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const connections = Number(values.connections);
const generated = (count, which) => generateMails({ count, seed: seed * 100 + which, to: SUPPORT_ADDRESS });

function fromFolder(dir) {
  const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  const index = new Map(manifest.map((entry, i) => [entry.file, i]));
  const byId = new Map(manifest.map((entry, i) => [entry.messageId, i]));
  return manifest.map((entry, i) => ({
    index: i,
    kind: entry.kind,
    messageId: entry.messageId.replace(/^<|>$/g, ''),
    root: index.get(entry.root),
    parent: byId.get(entry.inReplyTo) ?? null,
    from: entry.from,
    subject: entry.subject,
    marker: entry.file,
    raw: readFileSync(join(dir, entry.file)),
  }));
}

const mails = values.eml ? fromFolder(values.eml) : generated(Number(values.mails), 1);

async function measure(form) {
  const opened = await openForm(form);
  try {
    const store = await openStore(opened.desk.databaseUrl);
    const target = { ...opened, store, accountId: await accountOf(store), api: await opened.desk.signIn() };
    const idle = memory(target.roots(), target.groupOf);
    await throughput(target, generated(WARM_UP, 2), { connections });
    const load = await throughput(target, mails, { connections });
    const busy = memory(target.roots(), target.groupOf);
    const steady = await delays(target, generated(STEADY_SECONDS * STEADY_RATE, 3), { perSecond: STEADY_RATE, connections: 4 });
    const place = await checkPlaces(target, mails);
    const atSize = [];
    if (values.tickets) {
      await fillTo(store, Number(values.tickets));
      const { tickets } = await counts(store);
      await throughput(target, generated(WARM_UP, 4), { connections });
      atSize.push({ tickets, ...(await throughput(target, generated(mails.length, 5), { connections })) });
    }
    await store.end();
    return { form, firstStartMs: opened.firstStartMs, startMs: opened.startMs, idle, load, busy, steady, place, atSize };
  } finally {
    await opened.close();
  }
}

const results = [];
for (const form of values.form === 'both' ? ['embedded', 'cluster'] : [values.form]) {
  // What others do on the machine meanwhile goes into the figures: a number far above zero makes them worthless.
  const [load] = loadavg();
  const result = await measure(form);
  results.push(result);
  table(
    `${form === 'cluster' ? 'cluster with Redis, 1 replica' : form} (${cpus().length} cores, Node ${process.version}, load average before ${load?.toFixed(1)})`,
    formRows(form, result),
  );
}
if (!values['no-limits']) {
  const postgres = await startPostgres();
  const limits = { parser: await parserLimit(mails), ...(await databaseLimits(postgres.url)) };
  await postgres.stop();
  table('bare limits of this machine, and the share of them that the desk reaches', limitRows(limits, results));
}
process.exit(0);
