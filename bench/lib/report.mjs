// The tables that the bench prints.
const round = (value, digits = 0) => (Number.isFinite(value) ? value.toFixed(digits) : '-');

/** Rows of [what, figure, target]; `target` may be missing, `isMet` decides the mark. */
export function table(title, rows) {
  const lines = rows.map(([what, figure, target, isMet]) => [what, figure, target ? `${isMet ? 'ok' : 'MISSED'} (${target})` : '']);
  const width = [0, 1].map((column) => Math.max(...lines.map((line) => line[column].length)));
  console.log(`\n${title}\n${'-'.repeat(title.length)}`);
  for (const [what, figure, target] of lines) console.log(`${what.padEnd(width[0])}  ${figure.padStart(width[1])}  ${target}`.trimEnd());
}

const delay = ({ p50, p95, p99 }) => `${round(p50)} / ${round(p95)} / ${round(p99)} ms`;

export function formRows(form, result) {
  const isEmbedded = form === 'embedded';
  const { load, steady, idle, busy, place } = result;
  const rate = isEmbedded ? 150 : 180;
  const total = (groups, field) => Object.values(groups).reduce((sum, group) => sum + group[field], 0);
  const rows = [
    ['first start, with initdb', `${round(result.firstStartMs / 1_000, 1)} s`, '≤ 12 s', result.firstStartMs <= 12_000],
    ['start on a built tree and database', `${round(result.startMs / 1_000, 1)} s`, '≤ 5 s', result.startMs <= 5_000],
    [`accepted durable, ${load.mails} mails`, `${round(load.acceptedPerSecond)} mails/s`],
    ['readable as tickets', `${round(load.readablePerSecond)} mails/s`, `≥ ${rate}`, load.readablePerSecond >= rate],
    ['CPU of the whole desk per 1,000 mails', `${round(load.cpuPer1000, 2)} s`, '≤ 9 s', load.cpuPer1000 <= 9],
    ...Object.entries(load.cpuByGroup).map(([group, seconds]) => [`  ${group}`, `${round(seconds, 2)} s`]),
    ['CPU of the bench client per 1,000 mails (not counted)', `${round(load.clientCpuPer1000, 2)} s`],
    ['tries that had to be repeated', `${load.retries}`],
    [
      'at 20 mails/s: 250 → in GET /tickets, p50 / p95 / p99',
      delay(steady.toReadable),
      'p95 ≤ 300 ms',
      steady.toReadable.p95 <= 300 && steady.notSeen === 0,
    ],
    [
      'at 20 mails/s: offered → 250 (connecting included), p50 / p95 / p99',
      delay(steady.toAccepted),
      'p99 ≤ 1 s',
      steady.toAccepted.p99 <= 1_000,
    ],
    ['at 20 mails/s: never seen in the list', `${steady.notSeen}`],
  ];
  for (const [name, groups] of [
    ['idle', idle],
    ['after the load', busy],
  ]) {
    for (const [group, { processes, rss, pss }] of Object.entries(groups)) {
      const isService = !isEmbedded && name === 'idle' && !['postgres', 'redis', 'launcher'].includes(group);
      const label = `memory ${name}: ${group}${processes > 1 ? ` (${processes} processes)` : ''}, RSS / PSS`;
      rows.push([label, `${round(rss)} / ${round(pss)} MB`, isService ? 'RSS ≤ 160 MB' : undefined, rss <= 160]);
    }
    const [rss, pss] = [total(groups, 'rss'), total(groups, 'pss')];
    rows.push([
      `memory ${name}: all, RSS / PSS`,
      `${round(rss)} / ${round(pss)} MB`,
      isEmbedded ? '≤ 260 MB, shared pages once = PSS' : undefined,
      pss <= 260,
    ]);
  }
  for (const { tickets, acceptedPerSecond, readablePerSecond, cpuPer1000 } of result.atSize)
    rows.push([
      `with ${tickets} tickets: accepted / readable / CPU`,
      `${round(acceptedPerSecond)} / ${round(readablePerSecond)} mails/s / ${round(cpuPer1000, 2)} s`,
    ]);
  const isRight = place.lost === 0 && place.doubled === 0 && place.repliesElsewhere === 0 && place.ticketsOfRoots === place.roots;
  rows.push([
    'check: lost / doubled / replies elsewhere / tickets of roots',
    `${place.lost} / ${place.doubled} / ${place.repliesElsewhere} of ${place.replies} / ${place.ticketsOfRoots} of ${place.roots}`,
    '0 / 0 / 0 / all',
    isRight,
  ]);
  if (place.strangersElsewhere > 0)
    rows.push(['  replies by strangers to the thread, on tickets of their own (D-24a), not counted above', `${place.strangersElsewhere}`]);
  return rows;
}

export function limitRows(limits, results) {
  const rows = [
    ['mailparser alone, one core', `${round(limits.parser)} mails/s`],
    ['PostgreSQL, one insert per commit, 16 clients', `${round(limits.single)} commits/s`],
    ['PostgreSQL, six inserts per commit, 16 clients', `${round(limits.transactions)} commits/s`],
  ];
  for (const { form, load } of results) {
    const share = (figure, limit) => `${round((figure * 100) / limit, 1)} %`;
    rows.push([`${form}: readable ÷ mailparser`, share(load.readablePerSecond, limits.parser)]);
    rows.push([`${form}: accepted ÷ one insert per commit`, share(load.acceptedPerSecond, limits.single)]);
    rows.push([`${form}: readable ÷ six inserts per commit`, share(load.readablePerSecond, limits.transactions)]);
  }
  return rows;
}
