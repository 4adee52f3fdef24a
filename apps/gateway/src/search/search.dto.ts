import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { CompanyDto, ContactDto } from '../contacts/record.dto.js';
import { TicketRowDto } from '../tickets/ticket.dto.js';

export class SearchQueryDto {
  @ApiProperty({
    minLength: 1,
    maxLength: 200,
    example: 'invoice 4711',
    description: 'Words, the last one may be their beginning; or `#4711`',
  })
  @IsString()
  @MaxLength(200)
  q: string;
}

class RangeDto {
  @ApiProperty({ description: 'UTF-16 units from the beginning of `text`' }) from: number;
  @ApiProperty({ description: 'The first one behind it' }) to: number;
}
class HighlightDto {
  @ApiProperty({ description: 'Plain text, never HTML', example: 'the invoice of May shows' }) text: string;
  @ApiProperty({ type: [RangeDto] }) ranges: RangeDto[];
}
class FoundTicketDto extends TicketRowDto {
  @ApiProperty({ type: HighlightDto, nullable: true, description: 'Where it was found; null when by its number alone' })
  highlight: HighlightDto | null;
}

export class SearchDto {
  @ApiProperty({ type: [FoundTicketDto], description: 'The newest activity first' }) tickets: FoundTicketDto[];
  @ApiProperty({ type: [ContactDto] }) contacts: ContactDto[];
  @ApiProperty({ type: [CompanyDto] }) companies: CompanyDto[];
  @ApiProperty({ type: [Object], description: 'None yet' }) articles: object[];
}
