import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CountViews } from '@helpdesk/contracts';
import { RpcClient } from '@helpdesk/platform';
import { IsIn } from 'class-validator';
import { Access, Me } from '../auth/access.decorator.js';
import { actorFor, type Principal } from '../auth/principal.js';
import { AgentsService } from './agents.service.js';
import { AVAILABILITIES, type Availability } from './availability.js';

class NewAvailabilityDto {
  @ApiProperty({ enum: AVAILABILITIES }) @IsIn(AVAILABILITIES) state: Availability;
}
class AvailabilityDto extends NewAvailabilityDto {
  @ApiProperty({ description: 'What I have open now' }) openTickets: number;
  @ApiProperty({ type: Number, nullable: true, description: 'At this number I am given no more; null = no limit' })
  maxOpenTickets: number | null;
}

@ApiTags('users')
@Controller('api/v1/me/availability')
@Access('helpdesk')
export class AvailabilityController {
  constructor(
    private readonly agents: AgentsService,
    private readonly rpc: RpcClient,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Whether I am given tickets, and how many I have' })
  @ApiResponse({ status: 200, type: AvailabilityDto })
  async get(@Me() me: Principal): Promise<AvailabilityDto> {
    const [own, { counts }] = await Promise.all([
      this.agents.availability(me),
      this.rpc.call(CountViews, actorFor(me), { views: ['mine'], withCustom: false }),
    ]);
    return { ...own, openTickets: counts.mine ?? 0 };
  }

  @Put()
  @ApiOperation({ summary: 'Come or go: who is away is given no tickets where the channel says so' })
  @ApiResponse({ status: 200, type: AvailabilityDto })
  async set(@Me() me: Principal, @Body() { state }: NewAvailabilityDto): Promise<AvailabilityDto> {
    await this.agents.setAvailability(me, state);
    return this.get(me);
  }
}
