import { waitFor, type Api } from '@helpdesk/testing';

export interface Row {
  id: string;
  number: number;
  name: string;
  source: string;
  excerpt: string;
}

export interface Item {
  id: string;
  kind: string;
  direction: 'in' | 'out' | 'internal';
  seq: number;
  text: string;
  state?: string;
  stateDetail?: string | null;
  isAutomatic?: boolean;
  conversationId: string | null;
  author: { type: string; name: string };
  call?: { outcome?: string; durationSeconds?: number };
  form?: { fields: { name: string; value: string }[] };
}

interface Parked {
  id: string;
  channelId: string | null;
  code: string;
  reason: string;
  subject: string | null;
}

/** Tickets that the word is found on. */
export const ticketsNamed = (api: Api, word: string) => api.all<Row>(`/tickets?q=${encodeURIComponent(word)}`);

/** Waits for the one ticket whose name holds the word. */
export function ticketNamed(api: Api, word: string, within = 15_000): Promise<Row> {
  return waitFor(async () => (await ticketsNamed(api, word))[0], { what: `the ticket named ${word}`, within });
}

export const timeline = (api: Api, ticketId: string) => api.all<Item>(`/tickets/${ticketId}/timeline`);

export async function messagesOf(api: Api, ticketId: string): Promise<Item[]> {
  return (await timeline(api, ticketId)).filter(({ kind }) => kind === 'message');
}

/** Waits until an entry of the ticket fits. */
export function entry(api: Api, ticketId: string, fits: (item: Item) => boolean, what: string, within = 15_000): Promise<Item> {
  return waitFor(async () => (await timeline(api, ticketId)).find(fits), { what, within });
}

/** Waits for what the quarantine shows. */
export function parked(api: Api, fits: (item: Parked) => boolean, what: string): Promise<Parked> {
  return waitFor(async () => (await api.all<Parked>('/quarantine')).find(fits), { what: `in the quarantine: ${what}` });
}
