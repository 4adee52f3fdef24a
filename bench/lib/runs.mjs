// The measurements: a load as fast as the desk takes it, and a steady one for the delays.
import { setTimeout as sleep } from 'node:timers/promises';
import { sendUntilAccepted, SUPPORT_ADDRESS } from '../../dist/libs/testing/src/index.js';
import { cpuSeconds } from './processes.mjs';
import { landed, readable } from './store.mjs';

const POLL_MS = 150;
const API_POLL_MS = 25;

const sum = (groups) => Object.values(groups).reduce((total, value) => total + value, 0);
const difference = (after, before) => Object.fromEntries(Object.entries(after).map(([key, value]) => [key, value - (before[key] ?? 0)]));

/** As many mails as the desk takes; ends when all are readable. Looked for by SQL, on the mails that are still missing only. */
export async function throughput(target, mails, { connections }) {
  const { desk, store, accountId } = target;
  const missing = new Set(mails.map((mail) => mail.messageId));
  const cpuBefore = cpuSeconds(target.roots(), target.groupOf);
  const ownBefore = process.cpuUsage();
  const started = performance.now();
  let lastReadable = started;
  const looking = (async () => {
    const giveUp = started + 60_000 + mails.length * 200;
    while (missing.size > 0) {
      await sleep(POLL_MS);
      const found = await readable(store, accountId, [...missing]);
      if (found.length > 0) lastReadable = performance.now();
      for (const id of found) missing.delete(id);
      if (performance.now() > giveUp) throw new Error(`${missing.size} mails never became readable`);
    }
  })();
  const sent = await sendUntilAccepted(mails, { ports: desk.smtpPorts, to: SUPPORT_ADDRESS, connections });
  const lastAccepted = Math.max(...sent.acceptedAt.filter(Boolean));
  await looking;
  const cpu = difference(cpuSeconds(target.roots(), target.groupOf), cpuBefore);
  const own = process.cpuUsage(ownBefore);
  const per1000 = (seconds) => (seconds * 1_000) / mails.length;
  return {
    mails: mails.length,
    retries: sent.retries,
    acceptedPerSecond: (mails.length * 1_000) / (lastAccepted - started),
    readablePerSecond: (mails.length * 1_000) / (lastReadable - started),
    cpuPer1000: per1000(sum(cpu)),
    cpuByGroup: Object.fromEntries(Object.entries(cpu).map(([group, seconds]) => [group, per1000(seconds)])),
    clientCpuPer1000: per1000((own.user + own.system) / 1e6),
  };
}

/** A steady load; the delay from the 250 until GET /tickets shows the mail's text, polled every 25 ms. */
export async function delays(target, mails, { perSecond, connections }) {
  const { desk, api } = target;
  const acceptedAt = new Map();
  const seenAt = new Map();
  const byMarker = new Map(mails.map((mail) => [mail.marker, mail.index]));
  const rootOf = new Map(mails.map((mail) => [mail.index, mail.root]));
  const threads = new Map();
  for (const { index, root } of mails) threads.set(root, [...(threads.get(root) ?? []), index]);
  let isSending = true;
  const looking = (async () => {
    let giveUp = Infinity;
    while (seenAt.size < mails.length && performance.now() < giveUp) {
      const { items } = await api.get('/tickets?limit=50');
      const now = performance.now();
      for (const { excerpt } of items) {
        const index = byMarker.get(/mk\w+x\d+x/.exec(excerpt)?.[0] ?? '');
        if (index === undefined) continue;
        // The list shows the newest text of a ticket: what stands before it in the thread is readable as well.
        for (const earlier of threads.get(rootOf.get(index))) if (earlier <= index && !seenAt.has(earlier)) seenAt.set(earlier, now);
      }
      if (!isSending && giveUp === Infinity) giveUp = performance.now() + 5_000;
      await sleep(API_POLL_MS);
    }
  })();
  const took = [];
  await sendUntilAccepted(mails, {
    ports: desk.smtpPorts,
    to: SUPPORT_ADDRESS,
    connections,
    perSecond,
    onAccepted: (mail, at) => acceptedAt.set(mail.index, at),
  }).then((report) => took.push(...report.took.filter((ms) => ms !== undefined)));
  isSending = false;
  await looking;
  const list = mails.filter(({ index }) => seenAt.has(index)).map(({ index }) => Math.max(0, seenAt.get(index) - acceptedAt.get(index)));
  return { toReadable: percentiles(list), toAccepted: percentiles(took), notSeen: mails.length - list.length };
}

function percentiles(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Does every mail stand where it belongs? Replies on the ticket of the mail that opened the thread, no two threads on one ticket. */
export async function checkPlaces({ store, accountId }, mails) {
  const rows = await landed(
    store,
    accountId,
    mails.map((mail) => mail.messageId),
  );
  const ticketOf = new Map(rows.map((row) => [row.id, row.ticket]));
  const rootTicket = new Map(mails.filter((mail) => mail.root === mail.index).map((mail) => [mail.index, ticketOf.get(mail.messageId)]));
  const replies = mails.filter((mail) => mail.root !== mail.index);
  const elsewhere = replies.filter((mail) => ticketOf.get(mail.messageId) !== rootTicket.get(mail.root));
  const strangers = strangersOf(mails);
  return {
    lost: mails.filter((mail) => !ticketOf.has(mail.messageId)).length,
    doubled: rows.length - ticketOf.size,
    roots: rootTicket.size,
    ticketsOfRoots: new Set(rootTicket.values()).size,
    tickets: new Set(ticketOf.values()).size,
    replies: replies.length,
    repliesElsewhere: elsewhere.filter((mail) => !strangers.has(mail.index)).length,
    strangersElsewhere: elsewhere.filter((mail) => strangers.has(mail.index)).length,
  };
}

/** Replies by people who take no part in the thread: the desk gives them, and what answers them, a ticket of their own (D-24a). */
function strangersOf(mails) {
  const circles = new Map();
  const strangers = new Set();
  const domain = (address) => address.slice(address.lastIndexOf('@'));
  for (const mail of mails) {
    const circle = circles.get(mail.root) ?? new Set();
    circles.set(mail.root, circle);
    const isStranger = mail.root !== mail.index && !circle.has(mail.from) && domain(mail.from) !== domain(mails[mail.root].from);
    const followsOne = mail.parent !== undefined && mail.parent !== null && strangers.has(mail.parent);
    if (isStranger || followsOne) strangers.add(mail.index);
    else for (const [address] of headOf(mail).matchAll(/[\w.+'-]+@[\w.-]+\w/g)) circle.add(address.toLowerCase());
  }
  return strangers;
}

const headOf = ({ raw }) => {
  const head = raw
    .toString('latin1')
    .split('\r\n\r\n', 1)[0]
    .replaceAll(/\r\n[ \t]/g, ' ');
  return head
    .split('\r\n')
    .filter((line) => /^(from|to|cc):/i.test(line))
    .join('\n');
};
