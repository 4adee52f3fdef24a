import { Injectable } from '@nestjs/common';
import { NOWHERE, type AttachmentView } from '@helpdesk/contracts';
import { Database, withComments } from '@helpdesk/platform';
import type { Author } from '../replies/replies.service.js';

interface Row {
  ticket_id: string | null;
  uploaded_by: string | null;
  filename: string;
  content_type: string;
  size: string;
  sha256: string;
}

@Injectable()
export class AttachmentsService {
  constructor(private readonly database: Database) {}

  /** A file that was uploaded: its uploader may use it in one message. Repeating it with the same id changes nothing. */
  async add(
    author: Author,
    file: { id: string; filename: string; contentType: string; size: number; sha256: string },
  ): Promise<AttachmentView> {
    await this.database.transaction(author.accountId, (tx) =>
      tx.query(
        `INSERT INTO conversations.attachment (id, account_id, uploaded_by, filename, content_type, size, sha256, is_inline)
         VALUES ($1, $2, $3, $4, $5, $6, $7, false) ON CONFLICT (account_id, id) DO NOTHING`,
        [file.id, author.accountId, author.userId, file.filename, file.contentType, file.size, file.sha256],
      ),
    );
    return { id: file.id, filename: file.filename, contentType: file.contentType, size: file.size, inline: false };
  }

  async locate(accountId: string, id: string) {
    const row = await this.database.queryOne<Row>(
      withComments(accountId),
      `SELECT coalesce(m.ticket_id, c.ticket_id) AS ticket_id, a.uploaded_by, a.filename, a.content_type, a.size, a.sha256 FROM conversations.attachment a
       LEFT JOIN conversations.message m ON m.account_id = a.account_id AND m.id = a.message_id
       LEFT JOIN conversations.comment c ON c.account_id = a.account_id AND c.id = a.comment_id WHERE a.account_id = $1 AND a.id = $2`,
      [accountId, id],
    );
    if (!row) return { ticketId: NOWHERE, uploadedBy: null, filename: '', contentType: '', size: 0, sha256: '' };
    return {
      ticketId: row.ticket_id,
      uploadedBy: row.uploaded_by,
      filename: row.filename,
      contentType: row.content_type,
      size: Number(row.size),
      sha256: row.sha256,
    };
  }
}
