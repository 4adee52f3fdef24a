import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.decorator.js';
import { AccountsService } from './accounts.service.js';
import { SetUpDto } from './set-up.dto.js';

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
