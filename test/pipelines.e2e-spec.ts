import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiError, startDesk, waitFor, type Api, type Desk } from '@helpdesk/testing';
import { uniqueWord } from './support/letters.js';
import { makePerson, ticketAccess, type Person } from './support/people.js';
import { problemsOf, refusal } from './support/refusal.js';
import { ticketByMail } from './support/tickets.js';

interface Pipeline {
  id: string;
  name: string;
  isDefault: boolean;
  stages: { id: string; name: string; category: string }[];
  rules: Record<string, unknown>;
}
interface Ticket {
  id: string;
  threadVersion: number;
  pipelineId: string;
  stageId: string;
  closedAt: string | null;
}

let desk: Desk;
let admin: Api;
let lead: Person;

beforeAll(async () => {
  desk = await startDesk({ form: 'embedded' });
  admin = await desk.signIn();
  lead = await makePerson(desk, admin, 'lead', { ticketAccess: ticketAccess('all') });
}, 120_000);

afterAll(() => desk?.stop(), 60_000);

const pipelines = async () => (await admin.get<{ items: Pipeline[] }>('/pipelines')).items;
/** Stages called the same each time, with ids of their own. */
const three = () => [
  { id: randomUUID(), name: 'In', category: 'new' },
  { id: randomUUID(), name: 'At work', category: 'open' },
  { id: randomUUID(), name: 'Done', category: 'closed' },
];
const make = (body: object) => admin.post<Pipeline>('/pipelines', { name: uniqueWord(), ...body });
const open = (pipeline: Pipeline, at = 0, as: Api = admin) =>
  as.post<Ticket>('/tickets', { name: uniqueWord(), pipelineId: pipeline.id, stageId: pipeline.stages[at]?.id });

