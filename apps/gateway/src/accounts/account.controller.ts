import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { LiveBus } from '@helpdesk/messaging';
import { Database, notFound, type Tx } from '@helpdesk/platform';
import { IsBoolean, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { AuditLog } from '../audit/audit.log.js';
import { Access, Me } from '../auth/access.decorator.js';
import { SEAT_REPLY } from '../auth/auth.repository.js';
import type { Principal } from '../auth/principal.js';
import { IsOneLine, MayBeAbsent } from '../problems/field-rules.js';

class AccountDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ description: 'Users without a Service seat may reply within their edit scope' }) seatReply: boolean;
}
class PatchAccountDto {
  @ApiPropertyOptional() @MayBeAbsent() @IsString() @IsNotEmpty() @MaxLength(200) @IsOneLine() name?: string;
  @ApiPropertyOptional() @MayBeAbsent() @IsBoolean() seatReply?: boolean;
}

@ApiTags('account')
@Controller('api/v1/account')
@Access('settings')
export class AccountController {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly live: LiveBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Settings of the account' })
  @ApiResponse({ status: 200, type: AccountDto })
  get(@Me() me: Principal): Promise<AccountDto> {
    return this.database.transaction(me.accountId, (tx) => read(tx, me.accountId, ''));
  }

  @Patch()
  @ApiOperation({ summary: 'Change settings of the account; absent = unchanged' })
  @ApiResponse({ status: 200, type: AccountDto })
  patch(@Me() me: Principal, @Body() { name, seatReply }: PatchAccountDto): Promise<AccountDto> {
    return this.database.transaction(me.accountId, async (tx) => {
      const old = await read(tx, me.accountId, 'FOR UPDATE');
      await tx.query(
        `UPDATE gateway.account SET name = coalesce($2, name), settings = CASE WHEN $3::boolean IS NULL THEN settings ELSE settings || jsonb_build_object('seatReply', $3::boolean) END
         WHERE id = $1`,
        [me.accountId, name ?? null, seatReply ?? null],
      );
      const now = await read(tx, me.accountId, '');
      await this.audit.record(me, 'account.changed', `account/${me.accountId}`, { old, new: now }, tx);
      if (old.seatReply !== now.seatReply) this.live.publish(tx, me.accountId, { kind: 'rights.changed' });
      return now;
    });
  }
}

async function read(tx: Tx, accountId: string, lock: '' | 'FOR UPDATE'): Promise<AccountDto> {
  const row = await tx.queryOne<{ id: string; name: string; seat_reply: boolean }>(
    `SELECT a.id, a.name, ${SEAT_REPLY} AS seat_reply FROM gateway.account a WHERE a.id = $1 ${lock}`,
    [accountId],
  );
  if (!row) throw notFound();
  return { id: row.id, name: row.name, seatReply: row.seat_reply };
}
