import type { PipelineFields, PipelineRules, PipelineView, StageView } from '@helpdesk/contracts';
import type { FieldProblem } from '@helpdesk/platform';

/** Unless the maker says otherwise (D-25). */
export const DEFAULT_REOPEN_DAYS = 14;

export type PipelinePlan = Omit<PipelineView, 'id'>;

/** A pipeline as it is to be: what is given in the place of what there was. Rules forget statuses that go. */
export function planPipeline(old: PipelineView | undefined, given: PipelineFields, newId: () => string): PipelinePlan {
  const stages =
    given.stages?.map(({ id, name, category, requiredProperties }): StageView => {
      const known = old?.stages.find((stage) => stage.id === id);
      return {
        id: id ?? newId(),
        name: name.trim(),
        category,
        requiredProperties: requiredProperties ?? known?.requiredProperties ?? [],
      };
    }) ?? old?.stages;
  const kept = withoutGone(old?.rules ?? { reopenDays: DEFAULT_REOPEN_DAYS }, stages ?? []);
  return {
    name: (given.name ?? old?.name ?? '').trim(),
    isDefault: given.isDefault ?? old?.isDefault ?? false,
    stages: stages ?? [],
    rules: { ...kept, ...given.rules, ...(given.rules?.autoStage && { autoStage: { ...kept.autoStage, ...given.rules.autoStage } }) },
  };
}

/** What is wrong with a pipeline as it would be; empty when nothing is. `properties`: names of those that a status may require. */
export function pipelineProblems({ name, stages, rules }: PipelinePlan, properties: string[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const complain = (pointer: string, code: string, detail: string) => void problems.push({ pointer, code, detail });
  if (name === '') complain('/name', 'required', 'must not be blank');
  if (stages.every(({ category }) => category === 'closed')) complain('/stages', 'no_open_stage', 'needs a status that is not closed');
  const seen = { id: new Set<string>(), name: new Set<string>() };
  for (const [i, stage] of stages.entries()) {
    if (stage.name === '') complain(`/stages/${i}/name`, 'required', 'must not be blank');
    for (const [j, property] of stage.requiredProperties.entries())
      if (!properties.includes(property)) complain(`/stages/${i}/requiredProperties/${j}`, 'unknown', 'is no property');
    if (seen.id.has(stage.id)) complain(`/stages/${i}/id`, 'duplicate', 'is in the list already');
    if (seen.name.has(stage.name.toLowerCase()))
      complain(`/stages/${i}/name`, 'duplicate', 'is the name of another status of the pipeline');
    seen.id.add(stage.id);
    seen.name.add(stage.name.toLowerCase());
  }
  const checkStage = (id: string | null | undefined, pointer: string) => {
    if (id && !seen.id.has(id)) complain(pointer, 'wrong_stage', 'is no status of the pipeline');
  };
  for (const [i, id] of (rules.creationStageIds ?? []).entries()) checkStage(id, `/rules/creationStageIds/${i}`);
  checkStage(rules.autoStage?.onReply, '/rules/autoStage/onReply');
  checkStage(rules.autoStage?.onCustomerMessage, '/rules/autoStage/onCustomerMessage');
  return problems;
}

function withoutGone({ creationStageIds, autoStage, ...rules }: PipelineRules, stages: StageView[]): PipelineRules {
  const isThere = (id: string) => stages.some((stage) => stage.id === id);
  const orNull = (id: string | null | undefined) => (id && isThere(id) ? id : null);
  return {
    ...rules,
    ...(creationStageIds && { creationStageIds: creationStageIds.filter(isThere) }),
    ...(autoStage && { autoStage: { onReply: orNull(autoStage.onReply), onCustomerMessage: orNull(autoStage.onCustomerMessage) } }),
  };
}
