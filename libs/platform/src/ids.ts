import { v7 } from 'uuid';

/** UUID version 7: unique, and sorted by the time it was made. */
export const newId = (): string => v7();

/** Whether it is spelled as a UUID of any version: what PostgreSQL takes as one. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
