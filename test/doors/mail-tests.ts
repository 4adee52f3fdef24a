import { expect, it } from '@jest/globals';
import { SmtpClient, SUPPORT_ADDRESS, waitFor } from '@helpdesk/testing';
import { deliver, letter, newMessageId, post, uniqueWord } from '../support/letters.js';
import { entry, messagesOf, ticketNamed, ticketsNamed, type Item } from '../support/reading.js';
import type { Stage } from './stage.js';

/** Mail in, the answer out, the customer's answer in again. */
export function testMail(stage: () => Stage): void {
  it('makes a ticket of a mail, sends the answer, and puts what the customer answers on the same ticket', async () => {
    const { desk, api, sink } = stage();
    const word = uniqueWord();
    const customer = `${word}@customer.test`;
    const messageId = newMessageId();
    const subject = `Ordered twice ${word}`;
    await post(desk.smtpPort, {
      from: `Lea <${customer}>`,
      subject,
      text: 'Hello, I ordered twice.',
      html: '<p>Hello, I ordered <b>twice</b>.</p>',
      messageId,
    });

    const ticket = await ticketNamed(api, word);
    expect(ticket).toMatchObject({ name: subject, source: 'email' });
    const [first] = await messagesOf(api, ticket.id);
    expect(first).toMatchObject({ direction: 'in', seq: 1, author: { type: 'contact', name: 'Lea' } });
    expect(first?.text).toContain('I ordered twice.');
    expect((await api.bytes(`/messages/${first?.id}/raw`)).toString()).toContain(messageId);

    const reply = await api.post<Item>(`/tickets/${ticket.id}/replies`, { html: '<p>We cancel <i>one</i> of them.</p>', undoSeconds: 0 });
    const out = await waitFor(() => sink.to(customer)[0], { what: 'the answer at the sink' });
    expect(out.from).toBe(SUPPORT_ADDRESS);
    expect(out.recipients).toEqual([customer]);
    expect(out.messageId).toMatch(/^<[^<>@\s]+@desk\.test>$/);
    expect(out.header('In-Reply-To')).toBe(`<${messageId}>`);
    expect(out.header('References')?.split(' ')).toContain(`<${messageId}>`);
    expect(out.header('Subject')).toBe(`Re: ${subject}`);
    expect(out.header('Auto-Submitted')).toBeUndefined();
    const replyTo = /<([^>]+)>/.exec(out.header('Reply-To') ?? '')?.[1] ?? '';
    expect(replyTo).toMatch(/^support\+t\.[a-z2-7]{26}\.[a-z2-7]{20}@desk\.test$/);
    expect(out.raw.toString()).toMatch(
      /Content-Type: text\/plain[\s\S]*We cancel one of them\.[\s\S]*Content-Type: text\/html[\s\S]*We cancel <i>one<\/i>/i,
    );
    await entry(api, ticket.id, (item) => item.id === reply.id && item.state === 'sent', 'the reply as sent');

    const references = `<${messageId}> ${out.messageId}`;
    await post(desk.smtpPort, {
      from: customer,
      subject: `Re: ${subject}`,
      text: 'Thank you (by references)',
      headers: { 'In-Reply-To': out.messageId, References: references },
    });
    await entry(api, ticket.id, (item) => item.text.includes('by references'), 'the answer by References');
    await post(desk.smtpPort, { from: customer, to: replyTo, subject: 'Something else', text: 'One more thing (by address)' });
    await entry(api, ticket.id, (item) => item.text.includes('by address'), 'the answer by Reply-To');
    expect((await messagesOf(api, ticket.id)).map(({ direction }) => direction)).toEqual(['in', 'out', 'in', 'in']);
    expect(await ticketsNamed(api, word)).toHaveLength(1);
  });

  it('takes the same mail fifty times at once as one message on one ticket', async () => {
    const { desk, api } = stage();
    const word = uniqueWord();
    const from = `${word}@customer.test`;
    const messageId = newMessageId();
    const raw = letter({ from, subject: `Many times ${word}`, text: 'Once is enough.', messageId });
    const answers = await Promise.all(Array.from({ length: 50 }, () => deliver(desk.smtpPort, raw, { from })));
    expect(answers.every((answer) => answer.startsWith('250'))).toBe(true);
    // A later mail of the same thread is handled after them all.
    await post(desk.smtpPort, { from, subject: `Re: Many times ${word}`, text: 'The last one', headers: { References: `<${messageId}>` } });
    const ticket = await ticketNamed(api, word);
    await entry(api, ticket.id, (item) => item.text.includes('The last one'), 'the later mail');
    expect(await messagesOf(api, ticket.id)).toHaveLength(2);
    expect(await ticketsNamed(api, word)).toHaveLength(1);
  });

  it('keeps two mails with one Message-ID and different content', async () => {
    const { desk, api } = stage();
    const [word, messageId] = [uniqueWord(), newMessageId()];
    await post(desk.smtpPort, { from: 'a@one.test', subject: `First ${word}`, text: 'sent before the victim', messageId });
    await post(desk.smtpPort, { from: 'b@two.test', subject: `Second ${word}`, text: 'the true one', messageId });
    await waitFor(async () => (await ticketsNamed(api, word)).length === 2, { what: 'both tickets' });
  });

  it('refuses an unknown recipient with 550', async () => {
    const client = await SmtpClient.connect(stage().desk.smtpPort);
    await client.command('MAIL FROM:<a@customer.test>', 250);
    expect(await client.command('RCPT TO:<nobody-here@desk.test>')).toMatchObject({ code: 550 });
    expect(await client.command(`RCPT TO:<${SUPPORT_ADDRESS}>`)).toMatchObject({ code: 250 });
    await client.quit();
  });

  it('gives a stranger with forged References a ticket of his own (D-24a)', async () => {
    const { desk, api } = stage();
    const [word, messageId] = [uniqueWord(), newMessageId()];
    await post(desk.smtpPort, { from: `victim-${word}@customer.test`, subject: `Private matter ${word}`, text: 'secret', messageId });
    const ticket = await ticketNamed(api, word);
    const forged = { 'In-Reply-To': `<${messageId}>`, References: `<${messageId}>` };
    await post(desk.smtpPort, {
      from: 'stranger@elsewhere.test',
      subject: `Re: Private matter ${word}`,
      text: 'let me in',
      headers: forged,
    });
    const other = await waitFor(async () => (await ticketsNamed(api, word)).find(({ id }) => id !== ticket.id), {
      what: "the stranger's ticket",
    });
    expect(await messagesOf(api, ticket.id)).toHaveLength(1);
    const { links } = await api.get<{ links: { kind: string; ticketId: string }[] }>(`/tickets/${other.id}`);
    expect(links).toEqual([{ kind: 'related', ticketId: ticket.id }]);
    const [message] = await messagesOf(api, other.id);
    const decision = await api.get<{ guards: { rule: string }[] }>(`/messages/${message?.id}/decision`);
    expect(decision.guards.map(({ rule }) => rule)).toContain('D-24a');
  });
}
