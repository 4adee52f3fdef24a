import {
  FILTER_OPS,
  PRIORITIES,
  SLA_STATES,
  STAGE_CATEGORIES,
  TICKET_SOURCES,
  type FilterOp,
  type PropertyType,
  type PropertyView,
} from '@helpdesk/contracts';
import { containing, isDay, isMoment, isUuid, type FieldProblem } from '@helpdesk/platform';

/** What a filter is turned into SQL with. */
export interface FilterUse {
  /** Who asks: stands for `me`. */
  userId: string;
  /** Adds a parameter and gives its place. */
  add: (value: unknown) => string;
}
type ToSql = (use: FilterUse) => string;

export interface CompiledFilter {
  /** Empty when the filter makes sense; only then may it be turned into SQL. */
  problems: FieldProblem[];
  /** A predicate on `tickets.ticket t`. */
  toSql: ToSql;
}

const MAX_CONDITIONS = 50;
const MAX_DEPTH = 5;
const MAX_VALUES = 500;

/** A kind of value: its SQL type, the operators that make sense, and what a value must be. */
interface Kind {
  cast: string;
  /** `me` stands for whoever asks. */
  knowsMe?: boolean;
  ops: readonly FilterOp[];
  accepts: (value: unknown) => boolean;
  expected: string;
}
const EMPTY = ['is_empty', 'is_not_empty'] as const;
const SAME = ['eq', 'ne', 'in', 'not_in', ...EMPTY] as const;
const ORDER = ['lt', 'lte', 'gt', 'gte', ...SAME] as const;
const isString = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown) => isMoment(value) || isDay(value);
const oneOf = (values: readonly string[]): Kind => ({
  cast: 'text',
  ops: SAME,
  accepts: (value) => isString(value) && values.includes(value),
  expected: `must be of ${values.join(', ')}`,
});
const TEXT: Kind = {
  cast: 'text',
  ops: [...SAME, 'contains'],
  accepts: (value) => isString(value) && value.length <= 1_000,
  expected: 'must be a text',
};
const NUMBER: Kind = { cast: 'numeric', ops: ORDER, accepts: Number.isFinite, expected: 'must be a number' };
const TIME: Kind = { cast: 'timestamptz', ops: ORDER, accepts: isTime, expected: 'must be a time such as 2026-11-22T10:00:00Z' };
const DATE: Kind = { ...TIME, cast: 'date', accepts: isDay, expected: 'must be a date such as 2026-11-22' };
const BOOLEAN: Kind = {
  cast: 'boolean',
  ops: ['eq', 'ne', ...EMPTY],
  accepts: (value) => typeof value === 'boolean',
  expected: 'must be true or false',
};
const ID: Kind = { cast: 'uuid', ops: SAME, accepts: (value) => isString(value) && isUuid(value), expected: 'must be an id' };
const USER: Kind = {
  ...ID,
  knowsMe: true,
  accepts: (value) => value === 'me' || ID.accepts(value),
  expected: 'must be the id of a user, or me',
};

interface Field {
  kind: Kind;
  /** SQL of the value; of the array of values where `isList`. */
  sql: ToSql;
  isList?: boolean;
}
const column = (kind: Kind, sql: string, isList = false): Field => ({ kind, sql: () => sql, isList });
const related = (table: string, id: string) =>
  `ARRAY(SELECT r.${id} FROM tickets.${table} r WHERE r.account_id = t.account_id AND r.ticket_id = t.id)`;

/** The states of all clocks of a ticket. What runs is due by the clock of PostgreSQL; sla.rules.ts says the same of a ledger. */
const SLA_STATES_NOW = `ARRAY(SELECT CASE c.phase
    WHEN 'paused' THEN 'paused'
    WHEN 'completed' THEN CASE WHEN c.is_late THEN 'completed_late' ELSE 'completed_on_time' END
    ELSE CASE WHEN c.due_at < now() THEN 'overdue' WHEN c.due_soon_at <= now() THEN 'due_soon' ELSE 'active' END END
  FROM tickets.sla_clock c WHERE c.account_id = t.account_id AND c.ticket_id = t.id)`;

const FIELDS: Record<string, Field> = {
  name: column(TEXT, 't.name'),
  number: column(NUMBER, 't.number'),
  pipelineId: column(ID, 't.pipeline_id'),
  stageId: column(ID, 't.stage_id'),
  stageCategory: column(
    oneOf(STAGE_CATEGORIES),
    '(SELECT s.category FROM tickets.stage s WHERE s.account_id = t.account_id AND s.id = t.stage_id)',
  ),
  ownerId: column(USER, 't.owner_id'),
  teamId: column(ID, 't.team_id'),
  priority: column(oneOf(PRIORITIES), 't.priority'),
  category: column(TEXT, 't.category', true),
  source: column(oneOf(TICKET_SOURCES), 't.source'),
  contactName: column(TEXT, 't.contact_name'),
  contactIds: column(ID, related('ticket_contact', 'contact_id'), true),
  companyIds: column(ID, related('ticket_company', 'company_id'), true),
  createdAt: column(TIME, 't.created_at'),
  lastActivityAt: column(TIME, 't.last_activity_at'),
  closedAt: column(TIME, 't.closed_at'),
  slaDueAt: column(TIME, 't.sla_due_at'),
  slaState: column({ ...oneOf(SLA_STATES), ops: TEXT.ops }, SLA_STATES_NOW, true),
};

/** How values of a custom property are compared. */
const PROPERTY_KINDS: Record<PropertyType, Kind> = {
  text: TEXT,
  long_text: TEXT,
  number: NUMBER,
  date: DATE,
  datetime: TIME,
  select: TEXT,
  multi_select: TEXT,
  boolean: BOOLEAN,
  user: { ...USER, cast: 'text' },
  team: { ...ID, cast: 'text' },
  url: TEXT,
  money: NUMBER,
};

