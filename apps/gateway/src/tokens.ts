/** Injection tokens of the gateway's Runtime and of its HTTP port. */
export const RUNTIME = Symbol('runtime');
