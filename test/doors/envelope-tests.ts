import { expect, it } from '@jest/globals';
import { ApiError, waitFor } from '@helpdesk/testing';
import { envelope, ingest, makeChannel, signedJob, type Receipt } from '../support/channels.js';
import { post, uniqueWord } from '../support/letters.js';
import { messagesOf, parked, ticketNamed, ticketsNamed, timeline } from '../support/reading.js';
import type { Stage } from './stage.js';

/** What is used of BullMQ's Queue, the same on Redis and on PostgreSQL. */
export interface JobQueue {
  add(name: string, data: object): Promise<{ id?: string }>;
  getJob(id: string): Promise<{ returnvalue: unknown } | undefined>;
  close(): Promise<void>;
}

/** Adds a job and gives the receipt that the desk returns. */
export async function push(queue: JobQueue, name: string, data: object): Promise<Receipt> {
  const { id } = await queue.add(name, data);
  return waitFor(async () => (await queue.getJob(id ?? ''))?.returnvalue as Receipt | null, { what: `the receipt of job ${id}` });
}

/** Envelopes over HTTP, and what happens to what cannot be taken. */
export function testHttpDoor(stage: () => Stage): void {
  it.each([
    ['custom', { kind: 'message' }],
    ['form', { kind: 'form', form: { fields: [{ name: 'colour', label: 'Colour', value: 'green' }] } }],
    ['call', { kind: 'call', call: { direction: 'inbound', durationSeconds: 42, outcome: 'answered' } }],
  ])('takes a %s envelope once, whatever is repeated', async (type, more) => {
    const { desk, api } = stage();
    const { id: channelId, token } = await makeChannel(api, type);
    const word = uniqueWord();
    const content = envelope(word, { subject: `Pushed ${word}`, ...more });
    const answers = await Promise.all([1, 2, 3].map(() => ingest(desk.url, channelId, token, content)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(answers.map(({ body }) => body.status).toSorted()).toEqual(['accepted', 'duplicate', 'duplicate']);
    expect(answers.every(({ body }) => body.id === word)).toBe(true);
    const ticket = await ticketNamed(api, word);
    expect(ticket.source).toBe(type);
    const entries = (await timeline(api, ticket.id)).filter(({ kind }) => kind !== 'event');
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ direction: 'in', kind: more.kind });
    if (type === 'form') expect(entries[0]?.form?.fields).toMatchObject([{ name: 'colour', value: 'green' }]);
    if (type === 'call') expect(entries[0]?.call).toMatchObject({ outcome: 'answered', durationSeconds: 42 });
    expect(await ticketsNamed(api, word)).toHaveLength(1);
  });

  it('keeps a thread of an adapter on one ticket', async () => {
    const { desk, api } = stage();
    const { id: channelId, token } = await makeChannel(api, 'custom');
    const word = uniqueWord();
    for (const n of [1, 2, 3])
      await ingest(desk.url, channelId, token, envelope(`${word}-${n}`, { subject: `Talk ${word}`, thread: word, text: `part ${n}` }));
    const ticket = await ticketNamed(api, word);
    const texts = await waitFor(
      async () => {
        const messages = await messagesOf(api, ticket.id);
        return messages.length >= 3 && messages.map(({ text }) => text);
      },
      { what: 'three messages' },
    );
    expect(texts).toEqual(['part 1', 'part 2', 'part 3']);
  });

  it('answers 401 to a wrong token, 404 to an unknown channel, 422 with a pointer to a wrong body', async () => {
    const { desk, api } = stage();
    const { id: channelId, token } = await makeChannel(api, 'custom');
    expect((await ingest(desk.url, channelId, 'wrong', envelope('x'))).status).toBe(401);
    expect((await ingest(desk.url, '01890000-0000-7000-8000-00000000dead', token, envelope('x'))).status).toBe(404);
    const { status, body } = await ingest(desk.url, channelId, token, {
      ...envelope('x'),
      sender: { address: { kind: 'pigeon', value: 'y' } },
    });
    expect(status).toBe(422);
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/sender/address/kind']);
    expect((await ingest(desk.url, channelId, token, '{"v":1,')).status).toBe(422);
    expect((await ingest(desk.url, channelId, token, { ...envelope('x'), v: 2 })).body.errors).toMatchObject([{ pointer: '/v' }]);
    for (const wrong of [{ recipients: [[]] }, { attachments: [[]] }, { sender: [] }])
      expect((await ingest(desk.url, channelId, token, { ...envelope('x'), ...wrong })).body.errors).toMatchObject([
        { pointer: `/${Object.keys(wrong)[0]}` },
      ]);
  });

  it('parks what comes for a disabled channel, and makes the ticket when it is replayed after enabling', async () => {
    const { desk, api } = stage();
    const word = uniqueWord();
    const address = `off-${word}@desk.test`;
    const settings = { disabled: true };
    const mailbox = await makeChannel(api, 'email', { address, settings });
    const adapter = await makeChannel(api, 'custom', { settings });
    await waitFor(() => post(desk.smtpPort, { from: `${word}@customer.test`, to: address, subject: `By mail ${word}`, text: 'hi' }), {
      what: 'the new address',
    });
    expect((await ingest(desk.url, adapter.id, adapter.token, envelope(word, { subject: `By adapter ${word}` }))).status).toBe(202);
    for (const channel of [mailbox, adapter]) {
      const item = await parked(api, ({ channelId }) => channelId === channel.id, 'channel_disabled');
      expect(item).toMatchObject({ code: 'channel_disabled', subject: expect.stringContaining(word) });
      const tooEarly = await api.post(`/quarantine/${item.id}/replay`, {}).catch((error: unknown) => error);
      expect((tooEarly as ApiError).status).toBe(409);
    }
    expect(await ticketsNamed(api, word)).toHaveLength(0);
    for (const channel of [mailbox, adapter]) {
      await api.patch(`/channels/${channel.id}`, { settings: { disabled: false } });
      const item = await parked(api, ({ channelId }) => channelId === channel.id, 'channel_disabled');
      await api.post(`/quarantine/${item.id}/replay`, {});
    }
    await ticketNamed(api, `By mail ${word}`);
    await ticketNamed(api, `By adapter ${word}`);
    expect(
      (await api.all<{ channelId: string }>('/quarantine')).filter(({ channelId }) => [mailbox.id, adapter.id].includes(channelId)),
    ).toEqual([]);
    expect(await ticketsNamed(api, word)).toHaveLength(2);
  });
}

