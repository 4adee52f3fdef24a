import { Injectable } from '@nestjs/common';
import type { SlaCause, SlaClock, SlaEventName } from '@helpdesk/contracts';
import type { Tx } from '@helpdesk/platform';
import type { StoredTicket } from '../tickets/ticket.repository.js';
import type { Ledger } from './ledger.rules.js';
import { dueAt, dueSoonAt, goalMinutesOf, isLate, type LedgerEvent } from './sla.rules.js';

/** A ticket as clocks see it. */
export type TimedTicket = Pick<
  StoredTicket,
  | 'account_id'
  | 'id'
  | 'pipeline_id'
  | 'stage_id'
  | 'team_id'
  | 'priority'
  | 'source'
  | 'thread_version'
  | 'created_at'
  | 'closed_at'
  | 'deleted_at'
  | 'sla_due_at'
  | 'sla_timer_at'
>;

interface EventRow {
  ticket_id: string;
  clock: SlaClock;
  seq: number;
  event: SlaEventName;
  at: Date;
  generation: number;
  terms_id: string | null;
  cause: SlaCause['kind'];
  cause_id: string | null;
}

const toEvent = ({ clock, seq, event, at, generation, terms_id, cause, cause_id }: EventRow): LedgerEvent => ({
  ...{ clock, seq, event, generation, termsId: terms_id },
  at: at.getTime(),
  cause: { kind: cause, id: cause_id },
});
const toTime = (moment: number | null) => (moment === null ? null : new Date(moment));

@Injectable()
export class SlaRepository {
  /** What PostgreSQL's clock shows: those of the processes may be off. */
  async now(ask: Pick<Tx, 'queryOne'>): Promise<number> {
    const row = await ask.queryOne<{ now: Date }>('SELECT clock_timestamp() AS now');
    return row?.now.getTime() ?? Date.now();
  }

  /** The ledgers of these tickets by their ids: the present round of each clock, or all there is. */
  async ledgers(
    ask: Pick<Tx, 'query'>,
    accountId: string,
    ticketIds: string[],
    part: 'present' | 'all',
  ): Promise<Map<string, LedgerEvent[]>> {
    const rows = await ask.query<EventRow>(
      part === 'all'
        ? 'SELECT * FROM tickets.sla_event WHERE account_id = $1 AND ticket_id = ANY ($2::uuid[]) ORDER BY seq'
        : `SELECT e.* FROM tickets.sla_event e
           LEFT JOIN tickets.sla_clock c ON c.account_id = e.account_id AND c.ticket_id = e.ticket_id AND c.clock = e.clock
           WHERE e.account_id = $1 AND e.ticket_id = ANY ($2::uuid[]) AND e.seq >= coalesce(c.start_seq, 0) ORDER BY e.seq`,
      [accountId, ticketIds],
    );
    const found = new Map<string, LedgerEvent[]>();
    for (const row of rows) {
      const ledger = found.get(row.ticket_id);
      if (ledger) ledger.push(toEvent(row));
      else found.set(row.ticket_id, [toEvent(row)]);
    }
    return found;
  }

  /** Adds what is new to the ledger, and what lists ask of it. Sent with what comes next. */
  save(tx: Tx, { account_id, id, sla_due_at, sla_timer_at }: TimedTicket, ledger: Ledger): void {
    const lines = ledger.added.map(({ clock, seq, event, at, generation, termsId, cause }) => ({
      ...{ clock, seq, event, generation, at: new Date(at) },
      ...{ terms_id: termsId, cause: cause.kind, cause_id: cause.id },
    }));
    if (lines.length > 0)
      void tx.query(
        `INSERT INTO tickets.sla_event (account_id, ticket_id, clock, seq, event, at, generation, terms_id, cause, cause_id)
       SELECT $1, $2, e.clock, e.seq, e.event, e.at, e.generation, e.terms_id, e.cause, e.cause_id FROM jsonb_to_recordset($3::jsonb)
         AS e (clock text, seq int, event text, at timestamptz, generation int, terms_id uuid, cause text, cause_id uuid)`,
        [account_id, id, JSON.stringify(lines)],
      );
    this.remember(tx, account_id, id, ledger);
    const [due, timer] = [toTime(ledger.dueAt()), toTime(ledger.nextMoment())];
    if (!sla_due_at && !sla_timer_at && !due && !timer) return;
    void tx.query(
      `UPDATE tickets.ticket SET sla_due_at = $3, sla_timer_at = $4
       WHERE account_id = $1 AND id = $2 AND (sla_due_at, sla_timer_at) IS DISTINCT FROM ($3::timestamptz, $4::timestamptz)`,
      [account_id, id, due, timer],
    );
  }

  private remember(tx: Tx, accountId: string, ticketId: string, { clocks, added, freed }: Ledger): void {
    if (freed.size > 0)
      void tx.query('DELETE FROM tickets.sla_clock WHERE account_id = $1 AND ticket_id = $2 AND clock = ANY ($3::text[])', [
        ...[accountId, ticketId, [...freed]],
      ]);
    const touched = new Set(added.map(({ clock }) => clock));
    const timed = [...clocks.values()].filter((state) => touched.has(state.clock) && goalMinutesOf(state) !== null);
    if (timed.length === 0) return;
    const rows = timed.map((state) => {
      const [due, soon] = [dueAt(state), dueSoonAt(state)];
      const times = { due_at: toTime(due), due_soon_at: soon === due ? null : toTime(soon) };
      return { clock: state.clock, start_seq: state.startSeq, phase: state.phase, is_late: isLate(state), ...times };
    });
    void tx.query(
      `INSERT INTO tickets.sla_clock (account_id, ticket_id, clock, start_seq, phase, due_soon_at, due_at, is_late)
       SELECT $1, $2, c.clock, c.start_seq, c.phase, c.due_soon_at, c.due_at, c.is_late FROM jsonb_to_recordset($3::jsonb)
         AS c (clock text, start_seq int, phase text, due_soon_at timestamptz, due_at timestamptz, is_late boolean)
       ON CONFLICT (account_id, ticket_id, clock) DO UPDATE SET start_seq = excluded.start_seq, phase = excluded.phase,
         due_soon_at = excluded.due_soon_at, due_at = excluded.due_at, is_late = excluded.is_late`,
      [accountId, ticketId, JSON.stringify(rows)],
    );
  }
}
