import { ApiProperty } from '@nestjs/swagger';
import { ACTIVITY_KINDS, type ActivityKind } from '@helpdesk/contracts';

const uuid = { format: 'uuid' } as const;

export class ActivityDto {
  @ApiProperty({ ...uuid, description: 'Of the message' }) id: string;
  @ApiProperty({ enum: ACTIVITY_KINDS }) kind: ActivityKind;
  @ApiProperty(uuid) ticketId: string;
  @ApiProperty({ enum: ['in', 'out'] }) direction: 'in' | 'out';
  @ApiProperty({ type: String, nullable: true }) subject: string | null;
  @ApiProperty() excerpt: string;
  @ApiProperty({ format: 'date-time' }) at: string;
}

export class ActivityPageDto {
  @ApiProperty({ type: [ActivityDto] }) items: ActivityDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}
