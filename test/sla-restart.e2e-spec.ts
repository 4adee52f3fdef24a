import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Api, scratchFolder, startDesk, waitFor, type Desk } from '@helpdesk/testing';
import { movedBack } from './support/past.js';
import { makePerson, ticketAccess } from './support/people.js';

interface History {
  items: { field: string; source: string }[];
}

const TICKETS = 40;
let folder: string;
let desk: Desk;

beforeAll(async () => {
  folder = scratchFolder('sla');
  desk = await startDesk({ form: 'embedded', dataDir: folder });
}, 120_000);

afterAll(async () => {
  await desk?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** kill -9 of everything but the database, and a new start on what it has left. */
async function crash(): Promise<void> {
  await desk.child.end('SIGKILL');
  desk = await startDesk({ form: 'embedded', dataDir: folder });
}

it('D-78 what fell due while the desk was killed again and again is told and done once', async () => {
  const admin = await desk.signIn();
  const owner = await makePerson(desk, admin, 'owner', { ticketAccess: ticketAccess('all') });
  const { key } = await owner.api.post<{ key: string }>('/api-keys', { name: 'after the restart' });
  const goals = { closeMinutes: 60 };
  await admin.post('/sla-policies', { name: 'All', goals, dueSoonMinutes: 0, onOverdue: { priority: 'urgent' } });
  const { items } = await admin.get<{ items: [{ id: string; stages: { id: string }[] }] }>('/pipelines');
  const place = { pipelineId: items[0].id, stageId: items[0].stages[0]?.id };
  const ids: string[] = [];
  for (let i = 0; i < TICKETS; i++) {
    const { id } = await admin.post<{ id: string }>('/tickets', { name: `Ticket ${i}`, ...place, ownerId: owner.id });
    ids.push(id);
  }
  await movedBack(desk.databaseUrl, ids, 61);
  // The start takes what is due: killed at once, it is in the middle of that.
  for (let i = 0; i < 3; i++) await crash();
  const api = Api.withKey(desk.url, key);
  const ofTicket = async (id: string) => {
    const { clocks } = await api.get<{ clocks: { ledger: { event: string }[] }[] }>(`/tickets/${id}/sla`);
    const history = await api.get<History>(`/tickets/${id}/history`);
    return {
      lines: clocks[0]?.ledger.map(({ event }) => event),
      changes: history.items.filter(({ source }) => source === 'sla').map(({ field }) => field),
    };
  };
  await waitFor(async () => (await api.get<History>(`/tickets/${ids.at(-1)}/history`)).items.some(({ source }) => source === 'sla'), {
    within: 30_000,
    what: 'the last of them',
  });
  const told = () => api.all<{ topic: string; ticketId: string }>('/notifications');
  await waitFor(async () => (await told()).filter(({ topic }) => topic === 'sla_overdue').length >= TICKETS, {
    within: 30_000,
    what: 'all notices',
  });
  for (const id of ids) expect(await ofTicket(id)).toEqual({ lines: ['start', 'overdue'], changes: ['priority'] });
  const notices = (await told()).filter(({ topic }) => topic === 'sla_overdue').map(({ ticketId }) => ticketId);
  expect(notices.toSorted()).toEqual(ids.toSorted());
}, 180_000);
