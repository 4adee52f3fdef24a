import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ActivityDto } from '../activities/activity.dto.js';
import { CompanyDto, ContactDto } from '../contacts/record.dto.js';
import { DraftDto } from '../drafts/draft.dto.js';
import { TimelineDto } from '../messages/message.dto.js';
import { TicketDto } from './ticket.dto.js';

const uuid = { format: 'uuid' } as const;

export class PreviousTicketDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty() number: number;
  @ApiProperty() name: string;
  @ApiProperty(uuid) stageId: string;
  @ApiProperty({ format: 'date-time' }) lastActivityAt: string;
}

export class SidebarDto {
  @ApiProperty({ type: [ContactDto] }) contacts: ContactDto[];
  @ApiProperty({ type: [CompanyDto] }) companies: CompanyDto[];
  @ApiProperty({ type: [PreviousTicketDto], description: 'Of the same contact, as far as you may see them' })
  previousTickets: PreviousTicketDto[];
  @ApiProperty({ type: [ActivityDto], description: 'Attached when it was made, as far as you may see them' }) activities: ActivityDto[];
}

export class DraftsDto {
  @ApiProperty({ type: DraftDto, nullable: true }) reply: DraftDto | null;
  @ApiProperty({ type: DraftDto, nullable: true }) comment: DraftDto | null;
}

/** A ticket with what `include` asked for. */
export class OpenTicketDto extends TicketDto {
  @ApiPropertyOptional({ type: TimelineDto, description: 'The first 50 entries' }) timeline?: TimelineDto;
  @ApiPropertyOptional({ type: SidebarDto }) sidebar?: SidebarDto;
  @ApiPropertyOptional({ type: DraftsDto }) drafts?: DraftsDto;
}
