import { ApiProperty } from '@nestjs/swagger';
import {
  SLA_CAUSES,
  SLA_CLOCKS,
  SLA_EVENTS,
  SLA_STATES,
  type SlaCauseKind,
  type SlaClock,
  type SlaEventName,
  type SlaState,
} from '@helpdesk/contracts';

const time = { format: 'date-time' } as const;
const timeOrNone = { type: String, format: 'date-time', nullable: true } as const;

class SlaCauseDto {
  @ApiProperty({ enum: SLA_CAUSES }) kind: SlaCauseKind;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The message, status or policy' }) id: string | null;
}
class SlaLedgerEventDto {
  @ApiProperty({ enum: SLA_EVENTS }) event: SlaEventName;
  @ApiProperty(time) at: string;
  @ApiProperty({ type: SlaCauseDto }) cause: SlaCauseDto;
}
class SlaClockDto {
  @ApiProperty({ enum: SLA_CLOCKS }) clock: SlaClock;
  @ApiProperty({ enum: SLA_STATES }) state: SlaState;
  @ApiProperty({ ...timeOrNone, description: 'null while it is paused' }) dueAt: string | null;
  @ApiProperty(time) startedAt: string;
  @ApiProperty(timeOrNone) completedAt: string | null;
  @ApiProperty({ description: 'Working time that counts so far' }) elapsedMinutes: number;
  @ApiProperty() goalMinutes: number;
  @ApiProperty({ type: [SlaLedgerEventDto], description: 'All that happened to it, of earlier rounds too' }) ledger: SlaLedgerEventDto[];
}
export class TicketSlaDto {
  @ApiProperty({ type: [SlaClockDto] }) clocks: SlaClockDto[];
}
