import type { ChannelSettings, ChannelType } from '@helpdesk/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'channel_account', schema: 'channels' })
export class ChannelAccount {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'account_id' }) accountId: string;
  @Column('text') type: ChannelType;
  @Column('text') name: string;
  @Column('text', { nullable: true }) address: string | null;
  @Column('boolean', { name: 'create_ticket' }) createTicket: boolean;
  @Column('uuid', { name: 'pipeline_id', nullable: true }) pipelineId: string | null;
  @Column('uuid', { name: 'stage_id', nullable: true }) stageId: string | null;
  @Column('uuid', { name: 'team_id', nullable: true }) teamId: string | null;
  /** Without secrets and without `disabled`, which have columns of their own. */
  @Column('jsonb') settings: ChannelSettings;
  @Column('boolean', { name: 'is_disabled' }) isDisabled: boolean;
  /** SHA-256 of the token for the HTTP door. */
  @Column('bytea', { name: 'token_hash' }) tokenHash: Buffer;
  /** Key of the queue door's and webhooks' signatures, encrypted for this row. */
  @Column('text', { name: 'secret_sealed' }) secretSealed: string;
  @Column('text', { name: 'smtp_url_sealed', nullable: true }) smtpUrlSealed: string | null;
  @Column('int') version: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt: Date | null;
}
