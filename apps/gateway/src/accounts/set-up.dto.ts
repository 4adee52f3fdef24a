import { ApiProperty } from '@nestjs/swagger';
import { CHANNEL_ADDRESS } from '@helpdesk/contracts';
import { IsEmail, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { IsNewPassword, MIN_PASSWORD } from '../credentials/password.rules.js';
import { IsOneLine } from '../problems/field-rules.js';

/** What an account begins with. */
export class SetUpDto {
  @ApiProperty({ example: 'Acme' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() accountName: string;
  @ApiProperty({ example: 'Anna Admin' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() name: string;
  @ApiProperty({ example: 'anna@example.com' }) @IsEmail({ require_tld: false }) @MaxLength(320) email: string;
  @ApiProperty({ minLength: MIN_PASSWORD }) @IsNewPassword() password: string;
  @ApiProperty({ example: 'support@example.com', description: 'In ASCII, without a plus' })
  @IsEmail({ require_tld: false })
  @Matches(CHANNEL_ADDRESS, { message: '$property must be an e-mail address in ASCII without a plus' })
  supportAddress: string;
}
