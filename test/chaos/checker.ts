import type { Api, GeneratedMail, SunkMail } from '@helpdesk/testing';

interface TimelineItem {
  id: string;
  kind: string;
  direction: string;
  seq: number;
  text: string;
  state?: string;
}

/** One message as the API shows it. */
export interface Seen extends TimelineItem {
  ticketId: string;
}

export interface View {
  ticketIds: string[];
  messages: Seen[];
}

const PARALLEL = 4;

/** Everything the desk shows: all tickets, all timelines, page by page, through the public API alone. */
export async function readEverything(api: Api): Promise<View> {
  const ticketIds = (await api.all<{ id: string }>('/tickets?sort=createdAt')).map(({ id }) => id);
  const queue = [...ticketIds];
  const messages: Seen[] = [];
  const read = async () => {
    for (let ticketId = queue.shift(); ticketId; ticketId = queue.shift()) {
      const items = await api.all<TimelineItem>(`/tickets/${ticketId}/timeline`);
      for (const item of items) if (item.kind === 'message') messages.push({ ...item, ticketId });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, read));
  return { ticketIds, messages };
}

interface Verdict {
  lost: string[];
  doubled: string[];
  outOfOrder: string[];
  wrongTicket: string[];
  /** Tickets that no sent mail opened. */
  ghosts: string[];
}

/** Compares what was sent with what is shown. */
export function judge(mails: GeneratedMail[], view: View): Verdict {
  const byMarker = new Map<string, Seen[]>();
  for (const message of view.messages.filter(({ direction }) => direction === 'in')) {
    // The first reference is the mail's own; quoted ones come later.
    const marker = /Reference (mk\w+?x\d+x)/.exec(message.text)?.[1] ?? `unmarked ${message.id}`;
    byMarker.set(marker, [...(byMarker.get(marker) ?? []), message]);
  }
  const markers = new Set(mails.map(({ marker }) => marker));
  const entryOf = (mail: GeneratedMail) => byMarker.get(mail.marker)?.[0];
  const doubled = [...byMarker].flatMap(([marker, list]) => list.slice(markers.has(marker) ? 1 : 0).map(({ id }) => `${marker} ${id}`));
  const lost = mails.filter((mail) => !entryOf(mail)).map(({ marker }) => marker);

  const wrongTicket: string[] = [];
  const outOfOrder: string[] = [];
  const rootOfTicket = new Map<string, number>();
  const lastOfThread = new Map<number, Seen>();
  for (const mail of mails) {
    const entry = entryOf(mail);
    const rootEntry = entryOf(mails[mail.root] ?? mail);
    if (!entry) continue;
    if (mail.root === mail.index) {
      if (rootOfTicket.has(entry.ticketId)) wrongTicket.push(`${mail.marker} shares a ticket with another root`);
      rootOfTicket.set(entry.ticketId, mail.index);
    } else if (entry.ticketId !== rootEntry?.ticketId) wrongTicket.push(`${mail.marker} is not on the ticket of its root`);
    const before = lastOfThread.get(mail.root);
    if (before && before.ticketId === entry.ticketId && before.seq >= entry.seq)
      outOfOrder.push(`${mail.marker} seq ${entry.seq} ≤ ${before.seq}`);
    lastOfThread.set(mail.root, entry);
  }
  const ghosts = view.ticketIds.filter((id) => !rootOfTicket.has(id));
  return { lost, doubled, outOfOrder, wrongTicket, ghosts };
}

const FINAL_STATES = ['sent', 'delivered', 'failed', 'bounced', 'unconfirmed'];

interface ReplyVerdict {
  /** Text marks of replies without an entry, or with more than one. */
  notOnce: string[];
  notFinal: string[];
  /** Message-IDs that the sink has more than once. */
  sentTwice: string[];
  /** Shown as sent, but the sink has it not. */
  sentButMissing: string[];
  states: Record<string, number>;
}

/** Compares the replies that the API accepted with what it shows, and with what reached the sink. */
export function judgeReplies(marks: string[], view: View, sink: { mails: Pick<SunkMail, 'messageId' | 'raw'>[] }): ReplyVerdict {
  const out = view.messages.filter(({ direction }) => direction === 'out');
  const verdict: ReplyVerdict = { notOnce: [], notFinal: [], sentTwice: [], sentButMissing: [], states: {} };
  const timesAtSink = new Map<string, number>();
  for (const { messageId } of sink.mails) timesAtSink.set(messageId, (timesAtSink.get(messageId) ?? 0) + 1);
  verdict.sentTwice = [...timesAtSink].filter(([, times]) => times > 1).map(([id]) => id);
  for (const mark of marks) {
    const entries = out.filter(({ text }) => text.includes(mark));
    const state = entries[0]?.state ?? 'none';
    verdict.states[state] = (verdict.states[state] ?? 0) + 1;
    if (entries.length !== 1) verdict.notOnce.push(`${mark}: ${entries.length}`);
    if (!FINAL_STATES.includes(state)) verdict.notFinal.push(`${mark}: ${state}`);
    if (state === 'sent' && !sink.mails.some(({ raw }) => raw.includes(mark))) verdict.sentButMissing.push(mark);
  }
  return verdict;
}
