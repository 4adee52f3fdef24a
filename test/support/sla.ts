import { waitFor, type Api, type Desk } from '@helpdesk/testing';
import { newMessageId, post, uniqueWord } from './letters.js';
import { movedBack } from './past.js';
import { makePerson, ticketAccess, type Person } from './people.js';
import { ticketNamed } from './reading.js';
import { customerOf } from './tickets.js';

export interface Clock {
  clock: string;
  state: string;
  dueAt: string | null;
  startedAt: string;
  completedAt: string | null;
  elapsedMinutes: number;
  goalMinutes: number;
  ledger: { event: string; at: string; cause: { kind: string; id: string | null } }[];
}
export interface Ticket {
  id: string;
  name: string;
  stageId: string;
  priority: string | null;
  ownerId: string | null;
  teamId: string | null;
}
export interface Policy {
  id: string;
  name: string;
  position: number;
}
export interface Row {
  id: string;
  name: string;
  slaDueAt: string | null;
}
interface Pipeline {
  id: string;
  stages: { id: string; category: string }[];
}

export const ALL_GOALS = { firstReplyMinutes: 60, nextReplyMinutes: 120, closeMinutes: 600 };

/** A desk with an agent who sees everything, and what tests do with clocks there. */
export class SlaStage {
  private constructor(
    readonly desk: Desk,
    readonly admin: Api,
    readonly agent: Person,
    readonly teamId: string,
    readonly pipeline: Pipeline,
  ) {}

  static async open(desk: Desk): Promise<SlaStage> {
    const admin = await desk.signIn();
    const agent = await makePerson(desk, admin, 'agent', { ticketAccess: ticketAccess('all') });
    const { id } = await admin.post<{ id: string }>('/teams', { name: 'Second line', memberIds: [agent.id] });
    const { items } = await admin.get<{ items: [Pipeline] }>('/pipelines');
    return new SlaStage(desk, admin, agent, id, items[0]);
  }

  get place() {
    return { pipelineId: this.pipeline.id, stageId: this.stageOf('new') };
  }

  stageOf(category: string): string {
    return this.pipeline.stages.find((one) => one.category === category)?.id ?? '';
  }

  async clocksOf(id: string): Promise<Clock[]> {
    return (await this.admin.get<{ clocks: Clock[] }>(`/tickets/${id}/sla`)).clocks;
  }

  async clockOf(id: string, clock: string): Promise<Clock | undefined> {
    return (await this.clocksOf(id)).find((one) => one.clock === clock);
  }

  async stateOf(id: string, clock: string): Promise<string | undefined> {
    return (await this.clockOf(id, clock))?.state;
  }

  async eventsOf(id: string, clock: string): Promise<string[] | undefined> {
    return (await this.clockOf(id, clock))?.ledger.map(({ event }) => event);
  }

  becomes(id: string, clock: string, state: string): Promise<unknown> {
    return waitFor(async () => (await this.stateOf(id, clock)) === state, { what: `${clock} ${state}` });
  }

  back(id: string, minutes: number): Promise<void> {
    return movedBack(this.desk.databaseUrl, [id], minutes);
  }

  make(more: object = {}): Promise<Ticket> {
    return this.admin.post<Ticket>('/tickets', { name: uniqueWord(), ...this.place, ...more });
  }

  async rowOf(id: string): Promise<Row | undefined> {
    return (await this.admin.all<Row>('/tickets')).find((row) => row.id === id);
  }

  reply(id: string, more: object = {}): Promise<unknown> {
    return this.agent.api.post(`/tickets/${id}/replies`, { text: 'On it', undoSeconds: 0, ...more });
  }

  /** A ticket of a mail, and how its writer goes on. */
  async byMail(to?: string) {
    const [word, messageId] = [uniqueWord(), newMessageId()];
    const mail = { from: customerOf(word), to, subject: `About ${word}`, text: `Please help: ${word}` };
    // The directory of channels is at most a second old.
    await waitFor(() => post(this.desk.smtpPort, { ...mail, messageId }), { what: 'the address' });
    const { id } = await ticketNamed(this.admin, word);
    const more = (headers: Record<string, string> = {}) =>
      post(this.desk.smtpPort, { ...mail, headers: { 'In-Reply-To': `<${messageId}>`, References: `<${messageId}>`, ...headers } });
    return { id, more };
  }

  /** The only policy from now on. */
  async only(body: object): Promise<Policy> {
    for (const { id } of (await this.admin.get<{ items: Policy[] }>('/sla-policies')).items) await this.admin.delete(`/sla-policies/${id}`);
    return this.admin.post<Policy>('/sla-policies', { name: uniqueWord(), ...body });
  }
}
