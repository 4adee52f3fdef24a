import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class ChoiceDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
}

export class FieldProblemDto {
  @ApiProperty({ description: 'JSON pointer into the request', example: '/stageId' }) pointer: string;
  @ApiProperty({ example: 'wrong_stage' }) code: string;
  @ApiProperty({ example: 'is no status of the ticket’s pipeline' }) detail: string;
  @ApiPropertyOptional({ type: [ChoiceDto], description: 'What could stand there instead' }) choices?: ChoiceDto[];
}

export class ProblemDto {
  @ApiProperty({ example: 'https://helpdesk.invalid/problems/invalid' }) type: string;
  @ApiProperty({ example: 'Invalid input' }) title: string;
  @ApiProperty({ example: 422 }) status: number;
  @ApiProperty({ example: '/stageId: is no status of the ticket’s pipeline' }) detail: string;
  @ApiProperty({ example: 'invalid' }) code: string;
  @ApiProperty({ description: 'Quote it when you ask about this answer' }) correlationId: string;
  @ApiPropertyOptional({ type: [FieldProblemDto] }) errors?: FieldProblemDto[];
}
