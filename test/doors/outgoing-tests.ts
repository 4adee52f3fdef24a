import { expect, it } from '@jest/globals';
import { ApiError, SUPPORT_ADDRESS, waitFor } from '@helpdesk/testing';
import { makeChannel } from '../support/channels.js';
import { deliver, post, uniqueWord } from '../support/letters.js';
import { entry, messagesOf, ticketNamed, type Item } from '../support/reading.js';
import { customerOf, ticketByMail } from '../support/tickets.js';
import type { Stage } from './stage.js';

/** What leaves the desk: automatic answers, bounces of it, and never twice. */
export function testOutgoing(stage: () => Stage): void {
  it('acknowledges a new ticket once, and never answers automatic mail', async () => {
    const { desk, api, sink } = stage();
    const word = uniqueWord();
    const address = `ack-${word}@desk.test`;
    await makeChannel(api, 'email', {
      address,
      settings: { autoReply: { enabled: true, subject: `Received ${word}`, html: '<p>We have it.</p>' } },
    });
    const [human, robot, last] = [`human-${word}@customer.test`, `robot-${word}@customer.test`, `last-${word}@customer.test`];
    // The directory of channels is at most a second old.
    await waitFor(() => post(desk.smtpPort, { from: human, to: address, subject: `Question ${word} h`, text: 'first' }), {
      what: 'the new address',
    });
    const acknowledged = await waitFor(() => sink.to(human)[0], { what: 'the acknowledgement' });
    expect(acknowledged.from).toBe('');
    expect(acknowledged.header('Auto-Submitted')).toMatch(/^auto-/);
    expect(acknowledged.header('X-Auto-Response-Suppress')).toBe('All');
    expect(acknowledged.header('Subject')).toContain(`Received ${word}`);

    await post(desk.smtpPort, { from: human, to: address, subject: `Again ${word} h`, text: 'second' });
    const headers = { 'Auto-Submitted': 'auto-replied' };
    await post(desk.smtpPort, { from: robot, to: address, subject: `Out of office ${word} r`, text: 'I am away', headers });
    const ticket = await ticketNamed(api, `Out of office ${word} r`);
    await ticketNamed(api, `Again ${word} h`);
    // Whoever comes last has his acknowledgement: those before would have theirs.
    await post(desk.smtpPort, { from: last, to: address, subject: `Question ${word} l`, text: 'last' });
    await waitFor(() => sink.to(last)[0], { what: 'the acknowledgement of the last' });
    expect(sink.to(human)).toHaveLength(1);
    expect(sink.to(robot)).toHaveLength(0);
    const [only] = await messagesOf(api, ticket.id);
    expect(await messagesOf(api, ticket.id)).toHaveLength(1);
    expect(only).toMatchObject({ isAutomatic: true, direction: 'in' });
  });

  it('marks a reply as bounced when its delivery status notification comes', async () => {
    const { desk, api, sink } = stage();
    const word = uniqueWord();
    const customer = customerOf(word);
    const ticket = await ticketByMail(desk.smtpPort, api, word);
    const reply = await api.post<Item>(`/tickets/${ticket.id}/replies`, { text: 'Here you are.', undoSeconds: 0 });
    const out = await waitFor(() => sink.to(customer)[0], { what: 'the answer at the sink' });
    const dsn = [
      'From: Mail Delivery System <MAILER-DAEMON@mx.customer.test>',
      `To: <${SUPPORT_ADDRESS}>`,
      'Subject: Undelivered Mail Returned to Sender',
      `Message-ID: <dsn-${word}@mx.customer.test>`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary="dsn"',
      '',
      '--dsn',
      'Content-Type: text/plain',
      '',
      'Your message could not be delivered.',
      '--dsn',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.customer.test',
      '',
      `Final-Recipient: rfc822; ${customer}`,
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
      '',
      '--dsn',
      'Content-Type: text/rfc822-headers',
      '',
      `Message-ID: ${out.messageId}`,
      `Subject: ${out.header('Subject')}`,
      '',
      '--dsn--',
      '',
    ].join('\r\n');
    await deliver(desk.smtpPort, Buffer.from(dsn), { from: '' });
    const bounced = await entry(api, ticket.id, (item) => item.id === reply.id && item.state === 'bounced', 'the bounced reply');
    expect(bounced.stateDetail).toContain('5.1.1');
    expect(sink.to(customer)).toHaveLength(1);
  });

  it('sends once for three requests with one Idempotency-Key, and refuses the key for another body', async () => {
    const { desk, api, sink } = stage();
    const word = uniqueWord();
    const customer = customerOf(word);
    const ticket = await ticketByMail(desk.smtpPort, api, word);
    const path = `/tickets/${ticket.id}/replies`;
    const ask = (text: string) => api.post<Item>(path, { text, undoSeconds: 0 }, { 'idempotency-key': word });
    const answers = await Promise.all([ask('Only once'), ask('Only once'), ask('Only once')]);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    const refused = await ask('Something else').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect((refused as ApiError).status).toBe(422);
    await entry(api, ticket.id, (item) => item.id === answers[0]?.id && item.state === 'sent', 'the reply as sent');
    expect(sink.to(customer)).toHaveLength(1);
    expect((await messagesOf(api, ticket.id)).filter(({ direction }) => direction === 'out')).toHaveLength(1);
  });

  it('shows a reply that the relay refuses as failed, with the reason', async () => {
    const { desk, api, sink } = stage();
    const word = uniqueWord();
    const ticket = await ticketByMail(desk.smtpPort, api, word);
    sink.set('550');
    try {
      const reply = await api.post<Item>(`/tickets/${ticket.id}/replies`, { text: 'Will not arrive.', undoSeconds: 0 });
      const failed = await entry(api, ticket.id, (item) => item.id === reply.id && item.state === 'failed', 'the failed reply');
      expect(failed.stateDetail).toContain('The sink says 550');
    } finally {
      sink.set('normal');
    }
  });

  it('shows a reply as unconfirmed when the connection breaks after the final dot, and does not send it again', async () => {
    const { desk, api, sink } = stage();
    const word = uniqueWord();
    const customer = customerOf(word);
    const ticket = await ticketByMail(desk.smtpPort, api, word);
    sink.set('reset_after_dot');
    try {
      const reply = await api.post<Item>(`/tickets/${ticket.id}/replies`, { text: 'May have arrived.', undoSeconds: 0 });
      await entry(api, ticket.id, (item) => item.id === reply.id && item.state === 'unconfirmed', 'the unconfirmed reply');
    } finally {
      sink.set('normal');
    }
    expect(sink.to(customer)).toHaveLength(1);
  });
}