describe('D-52 pipelines and their statuses', () => {
  it('are made with statuses of chosen ids, changed and listed; only the settings right may do it', async () => {
    const stages = three();
    const creationStageIds = [stages[0]?.id];
    const made = await make({ stages, rules: { creationStageIds, noSkip: true } });
    expect(made).toMatchObject({ isDefault: false, stages, rules: { creationStageIds, noSkip: true } });
    const changed = await admin.patch<Pipeline>(`/pipelines/${made.id}`, { name: 'Returns', rules: { noBack: true, reopenDays: null } });
    expect(changed).toMatchObject({
      name: 'Returns',
      stages,
      rules: { creationStageIds, noSkip: true, noBack: true, reopenDays: null },
    });
    expect(await pipelines()).toContainEqual(changed);
    expect((await refusal(lead.api.patch(`/pipelines/${made.id}`, { name: 'Mine' }))).status).toBe(403);
    expect((await pipelines()).find(({ id }) => id === made.id)?.name).toBe('Returns');
  });

  it('another one becomes the default; the default one is not deleted', async () => {
    const [old] = await pipelines();
    const made = await make({ stages: three(), isDefault: true });
    expect((await pipelines()).filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual([made.id]);
    expect((await refusal(admin.delete(`/pipelines/${made.id}`))).problem).toMatchObject({ status: 409, code: 'default_pipeline' });
    expect(await problemsOf(admin.patch(`/pipelines/${made.id}`, { isDefault: false }))).toEqual(['/isDefault needs_default']);
    await admin.patch(`/pipelines/${old?.id}`, { isDefault: true });
    await admin.delete(`/pipelines/${made.id}`);
    expect((await pipelines()).map(({ id }) => id)).not.toContain(made.id);
  });

  it('refuses what makes no sense, with its place, and changes nothing', async () => {
    const made = await make({ stages: three() });
    const bad = { name: ' ', stages: [{ name: 'Done', category: 'closed' }], rules: { autoStage: { onReply: randomUUID() } } };
    expect(await problemsOf(admin.patch(`/pipelines/${made.id}`, bad))).toEqual([
      '/name required',
      '/stages no_open_stage',
      '/rules/autoStage/onReply wrong_stage',
    ]);
    expect(await problemsOf(make({ stages: [{ name: 'In', category: 'somewhere' }] }))).toEqual(['/stages/0/category is_in']);
    const [support] = await pipelines();
    const theirs = [{ ...support?.stages[0], name: 'Stolen' }, ...made.stages];
    expect(await problemsOf(admin.patch(`/pipelines/${made.id}`, { stages: theirs }))).toEqual(['/stages/0/id taken']);
    expect((await pipelines()).find(({ id }) => id === made.id)).toEqual(made);
    expect((await refusal(admin.patch(`/pipelines/${randomUUID()}`, { name: 'x' }))).status).toBe(404);
  });
});

describe('D-53 rules of a pipeline', () => {
  it('hold agents to creation statuses, to every step and to one direction; a super admin stands above them', async () => {
    const stages = three();
    const made = await make({ stages, rules: { creationStageIds: [stages[0]?.id], noSkip: true, noBack: true } });
    expect(await problemsOf(open(made, 1, lead.api))).toEqual(['/stageId no_creation_stage']);
    const { id } = await open(made, 0, lead.api);
    const move = (at: number, as: Api = lead.api) => as.patch<Ticket>(`/tickets/${id}`, { stageId: made.stages[at]?.id });
    expect(await problemsOf(move(2))).toEqual(['/stageId no_skipping']);
    await move(1);
    expect(await problemsOf(move(0))).toEqual(['/stageId no_going_back']);
    expect(await move(0, admin)).toMatchObject({ stageId: made.stages[0]?.id });
  });
});

describe('D-54 the close date', () => {
  it('is set by a closed status and taken away by an open one', async () => {
    const made = await make({ stages: three() });
    const { id } = await open(made);
    const move = (at: number) => admin.patch<Ticket>(`/tickets/${id}`, { stageId: made.stages[at]?.id });
    expect((await move(2)).closedAt).toMatch(/^20\d\d-/);
    expect((await move(1)).closedAt).toBeNull();
  });
});

describe('D-55 what a message does to the status', () => {
  it('follows the pipeline, or stays when that is off', async () => {
    const [support] = await pipelines();
    const [fresh, , waitingOnUs] = support?.stages ?? [];
    const { id } = await ticketByMail(desk.smtpPort, admin, uniqueWord());
    const answer = async () => {
      const { threadVersion } = await admin.get<Ticket>(`/tickets/${id}`);
      await admin.post(`/tickets/${id}/replies`, { text: 'On it', undoSeconds: 0 });
      return waitFor(
        async () => {
          const ticket = await admin.get<Ticket>(`/tickets/${id}`);
          return ticket.threadVersion > threadVersion && ticket;
        },
        { what: 'the answer on the ticket' },
      );
    };
    await admin.patch(`/pipelines/${support?.id}`, { rules: { autoStage: { onReply: waitingOnUs?.id } } });
    expect(await answer()).toMatchObject({ stageId: waitingOnUs?.id });
    await admin.patch(`/tickets/${id}`, { stageId: fresh?.id });
    await admin.patch(`/pipelines/${support?.id}`, { rules: { autoStage: { onReply: null } } });
    expect(await answer()).toMatchObject({ stageId: fresh?.id });
  });
});

describe('D-56 what is deleted', () => {
  it('leaves no ticket without a status, neither at the desk nor in the trash', async () => {
    const from = await make({ stages: three() });
    const to = await make({ stages: three() });
    const [kept, trashed] = [await open(from), await open(from, 1)];
    await admin.delete(`/tickets/${trashed.id}`);
    expect((await refusal(admin.delete(`/pipelines/${from.id}`))).problem).toMatchObject({ status: 409, code: 'pipeline_in_use' });
    const nowhere = admin.delete(`/pipelines/${from.id}?moveToStageId=${from.stages[0]?.id}`);
    expect(await problemsOf(nowhere)).toEqual(['/moveToStageId wrong_stage']);
    await admin.delete(`/pipelines/${from.id}?moveToStageId=${to.stages[2]?.id}`);
    expect(await admin.get(`/tickets/${kept.id}`)).toMatchObject({
      pipelineId: to.id,
      stageId: to.stages[2]?.id,
      closedAt: expect.any(String),
    });
    expect(await admin.post(`/tickets/${trashed.id}/restore`, {})).toMatchObject({ pipelineId: to.id, stageId: to.stages[2]?.id });
    const { items } = await admin.get<{ items: { field: string; old: string; new: string; source: string }[] }>(
      `/tickets/${kept.id}/history`,
    );
    expect(items).toContainEqual(expect.objectContaining({ field: 'pipelineId', old: from.id, new: to.id, source: 'settings' }));
  });

  it('a status needs a place for its tickets as well, and rules forget it', async () => {
    const stages = three();
    const [, middle, done] = stages;
    const made = await make({ stages, rules: { creationStageIds: [stages[0]?.id, middle?.id] } });
    const { id } = await open(made, 1);
    const without = stages.filter((stage) => stage !== middle);
    expect((await refusal(admin.patch(`/pipelines/${made.id}`, { stages: without }))).problem).toMatchObject({
      status: 409,
      code: 'stage_in_use',
    });
    const changed = await admin.patch<Pipeline>(`/pipelines/${made.id}`, { stages: without, moveToStageId: done?.id });
    expect(changed).toMatchObject({ stages: without, rules: { creationStageIds: [stages[0]?.id] } });
    expect(await admin.get(`/tickets/${id}`)).toMatchObject({ stageId: done?.id });
  });

  it('a change that is refused has moved nothing, and a status with tickets is not turned from open to closed', async () => {
    const made = await make({ stages: three() });
    const [first, second, done] = made.stages;
    const { id } = await open(made, 1);
    const twice = [first, { name: 'IN', category: 'new' }, done];
    expect(await problemsOf(admin.patch(`/pipelines/${made.id}`, { stages: twice, moveToStageId: first?.id }))).toEqual([
      '/stages/1/name duplicate',
    ]);
    const typo = made.stages.map((stage) => ({ ...stage, requiredProperties: ['typo'] }));
    expect((await problemsOf(admin.patch(`/pipelines/${made.id}`, { stages: typo })))[0]).toBe('/stages/0/requiredProperties/0 unknown');
    const turned = made.stages.map((stage) => (stage === second ? { ...stage, category: 'closed' } : stage));
    expect((await refusal(admin.patch(`/pipelines/${made.id}`, { stages: turned }))).problem).toMatchObject({
      status: 409,
      code: 'stage_in_use',
    });
    expect(await admin.get(`/tickets/${id}`)).toMatchObject({ stageId: second?.id, version: 1, closedAt: null });
    await admin.patch(`/tickets/${id}`, { stageId: first?.id });
    expect(await admin.patch(`/pipelines/${made.id}`, { stages: turned })).toMatchObject({ stages: turned });
  });

  it('two who delete the same one: one does, the other finds nothing', async () => {
    const made = await make({ stages: three() });
    const both = await Promise.all(
      [0, 1].map(() =>
        admin.delete(`/pipelines/${made.id}`).then(
          () => 204,
          (error: ApiError) => error.status,
        ),
      ),
    );
    expect(both.toSorted()).toEqual([204, 404]);
  });

  it('while tickets come in, each of them is in a status that is there', async () => {
    const [from, to] = [await make({ stages: three() }), await make({ stages: three() })];
    const place = { pipelineId: to.id, stageId: to.stages[0]?.id };
    const remove = () => admin.delete(`/pipelines/${from.id}?moveToStageId=${place.stageId}`);
    const tooLate = (error: unknown) => {
      if (!(error instanceof ApiError && error.status === 422)) throw error;
      return undefined;
    };
    const early = await open(from);
    const opening = Array.from({ length: 30 }, () => open(from).catch(tooLate));
    const [outcome, ...late] = await Promise.all([remove().catch((error: unknown) => error), ...opening]);
    // A ticket that came between the move and the end keeps the pipeline: nothing comes any more when it is repeated.
    if (outcome !== undefined) {
      expect(outcome).toMatchObject({ status: 409 });
      await remove();
    }
    for (const ticket of [early, ...(late as (Ticket | undefined)[])])
      if (ticket) expect(await admin.get(`/tickets/${ticket.id}`)).toMatchObject(place);
    expect((await pipelines()).map(({ id }) => id)).not.toContain(from.id);
  });
});