function propertyField({ name, type }: PropertyView): Field {
  const kind = PROPERTY_KINDS[type];
  if (type === 'multi_select')
    return {
      kind,
      isList: true,
      sql: ({ add }) => `ARRAY(SELECT jsonb_array_elements_text(coalesce(t.properties -> ${add(name)}::text, '[]')))`,
    };
  if (type === 'money') return { kind, sql: ({ add }) => `(t.properties -> ${add(name)}::text ->> 'amount')::numeric` };
  return { kind, sql: ({ add }) => `(t.properties ->> ${add(name)}::text)::${kind.cast}` };
}

/** Reads a filter as it came from outside, at `/filter` of the request. */
export function compileFilter(filter: unknown, properties: readonly PropertyView[]): CompiledFilter {
  const problems: FieldProblem[] = [];
  let conditions = 0;
  const refuse = (at: string, code: string, detail: string): ToSql => {
    problems.push({ pointer: at, code, detail });
    return () => 'false';
  };
  const fieldNamed = (name: unknown): Field | undefined => {
    if (!isString(name)) return undefined;
    if (!name.startsWith('properties.')) return Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    const property = properties.find((one) => one.kind === 'custom' && one.name === name.slice('properties.'.length));
    return property && propertyField(property);
  };
  const condition = (given: Record<string, unknown>, at: string): ToSql => {
    conditions += 1;
    if (conditions > MAX_CONDITIONS) return refuse(at, 'too_many', `has more than ${MAX_CONDITIONS} conditions`);
    const field = fieldNamed(given.field);
    if (!field) return refuse(`${at}/field`, 'unknown', 'is no field of a ticket');
    const op = FILTER_OPS.find((known) => known === given.op);
    if (!op) return refuse(`${at}/op`, 'unknown', `must be of ${FILTER_OPS.join(', ')}`);
    const ops = field.isList ? [...SAME, 'contains'] : field.kind.ops;
    if (!ops.includes(op)) return refuse(`${at}/op`, 'not_allowed', `this field knows ${ops.join(', ')}`);
    const isLone = op === 'is_empty' || op === 'is_not_empty';
    if (isLone)
      return given.value === undefined ? comparison(field, op, undefined) : refuse(`${at}/value`, 'not_allowed', 'has no use here');
    const isMany = op === 'in' || op === 'not_in';
    if (isMany && (!Array.isArray(given.value) || given.value.length === 0 || given.value.length > MAX_VALUES))
      return refuse(`${at}/value`, 'wrong_value', `must be a list of 1 to ${MAX_VALUES} values`);
    const values: unknown[] = isMany ? (given.value as unknown[]) : [given.value];
    const wrong = values.some((value) => !field.kind.accepts(value));
    if (wrong) return refuse(`${at}/value`, 'wrong_value', field.kind.expected);
    return comparison(field, op, given.value);
  };
  const node = (given: unknown, at: string, depth: number): ToSql => {
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      return refuse(at, 'wrong_value', 'must be a condition, or and, or or');
    const keys = Object.keys(given);
    const [word] = keys;
    if (keys.length !== 1 || (word !== 'and' && word !== 'or')) return condition(given as Record<string, unknown>, at);
    if (depth >= MAX_DEPTH) return refuse(at, 'too_deep', `is nested deeper than ${MAX_DEPTH}`);
    const list = (given as Record<string, unknown>)[word];
    if (!Array.isArray(list) || list.length === 0) return refuse(`${at}/${word}`, 'wrong_value', 'must be a list of at least one');
    if (list.length > MAX_CONDITIONS) return refuse(`${at}/${word}`, 'too_many', `has more than ${MAX_CONDITIONS} conditions`);
    const parts = list.map((part, i) => node(part, `${at}/${word}/${i}`, depth + 1));
    return (use) => `(${parts.map((part) => part(use)).join(word === 'and' ? ' AND ' : ' OR ')})`;
  };
  const toSql = node(filter, '/filter', 0);
  return { problems, toSql };
}

const ORDERED = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

function comparison({ kind: { cast, knowsMe }, sql, isList = false }: Field, op: FilterOp, value: unknown): ToSql {
  return (use) => {
    const is = sql(use);
    const given = (one: unknown) => (knowsMe && one === 'me' ? use.userId : one);
    const one = () => `${use.add(given(value))}::${cast}`;
    const many = () => `${use.add([value].flat().map(given))}::${cast}[]`;
    if (isList) {
      if (op === 'is_empty') return `cardinality(${is}) = 0`;
      if (op === 'is_not_empty') return `cardinality(${is}) > 0`;
      return op === 'ne' || op === 'not_in' ? `NOT (${is} && ${many()})` : `${is} && ${many()}`;
    }
    switch (op) {
      case 'eq':
        return `${is} = ${one()}`;
      case 'ne':
        return `${is} IS DISTINCT FROM ${one()}`;
      case 'in':
        return `${is} = ANY (${many()})`;
      case 'not_in':
        return `(${is} = ANY (${many()})) IS NOT TRUE`;
      case 'contains':
        return `${is} ILIKE ${use.add(containing(String(value)))}`;
      case 'is_empty':
        return cast === 'text' ? `coalesce(${is}, '') = ''` : `${is} IS NULL`;
      case 'is_not_empty':
        return cast === 'text' ? `${is} <> ''` : `${is} IS NOT NULL`;
      default:
        return `${is} ${ORDERED[op]} ${one()}`;
    }
  };
}
