import { Injectable } from '@nestjs/common';
import type { RecordKind } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';

interface Merge {
  kind: RecordKind;
  merged_id: string;
  into_id: string;
  name: string;
}

@Injectable()
export class MergedRecordsRepository {
  /** Keeps it, and gives it as it is by then: the one that stays may have been merged further already. */
  async note(tx: Tx, accountId: string, merge: Merge): Promise<Merge> {
    const { kind, merged_id, into_id } = merge;
    const further = await tx.queryOne<Pick<Merge, 'into_id' | 'name'>>(
      'SELECT into_id, name FROM tickets.record_merge WHERE account_id = $1 AND kind = $2 AND merged_id = $3',
      [accountId, kind, into_id],
    );
    const known = { ...merge, ...further };
    await tx.query('UPDATE tickets.record_merge SET into_id = $4, name = $5 WHERE account_id = $1 AND kind = $2 AND into_id = $3', [
      accountId,
      kind,
      merged_id,
      known.into_id,
      known.name,
    ]);
    await tx.query(
      'INSERT INTO tickets.record_merge (account_id, kind, merged_id, into_id, name) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
      [accountId, kind, merged_id, known.into_id, known.name],
    );
    return known;
  }

  async rename(tx: Tx, accountId: string, contactId: string, name: string): Promise<void> {
    await tx.query("UPDATE tickets.record_merge SET name = $3 WHERE account_id = $1 AND kind = 'contact' AND into_id = $2", [
      accountId,
      contactId,
      name,
    ]);
  }

  /** Of the records of one ticket, those that were merged. */
  ofTicket(tx: Tx, accountId: string, ticketId: string): Promise<Merge[]> {
    return tx.query<Merge>(
      `SELECT m.kind, m.merged_id, m.into_id, m.name FROM tickets.ticket_contact c
       JOIN tickets.record_merge m ON m.account_id = c.account_id AND m.kind = 'contact' AND m.merged_id = c.contact_id
       WHERE c.account_id = $1 AND c.ticket_id = $2
       UNION ALL
       SELECT m.kind, m.merged_id, m.into_id, m.name FROM tickets.ticket_company c
       JOIN tickets.record_merge m ON m.account_id = c.account_id AND m.kind = 'company' AND m.merged_id = c.company_id
       WHERE c.account_id = $1 AND c.ticket_id = $2`,
      [accountId, ticketId],
    );
  }

  /** The tickets of a record, locked in the order in which others lock many. */
  async lockTicketsOf(tx: Tx, accountId: string, kind: RecordKind, id: string): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT t.id FROM tickets.ticket_${kind} c JOIN tickets.ticket t ON t.account_id = c.account_id AND t.id = c.ticket_id
       WHERE c.account_id = $1 AND c.${kind}_id = $2 ORDER BY t.id FOR NO KEY UPDATE OF t`,
      [accountId, id],
    );
    return rows.map((row) => row.id);
  }

  /** On these tickets the one that stays takes the place of the one that was merged; the better of the two places where both were there. */
  async replace(tx: Tx, accountId: string, { kind, merged_id, into_id, name }: Merge, ticketIds: string[]): Promise<void> {
    const table = `tickets.ticket_${kind}`;
    const values = [accountId, merged_id, into_id, ticketIds];
    const both = `a.account_id = $1 AND b.account_id = $1 AND a.ticket_id = b.ticket_id AND a.ticket_id = ANY ($4::uuid[])
      AND b.${kind}_id = $2 AND a.${kind}_id = $3`;
    await tx.query(`UPDATE ${table} a SET position = least(a.position, b.position) FROM ${table} b WHERE ${both}`, values);
    await tx.query(`DELETE FROM ${table} b USING ${table} a WHERE ${both}`, values);
    await tx.query(
      `UPDATE ${table} SET ${kind}_id = $3 WHERE account_id = $1 AND ${kind}_id = $2 AND ticket_id = ANY ($4::uuid[])`,
      values,
    );
    const shown = kind === 'contact' ? 'contact_id = $3, contact_name = $5' : 'company_id = $3';
    await tx.query(
      `UPDATE tickets.ticket SET ${shown} WHERE account_id = $1 AND ${kind}_id = $2 AND id = ANY ($4::uuid[])`,
      kind === 'contact' ? [...values, name] : values,
    );
  }
}
