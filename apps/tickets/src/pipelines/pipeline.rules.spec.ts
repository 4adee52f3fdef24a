import { expect, test } from '@jest/globals';
import type { PipelineView } from '@helpdesk/contracts';
import { pipelineProblems, planPipeline } from './pipeline.rules.js';

const stages = [
  { id: 'new', name: 'New', category: 'new' as const, requiredProperties: [] },
  { id: 'wait', name: 'Waiting', category: 'waiting' as const, requiredProperties: [] },
  { id: 'done', name: 'Done', category: 'closed' as const, requiredProperties: ['solution'] },
];
const support: PipelineView = {
  id: 'p',
  name: 'Support',
  isDefault: true,
  stages,
  rules: { creationStageIds: ['new', 'wait'], noSkip: true, autoStage: { onReply: 'wait', onCustomerMessage: 'new' } },
};
let made = 0;
const newId = () => `id-${(made += 1)}`;
const plan = (given: Parameters<typeof planPipeline>[1], old: PipelineView | undefined = support) => planPipeline(old, given, newId);
const codes = (given: Parameters<typeof planPipeline>[1], old?: PipelineView) =>
  pipelineProblems(plan(given, old), ['solution']).map(({ pointer, code }) => `${pointer} ${code}`);

test('what is absent stays, each rule that is given replaces the old one (D-53)', () => {
  expect(plan({ rules: { noBack: true, autoStage: { onReply: null } } })).toEqual({
    name: 'Support',
    isDefault: true,
    stages,
    rules: { creationStageIds: ['new', 'wait'], noSkip: true, noBack: true, autoStage: { onReply: null, onCustomerMessage: 'new' } },
  });
});

test('rules forget a status that goes (D-56)', () => {
  const { rules } = plan({ stages: [stages[0], stages[2]].filter((stage) => stage !== undefined) });
  expect(rules).toEqual({ creationStageIds: ['new'], noSkip: true, autoStage: { onReply: null, onCustomerMessage: 'new' } });
});

test('a new status gets an id and a name without blanks around it', () => {
  expect(plan({ stages: [{ name: ' First ', category: 'new' }] }).stages).toEqual([
    { id: expect.stringMatching(/^id-/), name: 'First', category: 'new', requiredProperties: [] },
  ]);
});

test('what is wrong is named with its place', () => {
  expect(codes({ name: '  ', stages: [{ name: 'Done', category: 'closed' }] })).toEqual(['/name required', '/stages no_open_stage']);
  expect(
    codes({
      stages: [
        { id: 'new', name: 'New', category: 'new' },
        { id: 'new', name: 'NEW', category: 'open' },
        { name: ' ', category: 'open', requiredProperties: ['solution', 'typo'] },
      ],
      rules: { creationStageIds: ['new', 'gone'], autoStage: { onReply: 'gone', onCustomerMessage: 'elsewhere' } },
    }),
  ).toEqual([
    '/stages/1/id duplicate',
    '/stages/1/name duplicate',
    '/stages/2/name required',
    '/stages/2/requiredProperties/1 unknown',
    '/rules/creationStageIds/1 wrong_stage',
    '/rules/autoStage/onReply wrong_stage',
    '/rules/autoStage/onCustomerMessage wrong_stage',
  ]);
});

test('a new pipeline reopens for 14 days unless its maker says otherwise (D-25)', () => {
  const made = (rules?: PipelineView['rules']) => planPipeline(undefined, { name: 'New', stages, rules }, newId).rules.reopenDays;
  expect([made(), made({ noSkip: true }), made({ reopenDays: null }), made({ reopenDays: 0 })]).toEqual([14, 14, null, 0]);
});
