import type { Api } from '@helpdesk/testing';
import { post } from './letters.js';
import { ticketNamed, type Row } from './reading.js';

/** A ticket that a customer's mail has made; name and text hold the word, which is in the address as well. */
export async function ticketByMail(smtpPort: number, api: Api, word: string): Promise<Row> {
  await post(smtpPort, { from: customerOf(word), subject: `About ${word}`, text: `Please help: ${word}` });
  return ticketNamed(api, word);
}

export const customerOf = (word: string) => `${word}@customer.test`;
