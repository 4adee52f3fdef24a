/** What became of one try to send. `retry` = it certainly did not arrive and may later; `unconfirmed` = nobody can know. */
export type SendOutcome =
  | { kind: 'sent'; detail: string | null; providerId: string | null }
  | { kind: 'handed_over'; detail: string | null }
  | { kind: 'failed'; detail: string }
  | { kind: 'retry'; detail: string }
  | { kind: 'unconfirmed'; detail: string };

/** Another worker has taken the delivery meanwhile: this one must not go on. */
export class LostLease extends Error {}
