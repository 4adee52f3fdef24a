/** The five services of the product, in the order in which the cluster launcher lists them. */
export const SERVICES = ['gateway', 'channels', 'conversations', 'tickets', 'notifications'] as const;
export type ServiceName = (typeof SERVICES)[number];
