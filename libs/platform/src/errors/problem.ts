import type { LevelWithSilent } from 'pino';

/** One wrong field: RFC 6901 pointer into the request, a stable code, a sentence. */
export interface FieldProblem {
  pointer: string;
  code: string;
  detail: string;
  /** What could stand there instead, where there is little to choose from. */
  choices?: { id: string; name: string }[];
}

/** Where a value stands in a request (RFC 6901), by the keys on the way to it, whatever is in them. */
export const pointerTo = (...keys: (string | number)[]): string =>
  keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The public form of every error, RFC 9457. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  correlationId: string;
  errors?: FieldProblem[];
  [member: string]: unknown;
}

/**
 * A refusal with a stable code that a caller may rely on. `detail` is safe to show. Services throw these, never bare errors; they travel
 * through the RPC layer unchanged and become application/problem+json in the gateway.
 */
export class Problem extends Error {
  readonly level: LevelWithSilent = 'debug';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string = title,
    readonly errors?: FieldProblem[],
    readonly headers?: Record<string, string>,
    /** Further members of the document, such as the current state a conflict is about. */
    readonly more?: Record<string, unknown>,
  ) {
    super(`${code}: ${detail}`);
  }
}

/** 404 for what is absent and for what lies outside the caller's access: the same body, so existence is never revealed. */
export const notFound = () => new Problem(404, 'not_found', 'Not found', 'There is nothing here that you may see.');
export const forbidden = (code: string, detail: string) => new Problem(403, code, 'Not allowed', detail);
export const unauthenticated = () => new Problem(401, 'not_signed_in', 'Not signed in', 'Sign in, or send a valid API key.');
export const conflict = (code: string, detail: string) => new Problem(409, code, 'Conflict', detail);
export const invalid = (errors: FieldProblem[]) =>
  new Problem(422, 'invalid', 'Invalid input', errors.map((e) => `${e.pointer || '/'}: ${e.detail}`).join('; '), errors);
export const invalidField = (pointer: string, code: string, detail: string) => invalid([{ pointer, code, detail }]);
export const tooMany = (retryAfterSeconds: number, detail: string) =>
  new Problem(429, 'rate_limited', 'Too many requests', detail, undefined, { 'Retry-After': String(retryAfterSeconds) });
export const unavailable = (detail: string) =>
  new Problem(503, 'unavailable', 'Temporarily unavailable', detail, undefined, { 'Retry-After': '2' });

/** The document sent for any error; unknown errors show nothing but the correlation id. */
export function problemDocument(error: unknown, correlationId: string): ProblemDocument {
  const problem =
    error instanceof Problem ? error : new Problem(500, 'internal', 'Internal error', 'Something failed here. Quote the correlation id.');
  return {
    type: `https://helpdesk.invalid/problems/${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    correlationId,
    ...(problem.errors && { errors: problem.errors }),
    ...problem.more,
  };
}
