// Figures of running processes from /proc (Linux): CPU time, memory, and who belongs to whom.
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second of /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS = 100;

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const close = text.lastIndexOf(')');
    const fields = text.slice(close + 2).split(' ');
    return {
      pid,
      name: text.slice(text.indexOf('(') + 1, close),
      parent: Number(fields[1]),
      own: (Number(fields[11]) + Number(fields[12])) / TICKS,
      // Children that have ended and were waited for, as PostgreSQL's connections are.
      ended: (Number(fields[13]) + Number(fields[14])) / TICKS,
    };
  } catch {
    return undefined;
  }
}

/** The processes of `roots` and all their descendants. */
export function family(roots) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter(Boolean);
  const members = new Map();
  const queue = [...roots];
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    const found = all.find((process) => process.pid === pid);
    if (!found || members.has(pid)) continue;
    members.set(pid, found);
    queue.push(...all.filter((process) => process.parent === pid).map((process) => process.pid));
  }
  return [...members.values()];
}

/** CPU seconds so far by group; `groupOf` names the group of a process, undefined leaves it out. */
export function cpuSeconds(roots, groupOf) {
  const sums = {};
  for (const process of family(roots)) {
    const group = groupOf(process);
    if (group) sums[group] = (sums[group] ?? 0) + process.own + process.ended;
  }
  return sums;
}

function memoryOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kb = (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return { rss: kb('Rss') / 1024, pss: kb('Pss') / 1024 };
  } catch {
    return { rss: 0, pss: 0 };
  }
}

/** MB by group: number of processes, sum of RSS (shared pages counted in each), sum of PSS (shared pages divided). */
export function memory(roots, groupOf) {
  const groups = {};
  for (const process of family(roots)) {
    const group = groupOf(process);
    if (!group) continue;
    const { rss, pss } = memoryOf(process.pid);
    const sum = (groups[group] ??= { processes: 0, rss: 0, pss: 0 });
    sum.processes += 1;
    sum.rss += rss;
    sum.pss += pss;
  }
  return groups;
}
