import { command, query } from '../rpc-pattern.js';
import type { StageCategory } from '../enums.js';

export interface StageView {
  id: string;
  name: string;
  category: StageCategory;
  /** Names of properties that must not be empty on a ticket that an agent moves here (D-54). */
  requiredProperties: string[];
}
export interface PipelineRules {
  /** Statuses in which tickets may be created by hand; absent or empty = all. */
  creationStageIds?: string[];
  noSkip?: boolean;
  noBack?: boolean;
  /** Days after closing within which a message of the customer reopens; 0 = never, null = always. */
  reopenDays?: number | null;
  autoStage?: { onReply?: string | null; onCustomerMessage?: string | null };
}
export interface PipelineView {
  id: string;
  name: string;
  isDefault: boolean;
  stages: StageView[];
  rules: PipelineRules;
}

/** Absent = unchanged. Stages are given all together, in their order; one without a known id is new, one that is missing goes. */
export interface PipelineFields {
  name?: string;
  isDefault?: boolean;
  stages?: (Pick<StageView, 'name' | 'category'> & Partial<StageView>)[];
  /** Each rule that is given replaces the one there was. */
  rules?: PipelineRules;
}

export const ListPipelines = query<Record<string, never>, { items: PipelineView[] }>('tickets', 'pipelines');
export const CreatePipeline = command<PipelineFields & { id: string }, PipelineView>('tickets', 'create-pipeline');
/** `moveToStageId`: where the tickets of stages that go are moved. */
export const ChangePipeline = command<PipelineFields & { id: string; moveToStageId?: string }, PipelineView>('tickets', 'change-pipeline');
export const DeletePipeline = command<{ id: string; moveToStageId?: string }, { deleted: true }>('tickets', 'delete-pipeline');
