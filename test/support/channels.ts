import { createHmac } from 'node:crypto';
import type { Api } from '@helpdesk/testing';

interface Channel {
  id: string;
  token: string;
  secret: string;
  address: string | null;
}

export const makeChannel = (api: Api, type: string, more: Record<string, unknown> = {}) =>
  api.post<Channel>('/channels', { type, name: `Test ${type}`, ...more });

export interface Receipt {
  id: string | null;
  status: 'accepted' | 'duplicate' | 'rejected';
  problem?: { code: string };
}

/** A version 1 envelope from somebody with a handle. */
export const envelope = (id: string, more: Record<string, unknown> = {}) => ({
  v: 1,
  id,
  kind: 'message',
  sender: { name: 'Mara', address: { kind: 'handle', value: `@mara-${id}` } },
  text: `A message ${id}`,
  ...more,
});

/** What an adapter puts into the queue: the envelope as text, signed with the channel's secret. */
export function signedJob(channel: Channel, content: object) {
  const body = JSON.stringify(content);
  return { channelId: channel.id, body, signature: createHmac('sha256', channel.secret).update(body).digest('hex') };
}

/** Pushes an envelope in at the HTTP door. Gives status and body whatever they are. */
export async function ingest(url: string, channelId: string, token: string, content: unknown) {
  const answer = await fetch(`${url}/api/v1/ingest/${channelId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: typeof content === 'string' ? content : JSON.stringify(content),
  });
  return { status: answer.status, body: (await answer.json()) as Receipt & { code?: string; errors?: { pointer: string }[] } };
}
