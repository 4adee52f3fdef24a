import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDesk, waitFor, type Api } from '@helpdesk/testing';
import { uniqueWord } from './support/letters.js';
import { makePerson } from './support/people.js';
import { problemsOf, refusal } from './support/refusal.js';
import { ALL_GOALS, SlaStage, type Policy, type Row } from './support/sla.js';

let sla: SlaStage;

beforeAll(async () => {
  sla = await SlaStage.open(await startDesk({ form: 'embedded' }));
}, 120_000);

afterAll(() => sla?.desk.stop(), 60_000);

describe('D-75 policies and business hours', () => {
  const nine = { from: '09:00', to: '12:00' };

  it('are set up in their order by who may change settings, and read by the help desk', async () => {
    const hours = await sla.admin.post<{ id: string }>('/business-hours', {
      ...{ name: 'Office', timeZone: 'Europe/Berlin', holidays: ['2026-12-26', '2026-12-25', '2026-12-25'] },
      weekly: { monday: [nine, { from: '13:00', to: '24:00' }] },
    });
    expect(hours).toMatchObject({ holidays: ['2026-12-25', '2026-12-26'], weekly: { monday: [nine, { to: '24:00' }], sunday: [] } });
    const first = await sla.only({ goals: ALL_GOALS, schedule: hours.id, pausedStageIds: [sla.stageOf('waiting')] });
    expect(first).toMatchObject({ position: 0, match: { priority: [], teamId: [], source: [], pipelineId: [] }, onOverdue: null });
    const second = await sla.admin.post<Policy>('/sla-policies', {
      ...{
        name: 'Urgent',
        position: 0,
        match: { priority: ['urgent'], teamId: [sla.teamId], source: ['email'], pipelineId: [sla.pipeline.id] },
      },
      ...{ goals: { closeMinutes: 30 }, dueSoonMinutes: 5, onOverdue: { ownerId: sla.agent.id } },
    });
    const names = async (as: Api) => (await as.get<{ items: Policy[] }>('/sla-policies')).items.map(({ id }) => id);
    expect(await names(sla.agent.api)).toEqual([second.id, first.id]);
    expect(
      await sla.admin.patch(`/sla-policies/${second.id}`, { position: 7, goals: { nextReplyMinutes: 5 }, match: { source: [] } }),
    ).toMatchObject({
      ...{ position: 1, goals: { firstReplyMinutes: null, nextReplyMinutes: 5, closeMinutes: 30 }, onOverdue: { ownerId: sla.agent.id } },
      match: { priority: ['urgent'], source: [] },
    });
    expect(await names(sla.agent.api)).toEqual([first.id, second.id]);
    expect((await refusal(sla.agent.api.patch(`/sla-policies/${first.id}`, { name: 'Mine' }))).status).toBe(403);
    expect((await refusal(sla.admin.delete(`/business-hours/${hours.id}`))).problem).toMatchObject({
      status: 409,
      code: 'business_hours_in_use',
    });
    await sla.admin.patch(`/sla-policies/${first.id}`, { schedule: null });
    await sla.admin.delete(`/business-hours/${hours.id}`);
    await sla.admin.delete(`/sla-policies/${first.id}`);
    expect((await sla.admin.get<{ items: Policy[] }>('/sla-policies')).items).toEqual([
      expect.objectContaining({ id: second.id, position: 0 }),
    ]);
    const actions = (await sla.admin.all<{ action: string }>('/audit')).map(({ action }) => action);
    for (const action of ['business_hours.deleted', 'sla_policy.created', 'sla_policy.changed', 'sla_policy.deleted'])
      expect(actions).toContain(action);
  });

  it('are refused where they make no sense, each wrong field at its place', async () => {
    const bad = {
      ...{ name: ' ', timeZone: 'Middle/Earth', holidays: ['2026-02-30'] },
      weekly: { monday: [{ from: '12:00', to: '09:00' }], tuesday: [nine, { from: '11:59', to: '13:00' }] },
    };
    expect(await problemsOf(sla.admin.post('/business-hours', bad))).toEqual([
      ...['/name required', '/timeZone unknown', '/weekly/monday/0/to not_after', '/weekly/tuesday/1 overlaps', '/holidays/0 wrong_value'],
    ]);
    const free = { name: 'Never', timeZone: 'UTC', weekly: {} };
    expect(await problemsOf(sla.admin.post('/business-hours', free))).toEqual(['/weekly required']);
    const late = { ...free, weekly: { monday: [{ from: '24:00', to: '25:00' }], funday: [] } };
    expect((await problemsOf(sla.admin.post('/business-hours', late))).map((problem) => problem.split(' ')[0])).toEqual([
      ...['/weekly/funday', '/weekly/monday/0/from', '/weekly/monday/0/to'],
    ]);
    const nothing = randomUUID();
    const named = { match: { pipelineId: [nothing] }, schedule: nothing, pausedStageIds: [sla.stageOf('closed'), nothing] };
    expect(await problemsOf(sla.admin.post('/sla-policies', { name: 'x', ...named }))).toEqual([
      ...['/match/pipelineId/0 unknown', '/pausedStageIds/0 wrong_stage', '/pausedStageIds/1 wrong_stage', '/schedule unknown'],
    ]);
    const policy = (body: object) => problemsOf(sla.admin.post('/sla-policies', { name: 'x', ...body }));
    expect(await policy({ match: { teamId: [sla.teamId, nothing] } })).toEqual(['/match/teamId/1 unknown']);
    expect(await policy({ onOverdue: { teamId: nothing } })).toEqual(['/onOverdue/teamId unknown']);
    expect(await policy({ onOverdue: { ownerId: nothing } })).toEqual(['/onOverdue/ownerId unknown']);
    expect(await policy({ goals: { closeMinutes: 0 }, match: { priority: ['some'] }, appliesTo: 'all' })).toEqual([
      ...['/match/priority is_in', '/goals/closeMinutes min', '/appliesTo is_in'],
    ]);
    expect((await refusal(sla.admin.patch(`/sla-policies/${nothing}`, {}))).status).toBe(404);
    expect((await refusal(sla.admin.delete(`/business-hours/${nothing}`))).status).toBe(404);
  });
});
describe('D-75 which policy holds', () => {
  it('the first that fits; another priority, team or pipeline finds another one, and the clock keeps its start', async () => {
    await sla.only({ goals: { closeMinutes: 600 } });
    await sla.admin.post('/sla-policies', { name: 'Urgent', position: 0, match: { priority: ['urgent'] }, goals: { closeMinutes: 60 } });
    await sla.admin.post('/sla-policies', { name: 'Team', position: 1, match: { teamId: [sla.teamId] }, goals: { closeMinutes: 240 } });
    const { id } = await sla.make();
    const { startedAt, goalMinutes } = (await sla.clockOf(id, 'close')) ?? {};
    expect(goalMinutes).toBe(600);
    await sla.admin.patch(`/tickets/${id}`, { teamId: sla.teamId });
    expect(await sla.clockOf(id, 'close')).toMatchObject({ startedAt, goalMinutes: 240 });
    await sla.admin.patch(`/tickets/${id}`, { priority: 'urgent' });
    expect(await sla.clockOf(id, 'close')).toMatchObject({ startedAt, goalMinutes: 60 });
    expect(await sla.eventsOf(id, 'close')).toEqual(['start', 'terms', 'terms']);
  });

  it('a saved policy is for new tickets, or for open ones as well; a deleted one for none', async () => {
    const policy = await sla.only({ goals: { closeMinutes: 600 } });
    const goal = async (id: string) => (await sla.clockOf(id, 'close'))?.goalMinutes;
    const { id } = await sla.make();
    await sla.admin.patch(`/sla-policies/${policy.id}`, { goals: { closeMinutes: 500 } });
    await sla.admin.patch(`/tickets/${id}`, { priority: 'high' });
    expect([await goal(id), await goal((await sla.make()).id)]).toEqual([600, 500]);
    await sla.admin.patch(`/sla-policies/${policy.id}`, { goals: { closeMinutes: 400 }, appliesTo: 'open' });
    await waitFor(async () => (await goal(id)) === 400, { what: 'the new goal' });
    await sla.admin.delete(`/sla-policies/${policy.id}`);
    await waitFor(async () => (await sla.clocksOf(id)).length === 0, { what: 'the end of the policy' });
    expect((await sla.rowOf(id))?.slaDueAt).toBeNull();
    await sla.admin.post('/sla-policies', { name: 'Again', goals: { closeMinutes: 5 }, appliesTo: 'open' });
    await waitFor(async () => (await goal(id)) === 5, { what: 'a policy again' });
  });

  it('I-11 what if: says what would be overdue and due soon, and changes nothing', async () => {
    const policy = await sla.only({ goals: { closeMinutes: 6_000 }, match: { priority: ['low'] }, dueSoonMinutes: 0 });
    const [late, soon] = [await sla.make({ priority: 'low' }), await sla.make({ priority: 'low' }), await sla.make({ priority: 'low' })];
    await sla.back(late.id, 100);
    await sla.back(soon.id, 50);
    const before = await sla.clocksOf(late.id);
    const ask = (body: object, as: Api = sla.admin) => as.post('/sla-policies/preview', body);
    const strict = { goals: { closeMinutes: 60 }, dueSoonMinutes: 20 };
    expect(await ask({ id: policy.id, ...strict })).toEqual({ open: 3, wouldBeOverdue: 1, wouldBeDueSoon: 1 });
    expect(await ask({ ...strict, position: 0, match: { priority: ['low'] } })).toEqual({ open: 3, wouldBeOverdue: 1, wouldBeDueSoon: 1 });
    // Behind the one that there is it would hold for none of them.
    expect(await ask({ ...strict, match: { priority: ['low'] } })).toEqual({ open: 0, wouldBeOverdue: 0, wouldBeDueSoon: 0 });
    const own = await makePerson(sla.desk, sla.admin, 'narrow', { rights: ['account_settings'] });
    await sla.admin.patch(`/tickets/${late.id}`, { ownerId: own.id });
    expect(await ask({ id: policy.id, ...strict }, own.api)).toEqual({ open: 1, wouldBeOverdue: 1, wouldBeDueSoon: 0 });
    expect(await problemsOf(ask({ id: randomUUID() }))).toEqual(['/id unknown']);
    expect((await sla.clocksOf(late.id)).map(({ goalMinutes }) => goalMinutes)).toEqual(before.map(({ goalMinutes }) => goalMinutes));
    expect((await sla.admin.get<{ items: Policy[] }>('/sla-policies')).items).toHaveLength(1);
  });
});
describe('contract §2 lists', () => {
  const names = (rows: Row[], word: string) => rows.map(({ name }) => name.replace(`${word} `, ''));

  it('sort by due time, those without one last both ways, and by priority, page after page', async () => {
    await sla.only({ goals: { closeMinutes: 6_000 }, match: { priority: ['high', 'urgent'] } });
    const word = uniqueWord();
    for (const [name, priority, minutes] of [
      ['none', null, 0],
      ['late', 'high', 300],
      ['later', 'urgent', 10],
      ['low', 'low', 0],
      ['first', 'urgent', 500],
    ] as const) {
      const { id } = await sla.make({ name: `${word} ${name}`, priority });
      if (minutes > 0) await sla.back(id, minutes);
    }
    const sorted = async (sort: string) => {
      const found: Row[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: { items: Row[]; nextCursor: string | null } = await sla.admin.get(
          `/tickets?q=${word}&sort=${sort}&limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
        );
        found.push(...page.items);
        cursor = page.nextCursor;
      }
      return names(found, word);
    };
    expect(await sorted('slaDueAt')).toEqual(['first', 'late', 'later', 'none', 'low']);
    expect(await sorted('-slaDueAt')).toEqual(['later', 'late', 'first', 'low', 'none']);
    expect(await sorted('priority')).toEqual(['none', 'low', 'late', 'later', 'first']);
    expect(await sorted('-priority')).toEqual(['first', 'later', 'late', 'low', 'none']);
  });

  it('are filtered by due time and by state', async () => {
    await sla.only({ goals: { closeMinutes: 60 }, dueSoonMinutes: 20, pausedStageIds: [sla.stageOf('waiting')] });
    const word = uniqueWord();
    const named = (name: string, more: object = {}) => sla.make({ name: `${word} ${name}`, ...more });
    const [soon, overdue, done, late, waiting] = [
      await named('soon'),
      await named('overdue'),
      await named('done'),
      await named('late'),
      await named('waiting'),
    ];
    await named('active');
    await sla.back(soon.id, 45);
    for (const { id } of [overdue, late]) await sla.back(id, 61);
    for (const { id } of [done, late]) await sla.admin.patch(`/tickets/${id}`, { stageId: sla.stageOf('closed') });
    await sla.admin.patch(`/tickets/${waiting.id}`, { stageId: sla.stageOf('waiting') });
    const left = async (filter: object) => {
      const { items } = await sla.admin.get<{ items: Row[] }>(`/tickets?q=${word}&filter=${encodeURIComponent(JSON.stringify(filter))}`);
      return names(items, word).toSorted();
    };
    const is = (op: string, value?: unknown) => ({ field: 'slaState', op, value });
    const states = ['active', 'due_soon', 'overdue', 'completed_on_time', 'completed_late', 'paused'];
    expect(await Promise.all(states.map((state) => left(is('eq', state))))).toEqual([
      ...[['active'], ['soon'], ['overdue'], ['done'], ['late'], ['waiting']],
    ]);
    expect(await left(is('in', ['overdue', 'due_soon']))).toEqual(['overdue', 'soon']);
    expect(await left(is('not_in', ['overdue', 'due_soon', 'active', 'paused']))).toEqual(['done', 'late']);
    const now = new Date().toISOString();
    expect(await left({ field: 'slaDueAt', op: 'lt', value: now })).toEqual(['overdue']);
    expect(await left({ field: 'slaDueAt', op: 'is_empty' })).toEqual(['done', 'late', 'waiting']);
    expect(await problemsOf(left(is('eq', 'lost')))).toEqual(['/filter/value wrong_value']);
  });
});
