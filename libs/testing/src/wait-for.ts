import { setTimeout as sleep } from 'node:timers/promises';

interface WaitOptions {
  /** ms until it is given up. */
  within?: number;
  /** ms between two looks. */
  every?: number;
  /** What is waited for, named when it does not come. */
  what?: string;
}

/**
 * Looks until `condition` gives something other than undefined, null or false, and gives that. A condition that throws counts as not yet
 * fulfilled; its last error is named when time is up.
 */
export async function waitFor<T>(
  condition: () => Promise<T> | T,
  { within = 15_000, every = 50, what = 'the condition' }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const end = Date.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) return value as NonNullable<T>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${within} ms in vain for ${what}${last ? `: ${String(last)}` : ''}`, { cause: last });
    await sleep(every);
  }
}
