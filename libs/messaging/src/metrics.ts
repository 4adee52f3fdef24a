import { Counter, Histogram } from 'prom-client';

const handled = new Counter({ name: 'helpdesk_events_handled_total', help: 'Events handled', labelNames: ['consumer'] });
const duration = new Histogram({
  name: 'helpdesk_event_batch_seconds',
  help: 'Time of one claim with its handlers',
  labelNames: ['consumer'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
});

export const busMetrics = {
  handled(consumer: string, count: number, ms: number): void {
    handled.inc({ consumer }, count);
    duration.observe({ consumer }, ms / 1000);
  },
};
