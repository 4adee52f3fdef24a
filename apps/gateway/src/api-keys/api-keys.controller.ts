import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Database, notFound } from '@helpdesk/platform';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { AuditLog } from '../audit/audit.log.js';
import { uuidParam } from '../problems/uuid-param.js';
import { Access, Me, ResourceId } from '../auth/access.decorator.js';
import { hashOf } from '../auth/auth.repository.js';
import type { Principal } from '../auth/principal.js';

class NewApiKeyDto {
  @ApiProperty({ example: 'CI' }) @IsString() @IsNotEmpty() @MaxLength(200) name: string;
}
class ApiKeyDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) lastUsedAt: string | null;
}
class ApiKeyListDto {
  @ApiProperty({ type: [ApiKeyDto] }) items: ApiKeyDto[];
}
class CreatedApiKeyDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ description: 'Shown only now' }) key: string;
}

@ApiTags('api keys')
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @Access('signed_in')
  @ApiOperation({ summary: 'My API keys' })
  @ApiResponse({ status: 200, type: ApiKeyListDto })
  async list(@Me() me: Principal): Promise<ApiKeyListDto> {
    const rows = await this.database.query<{ id: string; name: string; created_at: Date; last_used_at: Date | null }>(
      me.accountId,
      'SELECT id, name, created_at, last_used_at FROM gateway.api_key WHERE account_id = $1 AND user_id = $2 ORDER BY created_at',
      [me.accountId, me.userId],
    );
    return {
      items: rows.map((r) => ({
        id: r.id,
        name: r.name,
        createdAt: r.created_at.toISOString(),
        lastUsedAt: r.last_used_at?.toISOString() ?? null,
      })),
    };
  }

  @Post()
  @Access('signed_in')
  @ApiOperation({ summary: 'Make an API key with my rights, as they are at each request' })
  @ApiResponse({ status: 201, type: CreatedApiKeyDto })
  async create(@Me() me: Principal, @ResourceId() id: string, @Body() { name }: NewApiKeyDto): Promise<CreatedApiKeyDto> {
    const key = `hd_${randomBytes(32).toString('base64url')}`;
    await this.database.transaction(me.accountId, async (tx) => {
      await tx.query(
        `INSERT INTO gateway.api_key (id, account_id, user_id, name, key_hash) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, id) DO UPDATE SET key_hash = excluded.key_hash`,
        [id, me.accountId, me.userId, name, hashOf(key)],
      );
      await this.audit.record(me, 'api_key.created', `api-key/${id}`, { new: { name } }, tx);
    });
    return { id, key };
  }

  @Delete(':id')
  @HttpCode(204)
  @Access('signed_in')
  @ApiOperation({ summary: 'Revoke one of my API keys' })
  @ApiResponse({ status: 204, description: 'Revoked: the next call with it is refused' })
  async delete(@Me() me: Principal, @Param('id', uuidParam) id: string): Promise<void> {
    await this.database.transaction(me.accountId, async (tx) => {
      const rows = await tx.query('DELETE FROM gateway.api_key WHERE id = $1 AND account_id = $2 AND user_id = $3 RETURNING 1', [
        id,
        me.accountId,
        me.userId,
      ]);
      if (rows.length === 0) throw notFound();
      await this.audit.record(me, 'api_key.deleted', `api-key/${id}`, {}, tx);
    });
  }
}
