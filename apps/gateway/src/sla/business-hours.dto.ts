import { AreNested, IsNested } from '@helpdesk/platform';
import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { SLA_REACHES, type SlaReach } from '@helpdesk/contracts';
import { ArrayMaxSize, IsArray, IsIn, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { IsOneLine, MayBeAbsent } from '../problems/field-rules.js';

const MAX_INTERVALS = 20;
const MAX_HOLIDAYS = 1_000;
const NAME = { example: 'Office' };
const TIME_ZONE = { example: 'Europe/Berlin', description: 'IANA time zone' };
const DAYS: { type: [StringConstructor]; format: 'date' } = { type: [String], format: 'date' };
const HOLIDAYS = { ...DAYS, example: ['2026-12-25'], description: 'Days on which nobody works' };

class WorkingIntervalDto {
  @ApiProperty({ example: '09:00', description: 'Local time' })
  @Matches(/^([01]\d|2[0-3]):[0-5]\d$/, { message: 'from must be a time such as 09:00' })
  from: string;
  @ApiProperty({ example: '17:00', description: 'Local time, not part of it; 24:00 at most' })
  @Matches(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { message: 'to must be a time such as 17:00, 24:00 at most' })
  to: string;
}

/** One property for each weekday, absent = free. */
const Intervals = (): PropertyDecorator => (target, key) => {
  ApiPropertyOptional({ type: [WorkingIntervalDto] })(target, key);
  MayBeAbsent()(target, key);
  AreNested(() => WorkingIntervalDto, { max: MAX_INTERVALS })(target, key);
};

class WeeklyHoursDto {
  @Intervals() monday?: WorkingIntervalDto[];
  @Intervals() tuesday?: WorkingIntervalDto[];
  @Intervals() wednesday?: WorkingIntervalDto[];
  @Intervals() thursday?: WorkingIntervalDto[];
  @Intervals() friday?: WorkingIntervalDto[];
  @Intervals() saturday?: WorkingIntervalDto[];
  @Intervals() sunday?: WorkingIntervalDto[];
}

export class NewBusinessHoursDto {
  @ApiProperty(NAME) @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name: string;
  @ApiProperty(TIME_ZONE) @IsString() @MaxLength(100) timeZone: string;
  @ApiProperty({ type: WeeklyHoursDto, description: 'A weekday that is missing is free' })
  @IsNested(() => WeeklyHoursDto)
  weekly: WeeklyHoursDto;
  @ApiPropertyOptional(HOLIDAYS) @MayBeAbsent() @IsArray() @ArrayMaxSize(MAX_HOLIDAYS) @IsString({ each: true }) holidays?: string[];
}

export class PatchBusinessHoursDto {
  @ApiPropertyOptional(NAME) @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() name?: string;
  @ApiPropertyOptional(TIME_ZONE) @MayBeAbsent() @IsString() @MaxLength(100) timeZone?: string;
  @ApiPropertyOptional({ type: WeeklyHoursDto, description: 'The whole week' })
  @MayBeAbsent()
  @IsNested(() => WeeklyHoursDto)
  weekly?: WeeklyHoursDto;
  @ApiPropertyOptional({ ...HOLIDAYS, description: 'All of them' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_HOLIDAYS)
  @IsString({ each: true })
  holidays?: string[];
  @ApiPropertyOptional({ enum: SLA_REACHES, default: 'new', description: '`open`: for open tickets too, from now on' })
  @MayBeAbsent()
  @IsIn(SLA_REACHES)
  appliesTo?: SlaReach;
}

@ApiSchema({ description: 'When people work' })
export class BusinessHoursDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty(NAME) name: string;
  @ApiProperty(TIME_ZONE) timeZone: string;
  @ApiProperty({ type: WeeklyHoursDto }) weekly: WeeklyHoursDto;
  @ApiProperty(HOLIDAYS) holidays: string[];
}
export class BusinessHoursListDto {
  @ApiProperty({ type: [BusinessHoursDto] }) items: BusinessHoursDto[];
}
