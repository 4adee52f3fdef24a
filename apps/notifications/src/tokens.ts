/** Injection token of the service's Runtime. */
export const RUNTIME = Symbol('runtime');
