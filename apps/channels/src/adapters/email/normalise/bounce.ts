import { textOf } from './body-parts.js';
import { isHard, reasonOf, statusCodes } from './bounce-reason.js';
import { type BounceClues, looksLikeBounce, readBounceText } from './bounce-text.js';
import { allRaw, firstRaw } from './header-block.js';
import { parseMessageIds } from './headers.js';
import type { MimePart } from './mime-tree.js';
import type { BounceRecipient, MailBounce } from './normalised-mail.js';

const MAX_ROWS = 1000;
const DSN_TYPES = new Set(['message/delivery-status', 'message/global-delivery-status']);
const RETURNED_TYPES = new Set([
  'message/rfc822',
  'text/rfc822-headers',
  'message/global',
  'message/global-headers',
  'message/rfc822-headers',
]);

interface DsnRow {
  action: string;
  recipient: BounceRecipient;
}

function findPart(part: MimePart, types: Set<string>): MimePart | null {
  if (part.children.length === 0) return types.has(part.contentType) ? part : null;
  for (const child of part.children) {
    const found = findPart(child, types);
    if (found !== null) return found;
  }
  return null;
}

/** Fields of a delivery-status body, one map per group. A second Final-Recipient begins a new group: some leave the empty line out. */
function readGroups(text: string): Map<string, string>[] {
  const groups: Map<string, string>[] = [];
  let group = new Map<string, string>();
  let last = '';
  const flush = (): void => {
    if (group.size > 0 && groups.length < MAX_ROWS) groups.push(group);
    group = new Map();
    last = '';
  };
  for (const line of text.slice(0, 1024 * 1024).split('\n')) {
    if (line.trim() === '') flush();
    else if (/^[ \t]/.test(line) && last !== '') group.set(last, `${group.get(last) ?? ''} ${line.trim()}`);
    else {
      const colon = line.indexOf(':');
      if (colon < 1) continue;
      const name = line.slice(0, colon).trim().toLowerCase();
      if (name === 'final-recipient' && group.has(name)) flush();
      last = name;
      if (!group.has(name)) group.set(name, line.slice(colon + 1).trim());
    }
  }
  flush();
  return groups;
}

/** `rfc822; user@host` (RFC 3464 section 2.3.1) as a bare address, or null. */
function addressOf(value: string | undefined): string | null {
  const address = (value ?? '')
    .replace(/^[\w-]+\s*;/, '')
    .replace(/\(.*\)/, '')
    .replace(/^[\s<"']+|[\s>"',;]+$/g, '');
  return address.includes('@') ? address : null;
}

function toRow(group: Map<string, string>, prose: string): DsnRow | null {
  const recipient =
    addressOf(group.get('final-recipient')) ?? addressOf(group.get('original-recipient')) ?? addressOf(group.get('x-actual-recipient'));
  const action = (group.get('action') ?? '').toLowerCase().replace(/\(.*/, '').split(/[\s;]/)[0] ?? '';
  const declared = statusCodes(group.get('status') ?? '')[0] ?? null;
  if (recipient === null && action === '' && declared === null) return null;
  const diagnostic = group.get('diagnostic-code') ?? '';
  // "5.0.0" says nothing; the answer of the other server is quoted in the diagnostic.
  const detailed = statusCodes(diagnostic).find((code) => !code.endsWith('.0.0')) ?? null;
  const status =
    declared === null || (declared.endsWith('.0.0') && detailed !== null && declared[0] === detailed[0])
      ? (detailed ?? declared)
      : declared;
  const reason = reasonOf(diagnostic === '' ? prose : diagnostic, status);
  return {
    action:
      action === '' && status !== null ? (status.startsWith('5') ? 'failed' : status.startsWith('4') ? 'delayed' : 'delivered') : action,
    recipient: { recipient, status, reason, hard: isHard(reason, status) },
  };
}

/** Message-ID of the returned mail: from its attached copy or headers, from a copy in the text, else from our threading headers. */
function originalMessageId(clues: BounceClues, root: MimePart): string | null {
  const returned = findPart(root, RETURNED_TYPES);
  const copy = returned === null ? clues.text : textOf(returned);
  const found = /^message-id:\s*(?:\n[ \t]+)?(<[^<>\s]{1,998}>)/im.exec(copy.slice(0, 262_144))?.[1];
  return (
    parseMessageIds(found ?? null)[0] ??
    parseMessageIds(firstRaw(clues.fields, 'in-reply-to'))[0] ??
    allRaw(clues.fields, 'references')
      .flatMap((raw) => parseMessageIds(raw))
      .at(-1) ??
    null
  );
}

/**
 * Reads a non-delivery report: the machine-readable part (RFC 3464) when there is one, else the prose. Null for
 * everything else, also for reports of success and read receipts.
 */
export function readBounce(clues: BounceClues, root: MimePart): MailBounce | null {
  const dsn = findPart(root, DSN_TYPES);
  let recipients: BounceRecipient[] = [];
  let action: MailBounce['action'] = 'failed';
  if (dsn !== null) {
    const rows = readGroups(textOf(dsn)).flatMap((group) => toRow(group, clues.text) ?? []);
    const failed = rows.filter((row) => row.action === 'failed');
    const delayed = rows.filter((row) => row.action === 'delayed');
    if (rows.length > 0 && failed.length === 0 && delayed.length === 0) return null;
    if (failed.length === 0 && delayed.length > 0) action = 'delayed';
    recipients = (failed.length > 0 ? failed : delayed).map((row) => row.recipient);
  }
  if (recipients.length === 0) {
    if (dsn === null && !looksLikeBounce(clues)) return null;
    recipients = readBounceText(clues);
    if (/warning message only|will be retried|has been delayed|still being retried|action:\s*delayed/i.test(clues.text.slice(0, 8192)))
      action = 'delayed';
  }
  const first = recipients.find((r) => r.recipient !== null) ?? recipients[0];
  if (first === undefined) return null;
  return { ...first, action, originalMessageId: originalMessageId(clues, root), all: recipients };
}
