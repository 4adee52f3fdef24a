import { IsNested } from '@helpdesk/platform';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { AVAILABILITIES, type Availability } from '../agents/availability.js';
import { RIGHTS, SEATS, WORKSPACES, type Principal, type Right, type Seat, type TicketAccess, type Workspace } from '../auth/principal.js';
import { IsNewPassword, MIN_PASSWORD } from '../credentials/password.rules.js';
import { AreIds, InLowerCase, IsOneLine, MayBeAbsent, MayBeNull } from '../problems/field-rules.js';

const VIEW_SCOPES = ['all', 'team', 'own'] as const;
const CHANGE_SCOPES = ['all', 'team', 'own', 'none'] as const;
const MAX_TEAMS = 500;
const MAX_OPEN_TICKETS = 100_000;

export class ViewRuleDto {
  @ApiProperty({ enum: VIEW_SCOPES }) @IsIn(VIEW_SCOPES) scope: (typeof VIEW_SCOPES)[number];
  @ApiPropertyOptional({ default: false, description: 'Adds tickets without an owner whose team is none or one of the user’s' })
  @MayBeAbsent()
  @IsBoolean()
  unassigned?: boolean;
}

export class ChangeRuleDto {
  @ApiProperty({ enum: CHANGE_SCOPES, description: 'Never reaches further than `view`' })
  @IsIn(CHANGE_SCOPES)
  scope: (typeof CHANGE_SCOPES)[number];
  @ApiPropertyOptional({ default: false }) @MayBeAbsent() @IsBoolean() unassigned?: boolean;
}

export class UserTicketAccessDto {
  @ApiPropertyOptional({ type: ViewRuleDto }) @MayBeAbsent() @IsNested(() => ViewRuleDto) view?: ViewRuleDto;
  @ApiPropertyOptional({ type: ChangeRuleDto })
  @MayBeAbsent()
  @IsNested(() => ChangeRuleDto)
  edit?: ChangeRuleDto;
  @ApiPropertyOptional({ type: ChangeRuleDto })
  @MayBeAbsent()
  @IsNested(() => ChangeRuleDto)
  delete?: ChangeRuleDto;
}

/** What a user may be given besides address, name and seat. */
class UserFieldsDto {
  @ApiPropertyOptional({ minLength: MIN_PASSWORD, description: 'Write-only. Ends the user’s sessions' })
  @MayBeAbsent()
  @IsNewPassword()
  password?: string;
  @ApiPropertyOptional() @MayBeAbsent() @IsBoolean() superAdmin?: boolean;
  @ApiPropertyOptional({ enum: WORKSPACES, isArray: true })
  @MayBeAbsent()
  @IsArray()
  @ArrayUnique()
  @IsIn(WORKSPACES, { each: true })
  access?: Workspace[];
  @ApiPropertyOptional({ type: UserTicketAccessDto })
  @MayBeAbsent()
  @IsNested(() => UserTicketAccessDto)
  ticketAccess?: UserTicketAccessDto;
  @ApiPropertyOptional({ enum: RIGHTS, isArray: true })
  @MayBeAbsent()
  @IsArray()
  @ArrayUnique()
  @IsIn(RIGHTS, { each: true })
  rights?: Right[];
  @ApiPropertyOptional({ type: [String], format: 'uuid' })
  @MayBeAbsent()
  @ArrayMaxSize(MAX_TEAMS)
  @ArrayUnique()
  @AreIds()
  teamIds?: string[];
  @ApiPropertyOptional({ description: 'False: cannot sign in, sessions and API keys end at once' })
  @MayBeAbsent()
  @IsBoolean()
  active?: boolean;
  @ApiPropertyOptional({ type: Number, nullable: true, description: 'With so many open tickets he is given no more; null = no limit' })
  @MayBeNull()
  @IsInt()
  @Min(0)
  @Max(MAX_OPEN_TICKETS)
  maxOpenTickets?: number | null;
}

export class PatchUserDto extends UserFieldsDto {
  @ApiPropertyOptional({ example: 'lea@example.com', description: 'Kept in lower case' })
  @MayBeAbsent()
  @InLowerCase()
  @IsEmail({ require_tld: false })
  @MaxLength(320)
  email?: string;
  @ApiPropertyOptional({ example: 'Lea Braun' }) @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() name?: string;
  @ApiPropertyOptional({ enum: SEATS }) @MayBeAbsent() @IsIn(SEATS) seat?: Seat;
}

export class NewUserDto extends UserFieldsDto {
  @ApiProperty({ example: 'lea@example.com', description: 'Kept in lower case' })
  @InLowerCase()
  @IsEmail({ require_tld: false })
  @MaxLength(320)
  email: string;
  @ApiProperty({ example: 'Lea Braun' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() name: string;
  @ApiProperty({ enum: SEATS }) @IsIn(SEATS) seat: Seat;
}

export class ScopeRuleDto {
  @ApiProperty({ enum: CHANGE_SCOPES }) scope: (typeof CHANGE_SCOPES)[number];
  @ApiProperty() unassigned: boolean;
}

export class UserTicketAccessViewDto {
  @ApiProperty({ type: ScopeRuleDto }) view: ScopeRuleDto;
  @ApiProperty({ type: ScopeRuleDto }) edit: ScopeRuleDto;
  @ApiProperty({ type: ScopeRuleDto }) delete: ScopeRuleDto;
}

/** The optional fields are for those who manage users. */
export class UserDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() email: string;
  @ApiProperty() name: string;
  @ApiProperty() active: boolean;
  @ApiProperty({ type: [String], format: 'uuid' }) teamIds: string[];
  @ApiPropertyOptional({ enum: AVAILABILITIES, description: 'Not in what `/me` and sign-in answer' }) availability?: Availability;
  @ApiPropertyOptional({ enum: SEATS }) seat?: Seat;
  @ApiPropertyOptional({ type: Number, nullable: true }) maxOpenTickets?: number | null;
  @ApiPropertyOptional() superAdmin?: boolean;
  @ApiPropertyOptional({ enum: WORKSPACES, isArray: true }) access?: Workspace[];
  @ApiPropertyOptional({ type: UserTicketAccessViewDto }) ticketAccess?: TicketAccess;
  @ApiPropertyOptional({ enum: RIGHTS, isArray: true }) rights?: Right[];
  @ApiPropertyOptional({ description: 'Has not chosen a password yet' }) invited?: boolean;
  @ApiPropertyOptional({ description: 'A second factor is set up' }) totp?: boolean;
}

export class UserPageDto {
  @ApiProperty({ type: [UserDto] }) items: UserDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

/** The signed-in user about himself. */
export const ownUserDto = (p: Principal): UserDto => ({
  id: p.userId,
  email: p.email,
  name: p.name,
  active: true,
  teamIds: p.teamIds,
  seat: p.seat,
  superAdmin: p.isSuperAdmin,
  access: p.access,
  ticketAccess: p.ticketAccess,
  rights: p.rights,
});
