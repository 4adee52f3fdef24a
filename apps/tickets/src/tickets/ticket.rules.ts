import type { ChannelFacts, MessageFacts, PipelineView, StageView } from '@helpdesk/contracts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Place {
  pipelineId: string;
  stageId: string;
}

/** Where a ticket made by a channel begins: the channel's pipeline and status, else the first status of the default pipeline. */
export function creationPlace(channel: Pick<ChannelFacts, 'pipelineId' | 'stageId'>, pipelines: PipelineView[]): Place | undefined {
  const pipeline = pipelines.find((p) => p.id === channel.pipelineId) ?? pipelines[0];
  if (!pipeline) return undefined;
  const allowed = pipeline.rules.creationStageIds;
  const stage =
    pipeline.stages.find((s) => s.id === channel.stageId) ??
    pipeline.stages.find((s) => !allowed?.length || allowed.includes(s.id)) ??
    pipeline.stages[0];
  return stage && { pipelineId: pipeline.id, stageId: stage.id };
}

/** The status a message moves its ticket to, undefined when it stays (D-25, D-41, D-55). A wish that came with a reply goes first. */
export function stageAfterMessage(message: MessageFacts, current: StageView, pipeline: PipelineView): StageView | undefined {
  if (message.isAutomatic) return undefined;
  const byId = (id: string | null | undefined) => pipeline.stages.find((stage) => stage.id === id);
  const wanted = byId(message.moveToStageId);
  if (wanted) return wanted.id === current.id ? undefined : wanted;
  if (message.direction === 'in' && current.category === 'closed') {
    // Closed while the message was on its way: it was placed on an open ticket, so it opens it again.
    const onCustomer = byId(pipeline.rules.autoStage?.onCustomerMessage);
    return onCustomer?.category !== 'closed' && onCustomer ? onCustomer : pipeline.stages.find((stage) => stage.category !== 'closed');
  }
  if (current.category === 'closed') return undefined;
  const { autoStage } = pipeline.rules;
  const next = byId(message.direction === 'in' ? autoStage?.onCustomerMessage : autoStage?.onReply);
  return next && next.id !== current.id ? next : undefined;
}

/** Until when a message of the customer reopens a ticket closed now: null = for ever, `reopenDays` 0 = not at all. */
export function reopenUntil(pipeline: Pick<PipelineView, 'rules'>, closedAt: Date): string | null {
  const days = pipeline.rules.reopenDays;
  if (days === null || days === undefined) return null;
  return new Date(closedAt.getTime() + days * DAY_MS).toISOString();
}

/** Why an agent may not move a ticket to a stage, null when he may (D-53). */
export function moveProblem(pipeline: PipelineView, from: string, to: string): { code: string; detail: string } | null {
  const index = (id: string) => pipeline.stages.findIndex((stage) => stage.id === id);
  const [a, b] = [index(from), index(to)];
  if (b < 0) return { code: 'wrong_stage', detail: 'is no status of the ticket’s pipeline' };
  if (pipeline.rules.noBack && b < a) return { code: 'no_going_back', detail: 'this pipeline does not go back' };
  if (pipeline.rules.noSkip && b > a + 1) return { code: 'no_skipping', detail: 'this pipeline skips no status' };
  return null;
}
