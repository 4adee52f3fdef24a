import { AreNested } from '@helpdesk/platform';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ADDRESS_KINDS, type AddressKind } from '@helpdesk/contracts';
import { ArrayMaxSize, IsArray, IsFQDN, IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';
import { IdPageQueryDto } from '../openapi/page.dto.js';
import { InLowerCase, IsId, IsOneLine, MayBeAbsent, MayBeNull } from '../problems/field-rules.js';

const MAX_ADDRESSES = 50;
const MAX_DOMAINS = 100;
const time = { format: 'date-time' } as const;
const uuid = { format: 'uuid' } as const;

export class ContactAddressDto {
  @ApiProperty({ enum: ADDRESS_KINDS }) @IsIn(ADDRESS_KINDS) kind: AddressKind;
  @ApiProperty({ example: 'anna@customer.example' }) @IsString() @IsNotEmpty() @MaxLength(320) @IsOneLine() value: string;
}

export class MergeRecordDto {
  @ApiProperty({ ...uuid, description: 'The one that goes up in this one' }) @IsId() secondaryId: string;
}

export class ContactQueryDto extends IdPageQueryDto {
  @ApiPropertyOptional({ description: 'Part of a name, mail address or phone number' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  q?: string;
  @ApiPropertyOptional(uuid) @IsOptional() @IsId() companyId?: string;
}
export class CompanyQueryDto extends IdPageQueryDto {
  @ApiPropertyOptional({ description: 'Part of a name or domain' }) @IsOptional() @IsString() @MaxLength(200) q?: string;
}

class ContactFieldsDto {
  @ApiPropertyOptional({ type: [ContactAddressDto], description: 'All of them; an address belongs to one contact' })
  @MayBeAbsent()
  @AreNested(() => ContactAddressDto, { max: MAX_ADDRESSES })
  addresses?: ContactAddressDto[];
  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true }) @MayBeNull() @IsId() companyId?: string | null;
  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true, description: 'The agent who looks after the contact' })
  @MayBeNull()
  @IsId()
  ownerId?: string | null;
}
export class NewContactDto extends ContactFieldsDto {
  @ApiProperty({ example: 'Anna Meyer' }) @IsString() @IsNotEmpty() @MaxLength(255) @IsOneLine() name: string;
  @ApiPropertyOptional({ example: 'anna@customer.example', description: 'Short for one more address' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(320)
  @IsOneLine()
  email?: string;
  @ApiPropertyOptional({ example: '+49 30 1234567', description: 'Short for one more address' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(50)
  @IsOneLine()
  phone?: string;
}
export class PatchContactDto extends ContactFieldsDto {
  @ApiPropertyOptional() @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(255) @IsOneLine() name?: string;
}
export class ContactDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ type: [ContactAddressDto] }) addresses: ContactAddressDto[];
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) companyId: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) ownerId: string | null;
  @ApiProperty({ type: [String], description: 'Contacts that were merged into it' }) mergedIds: string[];
  @ApiProperty(time) createdAt: string;
}
export class ContactPageDto {
  @ApiProperty({ type: [ContactDto] }) items: ContactDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

class CompanyFieldsDto {
  @ApiPropertyOptional({ type: [String], example: ['customer.example'], description: 'All of them: whoever writes from one belongs to it' })
  @MayBeAbsent()
  @InLowerCase()
  @IsArray()
  @ArrayMaxSize(MAX_DOMAINS)
  @IsFQDN({ require_tld: false }, { each: true })
  @MaxLength(253, { each: true })
  domains?: string[];
}
export class NewCompanyDto extends CompanyFieldsDto {
  @ApiProperty({ example: 'Customer Ltd.' }) @IsString() @IsNotEmpty() @MaxLength(255) @IsOneLine() name: string;
}
export class PatchCompanyDto extends CompanyFieldsDto {
  @ApiPropertyOptional() @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(255) @IsOneLine() name?: string;
}
export class CompanyDto {
  @ApiProperty(uuid) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ type: [String] }) domains: string[];
  @ApiProperty({ type: [String], description: 'Companies that were merged into it' }) mergedIds: string[];
  @ApiProperty(time) createdAt: string;
}
export class CompanyPageDto {
  @ApiProperty({ type: [CompanyDto] }) items: CompanyDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}
