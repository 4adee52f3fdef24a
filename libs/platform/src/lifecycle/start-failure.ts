import { ConfigError } from '../config/desk-config.js';

/** Ends a start that cannot succeed: one line per problem on stderr, exit code 1. */
export function reportStartFailure(error: unknown): never {
  const lines = error instanceof ConfigError ? error.problems : [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}
