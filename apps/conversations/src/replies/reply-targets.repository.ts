import { Injectable } from '@nestjs/common';
import type { Address } from '@helpdesk/contracts';
import { newId, type Tx } from '@helpdesk/platform';

export interface ChannelCopy {
  channelId: string;
  type: string;
  name: string;
  address: string | null;
  isUsable: boolean;
}

export interface ReplyConversation {
  /** Null: the reply begins one. */
  id: string | null;
  channelId: string;
  channelType: string;
  thread: string | null;
  subject: string | null;
  /** Where an answer goes unless the agent says otherwise: the requester, never whoever wrote last. */
  answerTo: Address | null;
}

interface ConversationRow {
  id: string;
  channel_id: string;
  channel_type: string;
  thread: string | null;
  subject: string | null;
  counterpart_kind: Address['kind'] | null;
  counterpart_value: string | null;
  counterpart_name: string | null;
  form_mail: string | null;
}

/** The mail address a form was filled in with: a field that is called so, or that holds one. */
const FORM_MAIL = `
  (SELECT f ->> 'value' FROM conversations.message m, json_array_elements(m.facts -> 'fields') f
   WHERE m.conversation_id = c.id AND m.kind = 'form' AND f ->> 'value' ~ '^[^@[:space:]]+@[^@[:space:]]+$'
   ORDER BY (f ->> 'name') !~* 'mail', m.seq LIMIT 1)`;

const CONVERSATION = `
  SELECT c.id, c.channel_id, c.channel_type, c.thread, c.subject, c.counterpart_kind, c.counterpart_value, c.counterpart_name,
         CASE WHEN c.channel_type = 'form' AND c.counterpart_kind IS DISTINCT FROM 'email' THEN ${FORM_MAIL} END AS form_mail
  FROM conversations.conversation c`;

interface ChannelRow {
  channel_id: string;
  type: string;
  name: string;
  address: string | null;
  is_usable: boolean;
}

/** Where a reply may go: the conversations of a ticket and the channels of its account. */
@Injectable()
export class ReplyTargetsRepository {
  /** Newest first. */
  async conversations(tx: Tx, accountId: string, ticketId: string): Promise<(ReplyConversation & { id: string })[]> {
    const rows = await tx.query<ConversationRow>(
      `${CONVERSATION} WHERE c.account_id = $1 AND c.ticket_id = $2 ORDER BY c.created_at DESC`,
      [accountId, ticketId],
    );
    return rows.map(toConversation);
  }

  async conversation(tx: Tx, accountId: string, ticketId: string, id: string): Promise<(ReplyConversation & { id: string }) | undefined> {
    return (await this.conversations(tx, accountId, ticketId)).find((c) => c.id === id);
  }

  async channel(tx: Tx, accountId: string, channelId: string): Promise<ChannelCopy | undefined> {
    const sql =
      'SELECT channel_id, type, name, address, is_usable FROM conversations.channel_copy WHERE account_id = $1 AND channel_id = $2';
    return toChannel(await tx.queryOne<ChannelRow>(sql, [accountId, channelId]));
  }

  async firstMailChannel(tx: Tx, accountId: string): Promise<ChannelCopy | undefined> {
    const sql = `SELECT channel_id, type, name, address, is_usable FROM conversations.channel_copy
                 WHERE account_id = $1 AND type = 'email' AND is_usable ORDER BY channel_id LIMIT 1`;
    return toChannel(await tx.queryOne<ChannelRow>(sql, [accountId]));
  }

  async startConversation(
    tx: Tx,
    accountId: string,
    ticketId: string,
    channel: ChannelCopy,
    counterpart: Address | null,
    subject: string,
  ): Promise<string> {
    const id = newId();
    await tx.query(
      `INSERT INTO conversations.conversation (id, account_id, ticket_id, channel_id, channel_type, contact_id, counterpart_kind, counterpart_value, counterpart_name, participants, subject)
       VALUES ($1, $2, $3, $4, $5, (SELECT a.contact_id FROM conversations.contact_address a WHERE a.account_id = $2 AND a.kind = $6 AND a.value = $7),
         $6, $7, $8, $9, $10)`,
      [
        id,
        accountId,
        ticketId,
        channel.channelId,
        channel.type,
        counterpart?.kind ?? null,
        counterpart?.value ?? null,
        counterpart?.name ?? null,
        counterpart ? [counterpart.value] : [],
        subject,
      ],
    );
    return id;
  }
}

const toChannel = (row: ChannelRow | undefined): ChannelCopy | undefined =>
  row && { channelId: row.channel_id, type: row.type, name: row.name, address: row.address, isUsable: row.is_usable };

function toConversation(row: ConversationRow): ReplyConversation & { id: string } {
  const own: Address | null =
    row.counterpart_kind && row.counterpart_value
      ? { kind: row.counterpart_kind, value: row.counterpart_value, ...(row.counterpart_name && { name: row.counterpart_name }) }
      : null;
  const byMail = row.channel_type === 'form' || row.channel_type === 'call' || row.channel_type === 'email';
  const mail: Address | null = own?.kind === 'email' ? own : row.form_mail ? { kind: 'email', value: row.form_mail.toLowerCase() } : null;
  return {
    id: row.id,
    channelId: row.channel_id,
    channelType: row.channel_type,
    thread: row.thread,
    subject: row.subject,
    answerTo: byMail ? mail : own,
  };
}
