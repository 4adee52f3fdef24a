import type { Api, Desk } from '@helpdesk/testing';
import { newMessageId, post, uniqueWord } from './letters.js';
import { entry, messagesOf, ticketNamed, type Row } from './reading.js';
import { customerOf } from './tickets.js';

export interface Ticket extends Row {
  ownerId: string | null;
  teamId: string | null;
  pipelineId: string;
  stageId: string;
  priority: string | null;
  category: string[];
  contactIds: string[];
  mergedIds: string[];
  links: { kind: string; ticketId: string }[];
  threadVersion: number;
  version: number;
}
export interface Restructured {
  ticket: Ticket;
  operationId: string;
}
export interface Pipeline {
  id: string;
  isDefault: boolean;
  stages: { id: string; name: string; category: string }[];
}
export interface Thread {
  ticket: Row;
  word: string;
  from: string;
  /** Message-IDs, in the order of the texts. */
  ids: string[];
}

/** Each text of the ticket's messages, in order. */
export const textsOf = async (api: Api, id: string) => (await messagesOf(api, id)).map(({ text }) => text.trim());

export const undo = (api: Api, operationId: string) =>
  api.post<{ state: string; ticket: Ticket | null }>(`/operations/${operationId}/undo`, {});

/** A thread of one customer: mails that answer each other, each on its ticket. */
export async function threadOf({ smtpPort }: Desk, api: Api, texts: string[]): Promise<Thread> {
  const word = uniqueWord();
  const from = customerOf(word);
  const ids = texts.map(() => newMessageId());
  for (const [i, text] of texts.entries()) {
    const headers = i > 0 ? { 'In-Reply-To': `<${ids[i - 1]}>`, References: `<${ids.slice(0, i).join('> <')}>` } : undefined;
    await post(smtpPort, { from, subject: `About ${word}`, text, messageId: ids[i], headers });
    const ticket = await ticketNamed(api, word);
    await entry(api, ticket.id, (item) => item.text.trim() === text, text);
  }
  return { ticket: await ticketNamed(api, word), ids, from, word };
}

/** Its customer answers one of its messages, by the place of that. */
export const answer = ({ smtpPort }: Desk, { from, word, ids }: Thread, place: number, text: string) =>
  post(smtpPort, { from, subject: `Re: About ${word}`, text, headers: { 'In-Reply-To': `<${ids[place]}>` } });