/** The queue door, on whichever backend the form has. */
export function testQueueDoor(stage: () => Stage & { queue: JobQueue }): void {
  it('takes a signed job once and returns the receipt', async () => {
    const { api, queue } = stage();
    const channel = await makeChannel(api, 'custom');
    const word = uniqueWord();
    const job = signedJob(channel, envelope(word, { subject: `Queued ${word}` }));
    expect(await push(queue, 'message', job)).toMatchObject({ id: word, status: 'accepted' });
    expect(await push(queue, 'message', job)).toMatchObject({ id: word, status: 'duplicate' });
    const ticket = await ticketNamed(api, word);
    expect(ticket.source).toBe('custom');
    expect(await messagesOf(api, ticket.id)).toHaveLength(1);
  });

  it('rejects a wrong signature and a wrong body, and shows both in the quarantine', async () => {
    const { api, queue } = stage();
    const channel = await makeChannel(api, 'custom');
    const word = uniqueWord();
    const forged = { ...signedJob(channel, envelope(word)), signature: 'ab'.repeat(32) };
    expect(await push(queue, 'message', forged)).toMatchObject({ status: 'rejected', problem: { code: 'bad_signature' } });
    await parked(api, (item) => item.channelId === channel.id && item.code === 'bad_signature', 'bad_signature');
    const wrong = signedJob(channel, { ...envelope(word), kind: 'telegram' });
    expect(await push(queue, 'message', wrong)).toMatchObject({ status: 'rejected', problem: { code: 'invalid_envelope' } });
    await parked(api, (item) => item.channelId === channel.id && item.code === 'invalid_envelope', 'invalid_envelope');
    expect(await push(queue, 'message', { nonsense: true })).toMatchObject({ status: 'rejected' });
    // It stops nobody else.
    const good = uniqueWord();
    expect(await push(queue, 'message', signedJob(channel, envelope(good, { subject: `Good ${good}` })))).toMatchObject({
      status: 'accepted',
    });
    await ticketNamed(api, good);
    expect(await ticketsNamed(api, word)).toHaveLength(0);
  });
}
