import type { IncomingHttpHeaders } from 'node:http';

/** The parts of a request that tell which site it comes from. */
export interface RequestOrigin {
  origin: string | undefined;
  host: string | undefined;
  /** Sec-Fetch-Site: sent by browsers only. */
  fetchSite: string | undefined;
}

export function originOf({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): RequestOrigin {
  return { origin, host, fetchSite: typeof site === 'string' ? site : undefined };
}

/** May a request that changes something use the cookie? A cookie goes along with requests of other sites; their Origin gives them away. */
export function isOwnOrigin({ origin, host, fetchSite }: RequestOrigin, publicUrl: string): boolean {
  if (!origin) return fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none';
  return origin === new URL(publicUrl).origin || hostOf(origin) === host;
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
