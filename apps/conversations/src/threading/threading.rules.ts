import { normaliseSubject } from '@helpdesk/content';
import type { InboundMessage, LinkKind, ThreadDecision, ThreadState } from '@helpdesk/contracts';

/** A conversation that a message may belong to, and how it was found. */
export interface Candidate {
  conversationId: string;
  ticketId: string;
  channelId: string;
  state: ThreadState;
  /** Of the thread, as it was when it was found: another one means that entries left it since. */
  arrangement: number;
  reopenUntil: Date | null;
  participants: string[];
  counterpart: string | null;
  companyDomains: string[];
  subject: string | null;
  /** `D-22` token, `D-23` message id, `D-24` subject tag, `D-29` thread of the adapter or address. */
  rule: 'D-22' | 'D-23' | 'D-24' | 'D-29';
  matched: string;
  /** Text of the customer's message that is referred to; null when the message was ours. */
  customerText: string | null;
}

export type Placement =
  | { kind: 'append'; candidate: Candidate; reopens: boolean; flags: string[]; decision: ThreadDecision }
  | { kind: 'new'; link: { kind: LinkKind; ticketId: string } | null; flags: string[]; decision: ThreadDecision };

/** Domains whose users have nothing to do with each other. */
const FREE_MAIL = new Set(
  (
    'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.de yahoo.co.uk ymail.com icloud.com me.com mac.com aol.com gmx.de gmx.net ' +
    'gmx.at gmx.ch web.de t-online.de freenet.de mail.ru yandex.ru yandex.com proton.me protonmail.com pm.me zoho.com qq.com 163.com 126.com orange.fr free.fr ' +
    'laposte.net wanadoo.fr libero.it virgilio.it bluewin.ch mail.com fastmail.com posteo.de mailbox.org hey.com seznam.cz wp.pl o2.pl interia.pl'
  ).split(' '),
);

export const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);
export const isFreeMail = (domain: string) => FREE_MAIL.has(domain);

/**
 * Where a message belongs (D-22 to D-29): the first candidate that passes its guards, in the order given. Pure: `now` is the moment of
 * acceptance. A token proves that the sender got a mail of ours; ids and tags can be seen by others, so they ask for a participant.
 */
export function place(message: InboundMessage, candidates: Candidate[], compared: string[], now: Date): Placement {
  const guards: ThreadDecision['guards'] = [];
  for (const candidate of candidates) {
    const stranger = guardParticipant(message, candidate);
    if (stranger) {
      guards.push({ rule: 'D-24a', result: stranger });
      return makeNew(
        candidate,
        'related',
        ['unknown_sender'],
        `The sender does not take part in the ticket that ${candidate.matched} belongs to.`,
        compared,
        guards,
      );
    }
    if (candidate.state === 'deleted' || candidate.state === 'spam') {
      guards.push({ rule: 'D-25', result: `the ticket is ${candidate.state === 'spam' ? 'spam' : 'deleted'}` });
      return makeNew(null, 'related', [], 'The ticket it belonged to was removed.', compared, guards, candidate);
    }
    if (candidate.state === 'closed' && candidate.reopenUntil !== null && candidate.reopenUntil <= now && !message.automatic) {
      guards.push({ rule: 'D-25', result: `closed, reopening ended ${candidate.reopenUntil.toISOString()}` });
      return makeNew(candidate, 'follow_up_of', [], 'The ticket it belonged to was closed too long ago.', compared, guards);
    }
    const flags = isNewSender(message, candidate) ? ['unknown_sender'] : [];
    if (hasTopicChanged(message, candidate)) {
      guards.push({ rule: 'D-24b', result: 'another subject and nothing quoted' });
      flags.push('topic_changed');
    }
    return {
      kind: 'append',
      candidate,
      reopens: candidate.state === 'closed' && !message.automatic,
      flags,
      decision: { rule: candidate.rule, reason: reasonOf(candidate), compared, matched: candidate.matched, guards },
    };
  }
  return makeNew(
    null,
    'related',
    [],
    compared.length > 0 ? 'None of the ids it refers to is known here.' : 'It refers to no earlier message.',
    compared,
    guards,
  );
}

function makeNew(
  link: Candidate | null,
  kind: LinkKind,
  flags: string[],
  reason: string,
  compared: string[],
  guards: ThreadDecision['guards'],
  matched: Candidate | null = link,
): Placement {
  return {
    kind: 'new',
    link: link && { kind, ticketId: link.ticketId },
    flags,
    decision: {
      rule: guards.at(-1)?.rule ?? 'new',
      reason,
      compared,
      matched: matched?.matched ?? null,
      guards,
      ...(matched && { otherTicketId: matched.ticketId }),
    },
  };
}

function reasonOf({ rule, matched }: Candidate): string {
  if (rule === 'D-22') return 'It was sent to the reply address of this conversation.';
  if (rule === 'D-23') return `It answers the message ${matched} of this conversation.`;
  if (rule === 'D-24') return `Its subject carries the signed reference ${matched}, and the sender takes part.`;
  return `It belongs to the thread ${matched} of this channel.`;
}

/** Why the sender may not join, null when he may. */
function guardParticipant(message: InboundMessage, candidate: Candidate): string | null {
  if (candidate.rule === 'D-22' || candidate.rule === 'D-29') return null;
  if (message.automatic?.isBounce) return null;
  const sender = message.sender?.value;
  if (!sender) return 'the message has no sender';
  if (isParticipant(sender, candidate) || isColleague(sender, candidate) || quotesCustomer(message, candidate)) return null;
  return `${sender} takes no part in the ticket`;
}

const isParticipant = (sender: string, candidate: Candidate) => candidate.counterpart === sender || candidate.participants.includes(sender);

function isColleague(sender: string, candidate: Candidate): boolean {
  const domain = domainOf(sender);
  if (isFreeMail(domain)) return false;
  return candidate.companyDomains.includes(domain) || (candidate.counterpart !== null && domainOf(candidate.counterpart) === domain);
}

/** Shorter agreement than this proves nothing, characters. */
const MIN_QUOTE = 40;
const squeeze = (text: string) => text.replaceAll(/^[\s>|]+/gm, '').replaceAll(/\s+/g, ' ');

/**
 * A stranger who quotes what the customer wrote holds that mail: the customer gave it to him. Ids can be seen or guessed, the text cannot.
 * A quote of our own message proves nothing: anybody on a list may have got it.
 */
function quotesCustomer(message: InboundMessage, candidate: Candidate): boolean {
  if (!message.hasQuote || candidate.customerText === null) return false;
  const quoting = squeeze(message.text);
  let agreed = 0;
  for (const line of candidate.customerText.split('\n').slice(0, 200)) {
    const text = squeeze(line).trim();
    if (text.length >= 15 && quoting.includes(text)) agreed += text.length;
    if (agreed >= MIN_QUOTE) return true;
  }
  return false;
}

function isNewSender(message: InboundMessage, candidate: Candidate): boolean {
  const sender = message.sender;
  return sender?.kind === 'email' && candidate.rule !== 'D-29' && !isParticipant(sender.value, candidate);
}

function hasTopicChanged(message: InboundMessage, candidate: Candidate): boolean {
  if (candidate.rule === 'D-29' || message.hasQuote || message.automatic) return false;
  const now = normaliseSubject(message.subject ?? '');
  const before = normaliseSubject(candidate.subject ?? '');
  return now !== '' && before !== '' && !now.includes(before) && !before.includes(now);
}
