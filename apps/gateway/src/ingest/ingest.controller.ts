import { Body, Controller, Headers, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Ingest, IngestDeliveryReceipt } from '@helpdesk/contracts';
import { invalid, RpcClient, unauthenticated } from '@helpdesk/platform';
import { uuidParam } from '../problems/uuid-param.js';
import { Access } from '../auth/access.decorator.js';
import type { DeskRequest } from '../auth/principal.js';

class IngestReceiptDto {
  @ApiProperty() id: string;
  @ApiProperty({ enum: ['accepted', 'duplicate'] }) status: 'accepted' | 'duplicate';
}
class DeliveryAcceptedDto {
  @ApiProperty({ example: 'accepted' }) status: string;
}

const SYSTEM = { kind: 'system', accountId: null } as const;

@ApiTags('ingest')
@ApiBearerAuth('channelToken')
@ApiResponse({ status: 401, description: 'Not the token of this channel' })
@ApiResponse({ status: 404, description: 'No such channel' })
@Controller('api/v1/ingest')
export class IngestController {
  constructor(private readonly rpc: RpcClient) {}

  @Post(':channelId')
  @HttpCode(202)
  @Access('public', { 401: 'Not the channel’s token', 404: 'No such channel', 413: 'Larger than 40 MiB' })
  @ApiOperation({ summary: 'Push a message in: version 1 envelope, with the channel’s token as bearer. 202 only when it is durable' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['v', 'id', 'kind', 'sender'],
      properties: { v: { enum: [1] }, id: { type: 'string' }, kind: { enum: ['message', 'form', 'call'] } },
    },
  })
  @ApiResponse({ status: 202, type: IngestReceiptDto })
  async ingest(
    @Param('channelId', uuidParam) channelId: string,
    @Headers('authorization') authorization: string | undefined,
    @Req() request: DeskRequest,
  ): Promise<IngestReceiptDto> {
    const body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body ?? null);
    const receipt = await this.rpc.call(Ingest, SYSTEM, { channelId, token: bearer(authorization), body });
    if (receipt.status === 'rejected')
      throw invalid(receipt.problem.errors ?? [{ pointer: '', code: receipt.problem.code, detail: receipt.problem.detail }]);
    return { id: receipt.id, status: receipt.status };
  }

  @Post(':channelId/receipts')
  @HttpCode(202)
  @Access('public', { 401: 'Not the channel’s token', 404: 'No such channel', 413: 'Larger than 40 MiB' })
  @ApiOperation({ summary: 'An adapter reports how far an outgoing message has got' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['messageId', 'state'],
      properties: {
        messageId: { type: 'string' },
        state: { enum: ['sent', 'delivered', 'failed'] },
        providerId: { type: 'string' },
        error: { type: 'string' },
      },
    },
  })
  @ApiResponse({ status: 202, type: DeliveryAcceptedDto })
  receipt(
    @Param('channelId', uuidParam) channelId: string,
    @Headers('authorization') authorization: string | undefined,
    @Body() body: object,
  ): Promise<DeliveryAcceptedDto> {
    return this.rpc.call(IngestDeliveryReceipt, SYSTEM, { channelId, token: bearer(authorization), body });
  }
}

function bearer(header: string | undefined): string {
  const [scheme, token] = (header ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw unauthenticated();
  return token;
}
