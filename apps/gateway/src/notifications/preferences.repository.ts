import { Injectable } from '@nestjs/common';
import { Database } from '@helpdesk/platform';

/** What makes somebody a follower of a ticket by itself. */
export interface AutoFollow {
  onReply: boolean;
  onMention: boolean;
}

interface Row {
  user_id: string;
  follow_on_reply: boolean;
  follow_on_mention: boolean;
}

const DEFAULT: AutoFollow = { onReply: true, onMention: true };

@Injectable()
export class PreferencesRepository {
  constructor(private readonly database: Database) {}

  async autoFollow(accountId: string, userId: string): Promise<AutoFollow> {
    return (await this.autoFollowOf(accountId, [userId])).get(userId) ?? DEFAULT;
  }

  /** Of each of these users. */
  async autoFollowOf(accountId: string, userIds: string[]): Promise<Map<string, AutoFollow>> {
    const rows = await this.database.query<Row>(
      accountId,
      `SELECT user_id, follow_on_reply, follow_on_mention FROM gateway.notification_preference WHERE account_id = $1 AND user_id = ANY ($2::uuid[])`,
      [accountId, userIds],
    );
    const kept = new Map(rows.map((row) => [row.user_id, toAutoFollow(row)]));
    return new Map(userIds.map((id) => [id, kept.get(id) ?? DEFAULT]));
  }

  /** Absent = unchanged. */
  async change(accountId: string, userId: string, { onReply, onMention }: Partial<AutoFollow>): Promise<AutoFollow> {
    const row = await this.database.queryOne<Row>(
      accountId,
      `INSERT INTO gateway.notification_preference AS p (account_id, user_id, follow_on_reply, follow_on_mention)
       VALUES ($1, $2, coalesce($3::boolean, $5), coalesce($4::boolean, $6))
       ON CONFLICT (account_id, user_id) DO UPDATE SET follow_on_reply = coalesce($3, p.follow_on_reply), follow_on_mention = coalesce($4, p.follow_on_mention)
       RETURNING *`,
      [accountId, userId, onReply ?? null, onMention ?? null, DEFAULT.onReply, DEFAULT.onMention],
    );
    return row ? toAutoFollow(row) : DEFAULT;
  }
}

const toAutoFollow = (row: Row): AutoFollow => ({ onReply: row.follow_on_reply, onMention: row.follow_on_mention });
