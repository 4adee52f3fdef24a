import { AsyncLocalStorage } from 'node:async_hooks';

/** Travels with every call and event, for logs only; business data is passed as arguments. */
export interface RequestContext {
  correlationId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

export const currentContext = (): RequestContext | undefined => storage.getStore();
export const runInContext = <T>(context: RequestContext, work: () => T): T => storage.run(context, work);
