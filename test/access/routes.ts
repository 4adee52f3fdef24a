import { desk, himself, people } from './routes/administration.js';
import { messages, told } from './routes/messages.js';
import { operations } from './routes/operations.js';
import { people as outside } from './routes/records.js';
import type { Route } from './routes/route.js';
import { search } from './routes/search.js';
import { changes, tickets } from './routes/tickets.js';
import { together } from './routes/together.js';

/** Every operation of the OpenAPI document, some in several forms. One that is missing here fails the test, and so does one too many. */
export const ROUTES: readonly Route[] = [
  ...tickets,
  ...changes,
  ...operations,
  ...search,
  ...together,
  ...messages,
  ...told,
  ...outside,
  ...desk,
  ...people,
  ...himself,
];

export const uncovered = (operations: Iterable<string>) =>
  [...operations].filter((name) => !ROUTES.some((route) => route.operation === name));
export const vanished = (operations: ReadonlySet<string>) =>
  ROUTES.map(({ operation }) => operation).filter((name) => !operations.has(name));
