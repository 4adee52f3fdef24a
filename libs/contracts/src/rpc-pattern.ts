import type { ServiceName } from './services.js';

/** One question or command between gateway and a service, typed for both ends. */
export interface RpcPattern<Args, Answer> {
  name: string;
  service: ServiceName;
  /** A read may be asked again at another replica when a connection breaks; a command may not. */
  isRead: boolean;
  /** Carries the types only. */
  types?: [Args, Answer];
}

const make =
  (isRead: boolean) =>
  <Args, Answer>(service: ServiceName, verb: string): RpcPattern<Args, Answer> => ({ name: `${service}.${verb}`, service, isRead });

export const query = make(true);
export const command = make(false);
