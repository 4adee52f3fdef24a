import { describe, expect, test } from '@jest/globals';
import type { InboundMessage } from '@helpdesk/contracts';
import { place, type Candidate } from './threading.rules.js';

const NOW = new Date('2026-03-02T10:00:00Z');
const mail = (change: Partial<InboundMessage> = {}): InboundMessage => ({
  kind: 'message',
  externalId: 'm2@acme.test',
  thread: null,
  inReplyTo: 'm1@acme.test',
  references: [],
  sender: { kind: 'email', value: 'lea@acme.test' },
  replyTo: [],
  to: [],
  cc: [],
  tokens: [],
  sentAt: null,
  subject: 'Re: Invoice wrong',
  text: 'Any news?',
  visibleText: 'Any news?',
  hasQuote: true,
  hasForward: false,
  html: null,
  attachments: [],
  form: null,
  call: null,
  automatic: null,
  unreadable: null,
  warnings: [],
  ...change,
});
const candidate = (change: Partial<Candidate> = {}): Candidate => ({
  conversationId: 'c1',
  ticketId: 't1',
  channelId: 'ch1',
  state: 'open',
  arrangement: 0,
  reopenUntil: null,
  participants: ['lea@acme.test', 'bob@globex.test'],
  counterpart: 'lea@acme.test',
  companyDomains: [],
  subject: 'Invoice wrong',
  rule: 'D-23',
  matched: 'm1@acme.test',
  customerText: 'The invoice 4711 shows a VAT rate that is wrong for our country.',
  ...change,
});
const stranger = { kind: 'email' as const, value: 'eve@evil.test' };
const automatic = { isAutoReply: true, isBounce: false, reasons: [], bounce: null };

describe('who may join', () => {
  test.each(['lea@acme.test', 'bob@globex.test', 'colleague@acme.test'])('%s joins', (value) => {
    expect(place(mail({ sender: { kind: 'email', value } }), [candidate()], [], NOW)).toMatchObject({
      kind: 'append',
      decision: { rule: 'D-23' },
    });
  });

  test('a stranger with the right id gets a ticket of his own, linked', () => {
    const found = place(mail({ sender: stranger }), [candidate()], ['m1@acme.test'], NOW);
    expect(found).toMatchObject({
      kind: 'new',
      link: { kind: 'related', ticketId: 't1' },
      decision: { rule: 'D-24a', compared: ['m1@acme.test'] },
    });
  });

  test('a stranger who quotes the customer holds his mail and joins, marked', () => {
    const text = 'I am his colleague.\n\n> The invoice 4711 shows a VAT rate\n> that is wrong for our country.';
    const found = place(mail({ sender: stranger, text: text.replace('rate\n> that', 'rate that') }), [candidate()], [], NOW);
    expect(found).toMatchObject({ kind: 'append', flags: ['unknown_sender'] });
  });

  test('quoting a message of ours proves nothing', () => {
    expect(
      place(
        mail({ sender: stranger, text: '> anything at all that we may have written to a list' }),
        [candidate({ customerText: null })],
        [],
        NOW,
      ).kind,
    ).toBe('new');
  });

  test('users of the same free mail provider are strangers to each other', () => {
    const found = place(
      mail({ sender: { kind: 'email', value: 'eve@gmail.com' } }),
      [candidate({ counterpart: 'lea@gmail.com', participants: ['lea@gmail.com'] })],
      [],
      NOW,
    );
    expect(found.kind).toBe('new');
  });

  test('the signed reply address opens the ticket to whoever got it, as a new person', () => {
    expect(place(mail({ sender: stranger }), [candidate({ rule: 'D-22' })], [], NOW)).toMatchObject({
      kind: 'append',
      flags: ['unknown_sender'],
    });
  });
});

describe('the state of the ticket', () => {
  const closed = { state: 'closed' as const, reopenUntil: new Date('2026-03-10T00:00:00Z') };

  test('closed within the window: reopened', () => {
    expect(place(mail(), [candidate(closed)], [], NOW)).toMatchObject({ kind: 'append', reopens: true });
  });

  test('closed for longer: a follow-up', () => {
    const found = place(mail(), [candidate({ ...closed, reopenUntil: new Date('2026-03-01T00:00:00Z') })], [], NOW);
    expect(found).toMatchObject({ kind: 'new', link: { kind: 'follow_up_of', ticketId: 't1' } });
  });

  test('a window of null reopens for ever', () => {
    expect(place(mail(), [candidate({ ...closed, reopenUntil: null })], [], NOW)).toMatchObject({ kind: 'append', reopens: true });
  });

  test('automatic mail is appended, but reopens nothing', () => {
    expect(place(mail({ automatic }), [candidate(closed)], [], NOW)).toMatchObject({ kind: 'append', reopens: false });
  });

  test.each(['deleted', 'spam'] as const)('%s: a new ticket without a link', (state) => {
    expect(place(mail(), [candidate({ state })], [], NOW)).toMatchObject({ kind: 'new', link: null });
  });
});

test('another subject and nothing quoted: appended, with the hint to split', () => {
  const found = place(mail({ subject: 'Printer on fire', hasQuote: false }), [candidate()], [], NOW);
  expect(found).toMatchObject({ kind: 'append', flags: ['topic_changed'] });
});

test('nothing it refers to is known: a new ticket', () => {
  expect(place(mail(), [], ['m1@acme.test'], NOW)).toMatchObject({ kind: 'new', link: null, decision: { rule: 'new', matched: null } });
});
