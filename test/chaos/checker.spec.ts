import { describe, expect, it } from '@jest/globals';
import { generateMails } from '@helpdesk/testing';
import { judge, judgeReplies, type Seen, type View } from './checker.js';

const mails = generateMails({ count: 20, seed: 3, to: 'support@desk.test', attachKb: 1 });
const firstReply = mails.find((mail) => mail.parent !== null);
const none = { lost: [], doubled: [], outOfOrder: [], wrongTicket: [], ghosts: [] };

/** What a desk without faults shows. */
function perfect(): View {
  const seqOf = new Map<number, number>();
  const messages = mails.map((mail): Seen => {
    const seq = (seqOf.get(mail.root) ?? 0) + 1;
    seqOf.set(mail.root, seq);
    return {
      id: `m${mail.index}`,
      kind: 'message',
      direction: 'in',
      seq,
      text: `Reference ${mail.marker} and more`,
      ticketId: `t${mail.root}`,
    };
  });
  return { ticketIds: [...new Set(messages.map(({ ticketId }) => ticketId))], messages };
}

/** The same with one fault. */
function broken(fault: (view: View) => void): View {
  const view = perfect();
  fault(view);
  return view;
}
const replyIn = (view: View) => view.messages[firstReply?.index ?? 0] as Seen;

describe('the judge of the chaos test', () => {
  it('finds nothing when nothing is wrong', () => {
    expect(firstReply).toBeDefined();
    expect(judge(mails, perfect())).toEqual(none);
  });

  it('finds each kind of fault', () => {
    expect(
      judge(
        mails,
        broken((view) => view.messages.splice(4, 1)),
      ).lost,
    ).toHaveLength(1);
    expect(
      judge(
        mails,
        broken((view) => view.messages.push({ ...replyIn(view), id: 'again' })),
      ).doubled,
    ).toHaveLength(1);
    expect(
      judge(
        mails,
        broken((view) => (replyIn(view).ticketId = 'elsewhere')),
      ).wrongTicket,
    ).toHaveLength(1);
    expect(
      judge(
        mails,
        broken((view) => (replyIn(view).seq = 0)),
      ).outOfOrder,
    ).toHaveLength(1);
    expect(
      judge(
        mails,
        broken((view) => view.ticketIds.push('nobody sent this')),
      ).ghosts,
    ).toHaveLength(1);
    const shared = broken((view) => {
      const [a, b] = view.messages.filter((_, i) => mails[i]?.root === i) as [Seen, Seen];
      b.ticketId = a.ticketId;
    });
    expect(judge(mails, shared).wrongTicket.length).toBeGreaterThan(0);
  });

  it('finds replies that left twice, never, or without an end', () => {
    const out = (text: string, state: string): Seen => ({
      id: text,
      kind: 'message',
      direction: 'out',
      seq: 9,
      text,
      state,
      ticketId: 't',
    });
    const view = { ticketIds: ['t'], messages: [out('one', 'sent'), out('two', 'sent'), out('three', 'queued')] };
    const sunk = (id: string, text: string) => ({ messageId: id, raw: Buffer.from(text) });
    const sink = { mails: [sunk('<1>', 'one'), sunk('<1>', 'one')] };
    const verdict = judgeReplies(['one', 'two', 'three', 'four'], view, sink);
    expect(verdict).toMatchObject({
      sentTwice: ['<1>'],
      sentButMissing: ['two'],
      notOnce: ['four: 0'],
      notFinal: ['three: queued', 'four: none'],
    });
  });
});
