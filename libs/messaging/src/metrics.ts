import { Counter, Gauge, Histogram } from 'prom-client';

const handled = new Counter({ name: 'helpdesk_events_handled_total', help: 'Events handled', labelNames: ['consumer'] });
const duration = new Histogram({
  name: 'helpdesk_event_batch_seconds',
  help: 'Time of one claim with its handlers',
  labelNames: ['consumer'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
});

/** What stands in line for a consumer: due now, age of the oldest in seconds, quarantined. */
export interface Backlog {
  due: number;
  oldestSeconds: number;
  quarantined: number;
}

const sources = new Map<string, () => Promise<Backlog>>();
const gauge = (name: string, help: string, pick: (backlog: Backlog) => number) =>
  new Gauge({
    name,
    help,
    labelNames: ['consumer'],
    async collect() {
      for (const [consumer, read] of sources) {
        const backlog = await read().catch(() => undefined);
        if (backlog) this.set({ consumer }, pick(backlog));
        else this.remove({ consumer });
      }
    },
  });
gauge('helpdesk_events_due', 'Events that are due and not handled yet', (backlog) => backlog.due);
gauge('helpdesk_events_oldest_due_seconds', 'Age of the oldest event that is due', (backlog) => backlog.oldestSeconds);
gauge('helpdesk_events_quarantined', 'Events that failed for good and wait for a person', (backlog) => backlog.quarantined);

export const busMetrics = {
  watch(consumer: string, read: () => Promise<Backlog>): void {
    sources.set(consumer, read);
  },
  handled(consumer: string, count: number, ms: number): void {
    handled.inc({ consumer }, count);
    duration.observe({ consumer }, ms / 1000);
  },
};
