import type { Api, Desk, Sink } from '@helpdesk/testing';

/** What the tests of one file share: made before the first of them. */
export interface Stage {
  desk: Desk;
  api: Api;
  sink: Sink;
}
