import type { ProblemDocument } from '@helpdesk/platform';

/** A refusal that was given before under the same Idempotency-Key: sent again to the letter. */
export class StoredProblem extends Error {
  constructor(readonly document: ProblemDocument) {
    super(document.code);
  }
}
