import { PRIORITIES, type PropertyOption, type PropertyType, type PropertyView } from '@helpdesk/contracts';
import { isDay, isMoment, isUuid, pointerTo, type FieldProblem } from '@helpdesk/platform';
import { isISO4217CurrencyCode, isURL } from 'class-validator';

type Values = Record<string, unknown>;
/** A rule gives what is wrong with a value that is not null, or undefined. */
type Rule = (value: unknown, options: PropertyOption[]) => string | undefined;

const MAX_TEXT = 255;
const MAX_LONG_TEXT = 20_000;
const isText = (value: unknown, max: number) => typeof value === 'string' && value.trim() !== '' && value.length <= max;
const isOption = (value: unknown, options: PropertyOption[]) => options.some((option) => option.value === value);
const isMoney = (value: unknown) => {
  const { amount, currency, ...more } = (value ?? {}) as Values;
  return (
    typeof amount === 'number' &&
    Number.isFinite(amount) &&
    typeof currency === 'string' &&
    currency === currency.toUpperCase() &&
    isISO4217CurrencyCode(currency) &&
    Object.keys(more).length === 0
  );
};
const isId = (value: unknown): value is string => typeof value === 'string' && isUuid(value);
const unless = (holds: boolean, detail: string) => (holds ? undefined : detail);

const RULES: Record<PropertyType, Rule> = {
  text: (value) => unless(isText(value, MAX_TEXT) && !/\p{Cc}/u.test(value as string), `must be one line of 1 to ${MAX_TEXT} characters`),
  long_text: (value) => unless(isText(value, MAX_LONG_TEXT), `must be a text of 1 to ${MAX_LONG_TEXT} characters`),
  number: (value) => unless(Number.isFinite(value), 'must be a number'),
  date: (value) => unless(isDay(value), 'must be a date such as 2026-11-22'),
  datetime: (value) => unless(isMoment(value), 'must be a time such as 2026-11-22T10:00:00Z'),
  select: (value, options) => unless(isOption(value, options), 'is none of the options'),
  multi_select: (value, options) =>
    unless(
      Array.isArray(value) && new Set(value).size === value.length && value.every((one) => isOption(one, options)),
      'must be a list of options, each once',
    ),
  boolean: (value) => unless(typeof value === 'boolean', 'must be true or false'),
  user: (value) => unless(isId(value), 'must be the id of a user'),
  team: (value) => unless(isId(value), 'must be the id of a team'),
  url: (value) =>
    unless(
      typeof value === 'string' && isURL(value, { protocols: ['http', 'https'], require_protocol: true, require_tld: false }),
      'must be an address that begins with http:// or https://',
    ),
  money: (value) => unless(isMoney(value), 'must be an amount with a currency, such as {"amount": 12.5, "currency": "EUR"}'),
};

const CATEGORIES = ['product_issue', 'billing', 'feature_request', 'general_inquiry'];
const optionsOf = (values: readonly string[]) =>
  values.map((value) => ({ value, label: `${value.charAt(0).toUpperCase()}${value.slice(1).replaceAll('_', ' ')}` }));
const fixed = (name: string, label: string, type: PropertyType, options: PropertyOption[] = []): PropertyView => ({
  id: null,
  kind: 'default',
  name,
  label,
  type,
  options,
  required: false,
});

/** What every ticket has beside name, pipeline and status (2.5), by the names of the API. */
export const DEFAULT_PROPERTIES: readonly PropertyView[] = [
  fixed('ownerId', 'Owner', 'user'),
  fixed('teamId', 'Team', 'team'),
  fixed('priority', 'Priority', 'select', optionsOf(PRIORITIES)),
  fixed('category', 'Category', 'multi_select', optionsOf(CATEGORIES)),
];
/** Associations stand in forms as well; what may be chosen there is another question. */
export const ASSOCIATIONS = ['contactIds', 'companyIds'];
/** Names that no custom property may have. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...DEFAULT_PROPERTIES.map(({ name }) => name),
  ...ASSOCIATIONS,
  'name',
  'pipelineId',
  'stageId',
  'activityIds',
]);

/** What is wrong with a property as it would be. */
export function propertyProblems(
  { name, type, options }: Pick<PropertyView, 'name' | 'type' | 'options'>,
  taken: string[],
): FieldProblem[] {
  const hasOptions = type === 'select' || type === 'multi_select';
  const problems: FieldProblem[] = [];
  // What every object has is nobody's name for a value.
  if (RESERVED.has(name) || name in {} || taken.includes(name))
    problems.push({ pointer: '/name', code: 'taken', detail: 'is the name of another property' });
  if (hasOptions && options.length === 0) problems.push({ pointer: '/options', code: 'required', detail: 'needs at least one option' });
  if (!hasOptions && options.length > 0) problems.push({ pointer: '/options', code: 'not_allowed', detail: `has no use for type ${type}` });
  for (const [i, { value }] of options.entries())
    if (options.findIndex((other) => other.value === value) < i)
      problems.push({ pointer: `/options/${i}/value`, code: 'duplicate', detail: 'is the value of another option' });
  return problems;
}

/** What is wrong with values of custom properties; null clears one. */
export function valueProblems(values: Values, known: readonly PropertyView[]): FieldProblem[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const property = known.find((one) => one.kind === 'custom' && one.name === name);
    if (!property) return [{ pointer: pointerTo('properties', name), code: 'unknown', detail: 'is no property' }];
    const detail = value === null ? undefined : RULES[property.type](value, property.options);
    return detail === undefined ? [] : [{ pointer: pointerTo('properties', name), code: 'wrong_value', detail }];
  });
}

/** The category of a ticket, held to the options of the default property. */
export function categoryProblems(category: string[] | undefined): FieldProblem[] {
  return (category ?? []).flatMap((value, i) =>
    CATEGORIES.includes(value) ? [] : [{ pointer: `/category/${i}`, code: 'unknown', detail: `must be of ${CATEGORIES.join(', ')}` }],
  );
}

export const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** As they are stored: what is empty is not there. */
export const storedValues = (values: Values): Values => Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
