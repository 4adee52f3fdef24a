import type { PipelineView, SlaEscalation, SlaPolicyFields, SlaPolicyView, WorkingHours } from '@helpdesk/contracts';
import type { FieldProblem } from '@helpdesk/platform';

/** Unless the maker says otherwise. */
const DEFAULT_DUE_SOON_MINUTES = 30;
const NO_GOALS = { firstReplyMinutes: null, nextReplyMinutes: null, closeMinutes: null };
const EVERYTHING = { priority: [], teamId: [], source: [], pipelineId: [] };

/** What of a policy is kept unchanged for the tickets under it. */
export interface StoredTerms extends Pick<SlaPolicyView, 'goals' | 'pausedStageIds' | 'dueSoonMinutes' | 'onOverdue'> {
  hours: WorkingHours | null;
}

export const termsOf = ({ goals, pausedStageIds, dueSoonMinutes, onOverdue }: SlaPolicyView, hours: WorkingHours | null): StoredTerms => ({
  ...{ goals, pausedStageIds, dueSoonMinutes, onOverdue },
  hours: hours && { timeZone: hours.timeZone, weekly: hours.weekly, holidays: hours.holidays },
});

/** A policy as it is to be: what is given in the place of what there was. */
export function planPolicy(old: SlaPolicyView | undefined, given: SlaPolicyFields & { id: string }, count: number): SlaPolicyView {
  const last = old ? count - 1 : count;
  return {
    id: given.id,
    name: (given.name ?? old?.name ?? '').trim(),
    position: Math.min(given.position ?? old?.position ?? last, last),
    match: { ...(old?.match ?? EVERYTHING), ...given.match },
    goals: { ...(old?.goals ?? NO_GOALS), ...given.goals },
    schedule: given.schedule === undefined ? (old?.schedule ?? null) : given.schedule,
    pausedStageIds: given.pausedStageIds ?? old?.pausedStageIds ?? [],
    dueSoonMinutes: given.dueSoonMinutes ?? old?.dueSoonMinutes ?? DEFAULT_DUE_SOON_MINUTES,
    onOverdue: orNull(given.onOverdue === undefined ? old?.onOverdue : given.onOverdue),
  };
}

/** What is wrong with a policy; empty when nothing is. Teams and users are known to the gateway. */
export function policyProblems(policy: SlaPolicyView, pipelines: PipelineView[], hoursIds: string[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const complain = (pointer: string, code: string, detail: string) => void problems.push({ pointer, code, detail });
  const stages = pipelines.flatMap((pipeline) => pipeline.stages);
  if (policy.name === '') complain('/name', 'required', 'must not be blank');
  for (const [i, id] of policy.match.pipelineId.entries())
    if (!pipelines.some((pipeline) => pipeline.id === id)) complain(`/match/pipelineId/${i}`, 'unknown', 'is no pipeline');
  for (const [i, id] of policy.pausedStageIds.entries()) {
    const stage = stages.find((known) => known.id === id);
    if (!stage) complain(`/pausedStageIds/${i}`, 'wrong_stage', 'is no status');
    else if (stage.category === 'closed') complain(`/pausedStageIds/${i}`, 'wrong_stage', 'is a closed status: nothing waits there anyway');
  }
  if (policy.schedule !== null && !hoursIds.includes(policy.schedule)) complain('/schedule', 'unknown', 'are no business hours');
  return problems;
}

/** The policies in the order in which they are asked, with this one in its place. */
export const inOrder = <T extends SlaPolicyView>(policies: T[], policy: T): T[] =>
  policies.filter(({ id }) => id !== policy.id).toSpliced(policy.position, 0, policy);

interface MatchedTicket {
  priority: string | null;
  team_id: string | null;
  source: string;
  pipeline_id: string;
}

/** The first that the ticket fits. */
export function matchOf<T extends Pick<SlaPolicyView, 'match'>>(policies: T[], ticket: MatchedTicket): T | undefined {
  const fits = (asked: string[], value: string | null) => asked.length === 0 || (value !== null && asked.includes(value));
  return policies.find(
    ({ match }) =>
      fits(match.priority, ticket.priority) &&
      fits(match.teamId, ticket.team_id) &&
      fits(match.source, ticket.source) &&
      fits(match.pipelineId, ticket.pipeline_id),
  );
}

const orNull = (escalation: SlaEscalation | null | undefined) => (escalation && Object.keys(escalation).length > 0 ? escalation : null);
