import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CHANNEL_ADDRESS } from '@helpdesk/contracts';
import { IsEmail, IsNotEmpty, IsString, Matches, MaxLength } from 'class-validator';
import { Access } from '../auth/access.decorator.js';
import { IsNewPassword } from '../credentials/password.rules.js';
import { IsOneLine } from '../problems/field-rules.js';
import { AccountsService } from './accounts.service.js';

export class SetUpDto {
  @ApiProperty({ example: 'Acme' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() accountName: string;
  @ApiProperty({ example: 'Anna Admin' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() name: string;
  @ApiProperty({ example: 'anna@example.com' }) @IsEmail({ require_tld: false }) email: string;
  @ApiProperty({ minLength: 12 }) @IsNewPassword() password: string;
  @ApiProperty({ example: 'support@example.com', description: 'Without a plus' })
  @IsEmail({ require_tld: false })
  @Matches(CHANNEL_ADDRESS)
  supportAddress: string;
}

@ApiTags('session')
@Controller('api/v1')
export class SetUpController {
  constructor(private readonly accounts: AccountsService) {}

  @Post('setup')
  @HttpCode(204)
  @Access('public')
  @ApiOperation({ summary: 'Make the first account, its super admin, pipeline and mail channel; 404 once there is one' })
  @ApiResponse({ status: 404, description: 'There is an account' })
  @ApiResponse({ status: 204, description: 'Made: sign in' })
  async setUp(@Body() body: SetUpDto): Promise<void> {
    await this.accounts.setUpFirst(body);
  }
}
