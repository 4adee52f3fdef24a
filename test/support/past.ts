import pg from 'pg';

/**
 * Everything about the clocks of these tickets lies so many minutes further back, as if it had happened then: what waits for a time becomes due
 * earlier by as much. As the database's owner, whom no wall binds.
 */
export async function movedBack(databaseUrl: string, ticketIds: string[], minutes: number): Promise<void> {
  const store = new pg.Client({ connectionString: databaseUrl });
  await store.connect();
  try {
    const back = `interval '${Math.trunc(minutes)} minutes'`;
    await store.query('BEGIN');
    await store.query(`SELECT 1 FROM tickets.ticket WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`, [ticketIds]);
    await store.query(`UPDATE tickets.sla_event SET at = at - ${back} WHERE ticket_id = ANY ($1::uuid[])`, [ticketIds]);
    await store.query(
      `UPDATE tickets.sla_clock SET due_at = due_at - ${back}, due_soon_at = due_soon_at - ${back} WHERE ticket_id = ANY ($1::uuid[])`,
      [ticketIds],
    );
    await store.query(
      `UPDATE tickets.ticket SET created_at = created_at - ${back}, sla_due_at = sla_due_at - ${back}, sla_timer_at = sla_timer_at - ${back}
       WHERE id = ANY ($1::uuid[])`,
      [ticketIds],
    );
    await store.query(
      `WITH timer AS (
         UPDATE bus.event SET payload = (payload::jsonb || jsonb_build_object('at', to_char((payload ->> 'at')::timestamptz AT TIME ZONE 'UTC' - ${back}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::json
         WHERE name = 'check-sla' AND key = ANY ($1::text[]) RETURNING seq)
       UPDATE bus.dispatch d SET due_at = d.due_at - ${back} FROM timer WHERE d.event_seq = timer.seq`,
      [ticketIds],
    );
    await store.query('COMMIT');
  } finally {
    await store.end();
  }
}
