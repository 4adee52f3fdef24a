import type { Answer } from './client.js';
import type { Member, World } from './world.js';

/** Rows of a table that is written as in the specification: cells between bars, the first row names the columns. */
export function rows(table: string): { what: string; how: string; cells: string[] }[] {
  const [, ...lines] = table.trim().split('\n');
  return lines.map((line) => {
    const [what = '', how = '', ...cells] = line.split('|').map((cell) => cell.trim());
    return { what, how, cells };
  });
}

export interface Answered {
  status: number;
  json: Record<string, unknown>;
}

export function answered({ status, headers, body }: Answer): Answered {
  const isJson = String(headers['content-type']).includes('json');
  return { status, json: (isJson ? JSON.parse(body) : {}) as Answered['json'] };
}

/** Calls the gateway of a world that is there by the time of the first call. */
export const callerOf =
  (world: () => World) =>
  async (user: Member, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered> => {
    const call = { method, path: `/api/v1${path}`, body: body === undefined ? undefined : JSON.stringify(body), headers };
    return answered(await world().client.send(call, user.key));
  };

/** How an answer is written in a table: `Y`, the code of a 403 (`out` = no_helpdesk_access, else without `missing_`), another status. */
export function cellOf({ status, json }: Answered): string {
  if (status < 400) return 'Y';
  if (status !== 403) return String(status);
  const code = String(json.code);
  return code === 'no_helpdesk_access' ? 'out' : code.replace(/^missing_/, '');
}
