import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { envelope, ingest, makeChannel } from './support/channels.js';
import { uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { problemsOf, refusal } from './support/refusal.js';

interface Found {
  id: string;
  number: number;
  name: string;
  contact: { name: string } | null;
  highlight: { text: string; ranges: { from: number; to: number }[] } | null;
}
interface Results {
  tickets: Found[];
  contacts: { id: string; name: string }[];
  companies: { id: string }[];
  articles: unknown[];
}

let desk: Desk;
let admin: Api;
/** Sees all · sees his own alone · has no way in. */
let lead: Person;
let agent: Person;
let outsider: Person;
let place: { pipelineId: string; stageId: string };
let channel: Awaited<ReturnType<typeof makeChannel>>;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all') });
  agent = await makePerson(desk, admin, 'agent');
  outsider = await makePerson(desk, admin, 'outsider', { seat: 'core' });
  const { items } = await admin.get<{ items: [{ id: string; stages: { id: string }[] }] }>('/pipelines');
  place = { pipelineId: items[0].id, stageId: items[0].stages[0]?.id ?? '' };
  channel = await makeChannel(admin, 'custom');
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const make = (name: string, more: object = {}) => admin.post<{ id: string; number: number }>('/tickets', { name, ...place, ...more });
const search = (q: string, as: Api = lead.api) => as.get<Results>(`/search?q=${encodeURIComponent(q)}`);
const idsOf = async (q: string, as: Api = lead.api) => (await search(q, as)).tickets.map(({ id }) => id);
const listed = async (q: string, as: Api = lead.api) =>
  (await as.all<{ id: string }>(`/tickets?q=${encodeURIComponent(q)}`)).map(({ id }) => id);
const marked = ({ highlight }: Found) => highlight?.ranges.map(({ from, to }) => highlight.text.slice(from, to));
/** Letters alone, as words that can be misspelt. */
const newWord = (length = 10) => Array.from({ length }, () => String.fromCodePoint(97 + Math.floor(Math.random() * 26))).join('');

/** A customer writes; gives his ticket once it is there. */
async function write(more: Record<string, unknown>): Promise<string> {
  const word = uniqueWord();
  const { status } = await ingest(desk.url, channel.id, channel.token, envelope(word, { subject: `About ${word}`, thread: word, ...more }));
  expect(status).toBe(202);
  return waitFor(async () => (await idsOf(word))[0], { what: `the ticket of ${word}` });
}

describe('tickets are found (2.14)', () => {
  it('by what stands on them: number, name, contact, text properties', async () => {
    const word = uniqueWord();
    for (const [name, type] of [
      ['machine', 'text'],
      ['keeper', 'user'],
    ])
      await admin.post('/properties', { name, label: name, type });
    const contact = await admin.post<{ id: string }>('/contacts', { name: `Zoë Müßig-${word}` });
    const serial = uniqueWord();
    const { id, number } = await make(`Printer ${word}: out of paper`, {
      contactIds: [contact.id],
      properties: { machine: `SN/${serial}`, keeper: agent.id },
    });
    for (const q of [`#${number}`, String(number), `printer ${word}`, `PAPER ${word.toUpperCase()}`, `zoe mussig ${word}`, serial])
      expect([q, await idsOf(q)]).toEqual([q, [id]]);
    expect(await idsOf(`#${number + 1_000}`)).toEqual([]);
    expect(await idsOf(`${word} nowhere`)).toEqual([]);
    // The id of a user is no text.
    expect(await idsOf(agent.id)).toEqual([]);
    expect((await search(`#${number}`)).tickets[0]?.highlight).toBeNull();
  });

  it('by public messages in and out, who sent them and what their files are called', async () => {
    const [text, file, sender] = [uniqueWord(), uniqueWord(), uniqueWord()];
    const id = await write({
      text: `Guten Tag,\n\ndie Straße nach ${text} ist gesperrt.`,
      sender: { name: `Jörg ${sender}`, address: { kind: 'email', value: `joerg@${sender}.test` } },
      attachments: [{ filename: `Foto_${file}.jpg`, contentType: 'image/jpeg', content: Buffer.from('x').toString('base64') }],
    });
    for (const q of [`strasse ${text}`, `foto ${file}`, `${file}.jpg`, `jorg ${sender}`, `joerg@${sender}.test`])
      expect([q, await idsOf(q), await listed(q)]).toEqual([q, [id], [id]]);
    const reply = uniqueWord();
    await lead.api.post(`/tickets/${id}/replies`, { text: `We look after it: ${reply}` });
    expect(await waitFor(async () => (await idsOf(reply))[0], { what: 'the reply' })).toBe(id);
  });

  it('never by a comment', async () => {
    const [word, comment, later] = [uniqueWord(), uniqueWord(), uniqueWord()];
    const id = await write({ text: `Hello ${word}` });
    await lead.api.post(`/tickets/${id}/comments`, { text: `Between us: ${comment}` });
    await lead.api.post(`/tickets/${id}/replies`, { text: later });
    // Events of one ticket are taken in their order.
    await waitFor(async () => (await idsOf(later))[0], { what: 'the reply after the comment' });
    expect(await idsOf(comment)).toEqual([]);
  });

  it('by their new name, and no longer by the old one', async () => {
    const [old, now] = [uniqueWord(), uniqueWord()];
    const { id } = await make(`Old ${old}`);
    await admin.patch(`/tickets/${id}`, { name: `New ${now}` });
    expect([await idsOf(old), await idsOf(now)]).toEqual([[], [id]]);
  });

  it('by the beginning of the last word', async () => {
    const word = newWord(12);
    const { id } = await make(`A ${word} b`);
    expect(await idsOf(`a ${word.slice(0, 6)}`)).toEqual([id]);
    expect(await idsOf(`${word.slice(0, 6)} a`)).toEqual([]);
  });

  it('in the trash by nobody', async () => {
    const word = uniqueWord();
    const { id } = await make(word);
    await admin.delete(`/tickets/${id}`);
    expect([await idsOf(word), await listed(word)]).toEqual([[], []]);
  });

  it('the newest first, ten of them, and in the list page by page', async () => {
    const word = uniqueWord();
    const made: string[] = [];
    for (let i = 0; i < 13; i += 1) made.unshift((await make(`${word} ${i}`)).id);
    expect(await idsOf(word)).toEqual(made.slice(0, 10));
    const pages = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor && `&cursor=${cursor}`;
      const page: { items: { id: string }[]; nextCursor: string | null } = await lead.api.get(`/tickets?q=${word}&limit=5${from}`);
      pages.push(page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual([made.slice(0, 5), made.slice(5, 10), made.slice(10)]);
  });
});

describe('what was found is shown', () => {
  it('as plain text with its places', async () => {
    const word = uniqueWord();
    const markup = '<b>bold</b> & co';
    await write({ text: `${'Long before it. '.repeat(30)}${markup} 🎉 ${word} and Übergröße.` });
    const [found] = (await search(`${word} ubergrosse`)).tickets;
    expect(found && marked(found)).toEqual([word, 'Übergröße']);
    expect(found?.highlight?.text).toContain(markup);
    expect(found?.highlight?.text.length).toBeLessThan(250);
  });
});

describe('misspelt words', () => {
  it('lead to what was meant, with a letter too many, too few, wrong or swapped', async () => {
    const word = newWord();
    const { id } = await make(`Broken ${word}`);
    const [a, b, c] = [word.slice(0, 5), word.slice(5, 7), word.slice(7)];
    const swapped = b[0] === b[1] ? `${a}${c}` : `${a}${b[1]}${b[0]}${c}`;
    for (const q of [`${a}q${b}${c}`, `${a}${b[1]}${c}`, `${a}9${c}`.replace('9', 'ü'), swapped])
      expect([q, await idsOf(`broken ${q}`), await listed(q)]).toEqual([q, [id], [id]]);
    const [found] = (await search(swapped)).tickets;
    expect(found && marked(found)).toEqual([word]);
  });

  it('of people lead to them', async () => {
    const word = newWord();
    const { id } = await admin.post<{ id: string }>('/contacts', { name: `Anna ${word}` });
    expect((await search(`${word.slice(0, 4)}x${word.slice(4)}`)).contacts.map((contact) => contact.id)).toEqual([id]);
  });

  it('tell nobody of words that stand on tickets he does not see', async () => {
    const word = newWord();
    await make(`Secret ${word}`);
    const misspelt = `${word.slice(0, 5)}${word.slice(6)}`;
    expect(await search(misspelt, agent.api)).toEqual(await search(newWord(), agent.api));
    expect(await listed(misspelt, agent.api)).toEqual([]);
  });
});

describe('everybody finds what he may see (S-11)', () => {
  it('and nothing else, by number, word or list', async () => {
    const word = uniqueWord();
    const his = await make(`${word} his`, { ownerId: agent.id });
    const other = await make(`${word} other`, { ownerId: lead.id });
    expect((await idsOf(word)).toSorted()).toEqual([his.id, other.id].toSorted());
    expect([await idsOf(word, agent.api), await listed(word, agent.api)]).toEqual([[his.id], [his.id]]);
    expect([await idsOf(`#${other.number}`, agent.api), await idsOf(`#${his.number}`, agent.api)]).toEqual([[], [his.id]]);
    expect((await refusal(search(word, outsider.api))).problem).toMatchObject({ status: 403, code: 'no_helpdesk_access' });
  });
});

describe('contacts and companies (S-22)', () => {
  it('are found by name, mail address, phone number and domain', async () => {
    const word = uniqueWord();
    const contact = await admin.post<{ id: string }>('/contacts', {
      name: `Carla ${word}`,
      email: `c@${word}.test`,
      phone: '+49 171 5550142',
    });
    const company = await admin.post<{ id: string }>('/companies', { name: `Firm ${word}`, domains: [`${word}.example`] });
    for (const q of [`carla ${word}`, `c@${word}`]) expect((await search(q)).contacts.map(({ id }) => id)).toEqual([contact.id]);
    expect((await search('0171 / 555 0142'.slice(1))).contacts.map(({ id }) => id)).toEqual([contact.id]);
    for (const q of [`firm ${word}`, `${word}.exam`]) expect((await search(q)).companies.map(({ id }) => id)).toEqual([company.id]);
    expect((await search(word)).articles).toEqual([]);
  });
});

describe('what makes no sense', () => {
  it('is refused, or finds nothing', async () => {
    expect(await problemsOf(lead.api.get('/search'))).toEqual(['/q required']);
    for (const q of ['', '  ']) expect(await problemsOf(search(q))).toEqual(['/q required']);
    expect(await problemsOf(search('x'.repeat(201)))).toEqual(['/q max_length']);
    expect(await problemsOf(lead.api.get('/search?q=a&q=b'))).toEqual(['/q max_length']);
    for (const q of ["'", "\\' | 'zqx':*", '%_%', '!!! & |', '<->', '(', ':*', '🎉'.repeat(90), 'a'.repeat(200)])
      expect([q, (await search(q)).tickets, await listed(q)]).toEqual([q, [], []]);
  });
});
