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

/** How an answer is written in a table: `Y`, the code of a 403 (`out` = no_helpdesk_access, else without `missing_`), another status. */
export function cellOf({ status, json }: Answered): string {
  if (status < 400) return 'Y';
  if (status !== 403) return String(status);
  const code = String(json.code);
  return code === 'no_helpdesk_access' ? 'out' : code.replace(/^missing_/, '');
}
