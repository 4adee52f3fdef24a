import { AreNested, IsNested } from '@helpdesk/platform';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PROPERTY_TYPES, type CreateForm, type PropertyType } from '@helpdesk/contracts';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsNotEmpty, IsObject, IsString, Matches, MaxLength } from 'class-validator';
import { IsOneLine, MayBeAbsent } from '../problems/field-rules.js';

const MAX_OPTIONS = 500;
const MAX_FIELDS = 200;

export class PropertyOptionDto {
  @ApiProperty({ example: 'v2' }) @IsString() @IsNotEmpty() @MaxLength(100) @IsOneLine() value: string;
  @ApiProperty({ example: 'Version 2' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() label: string;
}

export class NewPropertyDto {
  @ApiProperty({ example: 'serialNo', description: 'What the API calls it, for good' })
  @IsString()
  @Matches(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, { message: 'name must begin with a letter and hold letters, digits and _ only, at most 100' })
  name: string;
  @ApiProperty({ example: 'Serial no.' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() label: string;
  @ApiProperty({ enum: PROPERTY_TYPES }) @IsIn(PROPERTY_TYPES) type: PropertyType;
  @ApiPropertyOptional({ type: [PropertyOptionDto], description: 'Of `select` and `multi_select`' })
  @MayBeAbsent()
  @AreNested(() => PropertyOptionDto, { max: MAX_OPTIONS })
  options?: PropertyOptionDto[];
  @ApiPropertyOptional({ default: false, description: 'Never empty on a ticket that is made by hand' })
  @MayBeAbsent()
  @IsBoolean()
  required?: boolean;
}

export class PropertyDto {
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: a field of every ticket' }) id: string | null;
  @ApiProperty({ enum: ['default', 'custom'] }) kind: 'default' | 'custom';
  @ApiProperty() name: string;
  @ApiProperty() label: string;
  @ApiProperty({ enum: PROPERTY_TYPES }) type: PropertyType;
  @ApiProperty({ type: [PropertyOptionDto] }) options: PropertyOptionDto[];
  @ApiProperty() required: boolean;
}

export class PropertyListDto {
  @ApiProperty({ type: [PropertyDto] }) items: PropertyDto[];
}

class ShowWhenDto {
  @ApiProperty({ example: 'category' }) @IsString() property: string;
  @ApiProperty({ type: [Object], example: ['billing'], description: 'Shown while the property has one of these values' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_OPTIONS)
  values: (string | number | boolean)[];
}

class FormFieldDto {
  @ApiProperty({ example: 'serialNo', description: 'The name of a property, `contactIds` or `companyIds`' }) @IsString() property: string;
  @ApiProperty() @IsBoolean() required: boolean;
  @ApiPropertyOptional({ type: ShowWhenDto })
  @MayBeAbsent()
  @IsNested(() => ShowWhenDto)
  showWhen?: ShowWhenDto;
}

export class CreateFormDto {
  @ApiProperty({ type: [FormFieldDto], description: 'In their order, after name, pipeline and status, which are always required' })
  @AreNested(() => FormFieldDto, { max: MAX_FIELDS })
  fields: FormFieldDto[];
  @ApiPropertyOptional({
    type: Object,
    description: 'Further fields by the pipeline’s id',
    example: { '0192f0c1-0000-7000-8000-000000000000': { fields: [{ property: 'serialNo', required: true }] } },
  })
  @MayBeAbsent()
  @IsObject()
  pipelines?: CreateForm['pipelines'];
}

export class PublishedFormDto extends CreateFormDto {
  @ApiProperty({ description: '0 = never changed' }) version: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) publishedAt: string | null;
}

/** One pipeline's part of the form, checked like the rest. */
export class PipelineFormDto {
  @AreNested(() => FormFieldDto, { max: MAX_FIELDS })
  fields: FormFieldDto[];
}
