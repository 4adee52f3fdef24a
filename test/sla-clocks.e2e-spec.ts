import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Random, startDesk, waitFor, type Api } from '@helpdesk/testing';
import { makeChannel } from './support/channels.js';
import { uniqueWord } from './support/letters.js';
import { messagesOf } from './support/reading.js';
import { ALL_GOALS, SlaStage, type Row, type Ticket } from './support/sla.js';

const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
/** A sweeper looks every 10 s for what has been due for 10 s: what was moved back comes with it. */
const SWEPT = { within: 30_000 };

let sla: SlaStage;

beforeAll(async () => {
  sla = await SlaStage.open(await startDesk({ form: 'embedded' }));
}, 120_000);

afterAll(() => sla?.desk.stop(), 60_000);

describe('D-75 the clocks of a ticket', () => {
  it('the first reply is active, due soon, overdue, and completed late', async () => {
    await sla.only({ goals: ALL_GOALS, dueSoonMinutes: 30 });
    const { id } = await sla.byMail();
    expect((await sla.clocksOf(id)).map(({ clock, state }) => [clock, state])).toEqual([
      ['first_reply', 'active'],
      ['close', 'active'],
    ]);
    expect((await sla.rowOf(id))?.slaDueAt).toBe((await sla.clockOf(id, 'first_reply'))?.dueAt);
    await sla.back(id, 35);
    expect(await sla.clockOf(id, 'first_reply')).toMatchObject({
      state: 'due_soon',
      elapsedMinutes: 35,
      goalMinutes: 60,
      completedAt: null,
    });
    await sla.back(id, 30);
    expect(await sla.stateOf(id, 'first_reply')).toBe('overdue');
    await sla.reply(id);
    await sla.becomes(id, 'first_reply', 'completed_late');
    expect(await sla.clockOf(id, 'first_reply')).toMatchObject({ elapsedMinutes: 65, completedAt: expect.any(String) });
    expect((await sla.rowOf(id))?.slaDueAt).toBe((await sla.clockOf(id, 'close'))?.dueAt);
  });

  it('S-57 a comment, an automatic mail and the acknowledgement stop no clock; a reply does', async () => {
    const address = `${uniqueWord()}@desk.test`;
    await makeChannel(sla.admin, 'email', {
      address,
      settings: { autoReply: { enabled: true, subject: 'Received', html: '<p>Thanks</p>' } },
    });
    await sla.only({ goals: ALL_GOALS });
    const { id, more } = await sla.byMail(address);
    const automatic = async (direction: string) =>
      (await messagesOf(sla.admin, id)).filter((item) => item.isAutomatic && item.direction === direction).length;
    await waitFor(async () => (await automatic('out')) === 1, { what: 'the acknowledgement' });
    await sla.agent.api.post(`/tickets/${id}/comments`, { text: 'I look into it' });
    await more({ 'Auto-Submitted': 'auto-replied' });
    await waitFor(async () => (await automatic('in')) === 1, { what: 'the automatic mail' });
    // Handled one after the other: once the newest is on the ticket, all are.
    await waitFor(async () => (await sla.admin.get<{ threadVersion: number }>(`/tickets/${id}`)).threadVersion >= 3, {
      what: 'all of them',
    });
    expect(await sla.stateOf(id, 'first_reply')).toBe('active');
    await sla.reply(id);
    await sla.becomes(id, 'first_reply', 'completed_on_time');
    await more({ 'Auto-Submitted': 'auto-replied' });
    await more();
    await sla.becomes(id, 'next_reply', 'active');
    const newest = (await messagesOf(sla.admin, id)).at(-1);
    expect((await sla.clockOf(id, 'next_reply'))?.ledger[0]?.cause).toEqual({ kind: 'message', id: newest?.id });
  });

  it('the next reply runs from the first of the customer’s messages; a status that pauses takes its time out', async () => {
    await sla.only({ goals: ALL_GOALS, pausedStageIds: [sla.stageOf('waiting')] });
    const { id, more } = await sla.byMail();
    // The answer moves it to a status that pauses.
    await sla.reply(id);
    await sla.becomes(id, 'close', 'paused');
    expect((await sla.rowOf(id))?.slaDueAt).toBeNull();
    await sla.back(id, 100);
    await more();
    await sla.becomes(id, 'next_reply', 'active');
    await sla.becomes(id, 'close', 'active');
    expect((await sla.clockOf(id, 'close'))?.elapsedMinutes).toBe(0);
    const startedAt = (await sla.clockOf(id, 'next_reply'))?.startedAt;
    const items = async () => (await sla.admin.get<{ items: object[] }>(`/tickets/${id}/timeline`)).items.length;
    const before = await items();
    await more();
    await waitFor(async () => (await items()) > before, { what: 'the second message' });
    expect(await sla.clockOf(id, 'next_reply')).toMatchObject({ startedAt, state: 'active' });
    await sla.reply(id);
    await sla.becomes(id, 'next_reply', 'completed_on_time');
  });

  it('a ticket made by hand has the close clock; closing completes it, opening again goes on with it', async () => {
    await sla.only({ goals: ALL_GOALS });
    const { id } = await sla.make();
    expect((await sla.clocksOf(id)).map(({ clock }) => clock)).toEqual(['close']);
    await sla.admin.patch(`/tickets/${id}`, { stageId: sla.stageOf('closed') });
    expect(await sla.stateOf(id, 'close')).toBe('completed_on_time');
    expect((await sla.rowOf(id))?.slaDueAt).toBeNull();
    await sla.admin.patch(`/tickets/${id}`, { stageId: sla.stageOf('open') });
    await sla.back(id, 601);
    expect(await sla.stateOf(id, 'close')).toBe('overdue');
    expect(await sla.eventsOf(id, 'close')).toEqual(['start', 'complete', 'restart']);
    await sla.admin.delete(`/tickets/${id}`);
    await sla.admin.post(`/tickets/${id}/restore`, {});
    expect((await sla.eventsOf(id, 'close'))?.slice(0, 5)).toEqual(['start', 'complete', 'restart', 'pause', 'resume']);
  });

  it('an answer that closes completes both; one that waits for its time counts when it goes', async () => {
    await sla.only({ goals: ALL_GOALS });
    const [{ id }, later] = [await sla.byMail(), await sla.byMail()];
    await sla.reply(id, { moveTo: sla.stageOf('closed') });
    await sla.becomes(id, 'close', 'completed_on_time');
    expect(await sla.stateOf(id, 'first_reply')).toBe('completed_on_time');
    const sendAt = new Date(Date.now() + 2_000).toISOString();
    await sla.reply(later.id, { sendAt });
    expect(await sla.stateOf(later.id, 'first_reply')).toBe('active');
    await sla.becomes(later.id, 'first_reply', 'completed_on_time');
    expect(Date.parse((await sla.clockOf(later.id, 'first_reply'))?.completedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(sendAt));
  });

  it('count by business hours and their time zone', async () => {
    const [today = ''] = new Date().toISOString().split('T');
    const all = Object.fromEntries(WEEK.map((day) => [day, [{ from: '00:00', to: '24:00' }]]));
    const days = [-1, 0, 1].map((more) => new Date(Date.parse(today) + more * 86_400_000).toISOString().slice(0, 10));
    const closed = await sla.admin.post<{ id: string }>('/business-hours', {
      name: 'Holidays',
      timeZone: 'Asia/Kolkata',
      weekly: all,
      holidays: days,
    });
    await sla.only({ goals: { closeMinutes: 30 }, dueSoonMinutes: 0, schedule: closed.id });
    const { id } = await sla.make();
    await sla.back(id, 60);
    expect(await sla.clockOf(id, 'close')).toMatchObject({ state: 'active', elapsedMinutes: 0 });
    await sla.admin.patch(`/business-hours/${closed.id}`, { holidays: [], appliesTo: 'open' });
    // From now on: what was free stays free.
    await waitFor(async () => (await sla.eventsOf(id, 'close'))?.includes('terms'), { what: 'the new hours' });
    expect(await sla.clockOf(id, 'close')).toMatchObject({ state: 'active', elapsedMinutes: 0 });
    await sla.back(id, 31);
    expect(await sla.stateOf(id, 'close')).toBe('overdue');
  });
});
describe('D-78 what is due', () => {
  const noticesOf = async (id: string, as: Api) =>
    (await as.get<{ items: { ticketId: string; topic: string }[] }>('/notifications')).items
      .filter(({ ticketId }) => ticketId === id)
      .map(({ topic }) => topic);

  it('tells the owner once that it is due soon and once that it is overdue, and moves it up', async () => {
    await sla.only({
      ...{ goals: { closeMinutes: 60 }, dueSoonMinutes: 20, match: { priority: ['low'] } },
      onOverdue: { priority: 'urgent', teamId: sla.teamId },
    });
    const { id } = await sla.make({ ownerId: sla.agent.id, priority: 'low' });
    await sla.back(id, 45);
    await waitFor(async () => (await noticesOf(id, sla.agent.api)).includes('sla_due_soon'), { ...SWEPT, what: 'the warning' });
    await sla.back(id, 20);
    await waitFor(async () => (await sla.admin.get<Ticket>(`/tickets/${id}`)).priority === 'urgent', { ...SWEPT, what: 'the escalation' });
    expect(await sla.admin.get(`/tickets/${id}`)).toMatchObject({ teamId: sla.teamId, ownerId: sla.agent.id });
    await waitFor(async () => (await noticesOf(id, sla.agent.api)).includes('sla_overdue'), { what: 'the notice' });
    expect((await noticesOf(id, sla.agent.api)).filter((topic) => topic.startsWith('sla'))).toEqual(['sla_overdue', 'sla_due_soon']);
    const { items } = await sla.admin.get<{ items: { field: string; source: string; new: unknown }[] }>(`/tickets/${id}/history`);
    expect(
      items
        .filter(({ source }) => source === 'sla')
        .map(({ field }) => field)
        .toSorted(),
    ).toEqual(['priority', 'teamId']);
  });

  it('what a reply, a pause or another goal has made stale tells nothing', async () => {
    await sla.only({ goals: { closeMinutes: 60 }, dueSoonMinutes: 0, pausedStageIds: [sla.stageOf('waiting')] });
    const [closed, waiting, overdue] = [
      await sla.make({ ownerId: sla.agent.id }),
      await sla.make({ ownerId: sla.agent.id }),
      await sla.make({ ownerId: sla.agent.id }),
    ];
    await sla.admin.patch(`/tickets/${closed.id}`, { stageId: sla.stageOf('closed') });
    await sla.admin.patch(`/tickets/${waiting.id}`, { stageId: sla.stageOf('waiting') });
    for (const { id } of [closed, waiting, overdue]) await sla.back(id, 100);
    await waitFor(async () => (await noticesOf(overdue.id, sla.agent.api)).includes('sla_overdue'), {
      ...SWEPT,
      what: 'the notice of another one',
    });
    expect(await sla.eventsOf(overdue.id, 'close')).toEqual(['start', 'overdue']);
    expect([await sla.eventsOf(closed.id, 'close'), await sla.eventsOf(waiting.id, 'close')]).toEqual([
      ['start', 'complete'],
      ['start', 'pause'],
    ]);
  });
});
describe('I-11 the ledger', () => {
  it('gives what lists show, whatever was done in whatever order', async () => {
    await sla.only({ goals: ALL_GOALS, pausedStageIds: [sla.stageOf('waiting')], dueSoonMinutes: 25 });
    await sla.admin.post('/sla-policies', {
      name: 'High',
      position: 0,
      match: { priority: ['high'] },
      goals: { closeMinutes: 90, nextReplyMinutes: 30 },
    });
    await sla.admin.post('/sla-policies', { name: 'None', position: 0, match: { priority: ['low'] } });
    const random = new Random(20_261_127);
    const word = uniqueWord();
    const ids: string[] = [];
    const turn = async (id: string) => {
      const patch = (body: object) => sla.admin.patch(`/tickets/${id}`, body);
      const done = random.int(6);
      if (done === 0) await sla.back(id, random.between(1, 90));
      else if (done === 1) await patch({ stageId: sla.stageOf(random.pick(['new', 'open', 'waiting', 'closed'])) });
      else if (done === 2) await patch({ priority: random.pick(['low', 'high', 'medium', null]) });
      else if (done === 3) await sla.agent.api.post(`/tickets/${id}/comments`, { text: 'so' });
      else if (done === 4) await sla.reply(id).catch(() => undefined);
      else {
        await sla.admin.delete(`/tickets/${id}`);
        await sla.admin.post(`/tickets/${id}/restore`, {});
      }
    };
    for (let i = 0; i < 12; i++) {
      const { id } = i % 3 === 0 ? await sla.make({ name: `${word} ${i}` }) : await sla.byMail();
      ids.push(id);
      for (let n = 0; n < 8; n++) await turn(id);
    }
    const idsOf = async (filter: object) =>
      (await sla.admin.all<Row>(`/tickets?filter=${encodeURIComponent(JSON.stringify(filter))}`)).map(({ id }) => id);
    await waitFor(
      async () => {
        const rows = await sla.admin.all<Row>('/tickets');
        const states = ['active', 'due_soon', 'overdue', 'completed_on_time', 'completed_late', 'paused'];
        const listed = new Map(
          await Promise.all(states.map(async (state) => [state, await idsOf({ field: 'slaState', op: 'eq', value: state })] as const)),
        );
        for (const id of ids) {
          const clocks = await sla.clocksOf(id);
          const running = clocks.filter(({ state }) => ['active', 'due_soon', 'overdue'].includes(state)).map(({ dueAt }) => dueAt ?? '');
          expect({ id, due: rows.find((row) => row.id === id)?.slaDueAt }).toEqual({ id, due: running.toSorted()[0] ?? null });
          const shown = states.filter((state) => clocks.some((clock) => clock.state === state));
          expect({ id, states: states.filter((state) => listed.get(state)?.includes(id)) }).toEqual({ id, states: shown });
        }
        return true;
      },
      { within: 20_000, what: 'lists that agree with the ledgers' },
    );
  }, 120_000);
});
