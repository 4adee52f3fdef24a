import type { PipelineRules, StageCategory } from '@helpdesk/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'pipeline', schema: 'tickets' })
export class Pipeline {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'account_id' }) accountId: string;
  @Column('text') name: string;
  @Column('boolean', { name: 'is_default' }) isDefault: boolean;
  @Column('jsonb') rules: PipelineRules;
  @Column('int') position: number;
}

@Entity({ name: 'stage', schema: 'tickets' })
export class Stage {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'account_id' }) accountId: string;
  @Column('uuid', { name: 'pipeline_id' }) pipelineId: string;
  @Column('text') name: string;
  @Column('text') category: StageCategory;
  @Column('int') position: number;
}
