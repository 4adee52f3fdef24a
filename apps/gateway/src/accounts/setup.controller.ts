import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsEmail, IsNotEmpty, IsString, MaxLength, MinLength } from 'class-validator';
import { IsOneLine } from '../problems/field-rules.js';
import { Access } from '../auth/access.decorator.js';
import { AccountsService } from './accounts.service.js';

export class SetUpDto {
  @ApiProperty({ example: 'Acme' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() accountName: string;
  @ApiProperty({ example: 'Anna Admin' }) @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() name: string;
  @ApiProperty({ example: 'anna@example.com' }) @IsEmail({ require_tld: false }) email: string;
  @ApiProperty({ minLength: 12 }) @IsString() @MinLength(12) @MaxLength(1_000) password: string;
  @ApiProperty({ example: 'support@example.com' }) @IsEmail({ require_tld: false }) supportAddress: string;
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
