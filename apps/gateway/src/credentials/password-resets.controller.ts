import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsEmail, MaxLength } from 'class-validator';
import { Access } from '../auth/access.decorator.js';
import { IsNewPassword, MIN_PASSWORD } from './password.rules.js';
import { PasswordResetsService } from './password-resets.service.js';

class ResetRequestDto {
  @ApiProperty({ example: 'lea@example.com' }) @IsEmail({ require_tld: false }) @MaxLength(320) email: string;
}
class NewPasswordDto {
  @ApiProperty({ minLength: MIN_PASSWORD }) @IsNewPassword() password: string;
}
class ResetRequestedDto {
  @ApiProperty({ enum: ['accepted'] }) status: 'accepted';
}

@ApiTags('session')
@Controller('api/v1/password-resets')
export class PasswordResetsController {
  constructor(private readonly resets: PasswordResetsService) {}

  @Post()
  @HttpCode(202)
  @Access('public')
  @ApiOperation({
    summary: 'Ask for a mail with a link to choose a new password',
    description:
      'The answer is the same whether anybody has this address. At most five mails an hour go to one address; a link is good for one hour.',
  })
  @ApiResponse({ status: 202, type: ResetRequestedDto })
  async request(@Body() { email }: ResetRequestDto): Promise<ResetRequestedDto> {
    await this.resets.request(email);
    return { status: 'accepted' };
  }

  @Post(':token')
  @HttpCode(204)
  @Access('public')
  @ApiOperation({ summary: 'Choose a password with the link of an invitation or a reset; ends the user’s sessions' })
  @ApiResponse({ status: 204, description: 'Set: sign in' })
  @ApiResponse({ status: 404, description: 'The link is wrong, was used, or is too old' })
  setPassword(@Param('token') token: string, @Body() { password }: NewPasswordDto): Promise<void> {
    return this.resets.setPassword(token, password);
  }
}
