import { isDeepStrictEqual } from 'node:util';

/** Columns of a ticket that an operation set, each old and new; custom properties one by one, as `properties.<name>`. */
export type FieldChanges = Record<string, [old: unknown, now: unknown]>;

/** A ticket as it is stored, or as it is to be: columns, and the custom properties among them. */
interface Columns {
  properties?: Record<string, unknown>;
}
const valueIn = (columns: Columns, column: string): unknown => (columns as Record<string, unknown>)[column];

const PROPERTY = 'properties.';
/** As JSON keeps it: times become texts there. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** What the update changes, in a form that can be kept. */
export function changesOf(ticket: Columns, update: Columns): FieldChanges {
  const { properties, ...columns } = update;
  const old = ticket.properties ?? {};
  const names = properties ? [...new Set([...Object.keys(old), ...Object.keys(properties)])] : [];
  const pairs: [string, unknown, unknown][] = [
    ...Object.entries(columns).map(([column, now]): [string, unknown, unknown] => [column, valueIn(ticket, column), now]),
    ...names.map((name): [string, unknown, unknown] => [PROPERTY + name, old[name], properties?.[name]]),
  ];
  return Object.fromEntries(
    pairs
      .map(([field, was, now]): [string, [unknown, unknown]] => [field, [plain(was), plain(now)]])
      .filter(([, [was, now]]) => !isDeepStrictEqual(was, now)),
  );
}

/** The update that takes the changes back, as far as nobody has changed the same since; `kept` names the fields that somebody has. */
export function inverseOf<Update extends Columns>(ticket: Columns, changes: FieldChanges): { update: Update; kept: string[] } {
  const properties = { ...ticket.properties };
  const valueOf = (field: string) => (field.startsWith(PROPERTY) ? properties[field.slice(PROPERTY.length)] : valueIn(ticket, field));
  const same = ([field, [, now]]: [string, [unknown, unknown]]) => isDeepStrictEqual(plain(valueOf(field)), now);
  // A status belongs to its pipeline: both go back, or neither.
  const isPlace = (field: string) => field === 'pipeline_id' || field === 'stage_id';
  const all = Object.entries(changes);
  const isPlaceKept = all.some((change) => isPlace(change[0]) && !same(change));
  const back = all.filter((change) => same(change) && !(isPlaceKept && isPlace(change[0])));
  const columns = back.filter(([field]) => !field.startsWith(PROPERTY)).map(([field, [old]]) => [field, old] as const);
  for (const [field, [old]] of back) {
    if (!field.startsWith(PROPERTY)) continue;
    const name = field.slice(PROPERTY.length);
    if (old === null) delete properties[name];
    else properties[name] = old;
  }
  const hasProperties = back.some(([field]) => field.startsWith(PROPERTY));
  return {
    update: { ...Object.fromEntries(columns), ...(hasProperties && { properties }) } as Update,
    kept: all.filter((change) => !back.includes(change)).map(([field]) => field),
  };
}
