import { describe, expect, test } from '@jest/globals';
import type { PropertyView } from '@helpdesk/contracts';
import { compileFilter } from './filter.rules.js';

const properties: PropertyView[] = [
  { id: 'x', kind: 'custom', name: 'weight', label: 'Weight', type: 'number', options: [], required: false },
  { id: null, kind: 'default', name: 'priority', label: 'Priority', type: 'select', options: [], required: false },
];
const problems = (filter: unknown) => compileFilter(filter, properties).problems.map(({ pointer, code }) => `${pointer} ${code}`);
const one = (field: string, op: string, value?: unknown) => ({ field, op, value });
const nested = (depth: number): unknown => (depth === 0 ? one('name', 'eq', 'x') : { and: [nested(depth - 1)] });

describe('what a filter may be (D-71)', () => {
  test('conditions on fields and properties, joined by and and or', () => {
    const filter = {
      or: [one('ownerId', 'eq', 'me'), { and: [one('properties.weight', 'gte', 3), one('priority', 'in', ['high', 'urgent'])] }],
    };
    expect(problems(filter)).toEqual([]);
    expect(problems(one('closedAt', 'is_empty'))).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['no object', 'name', '/filter wrong_value'],
    ['a list', [], '/filter wrong_value'],
    ['nothing joined', { and: [] }, '/filter/and wrong_value'],
    ['and beside or', { and: [nested(0)], or: [nested(0)] }, '/filter/field unknown'],
    ['an unknown field', { and: [nested(0), one('nonsense', 'eq', 1)] }, '/filter/and/1/field unknown'],
    ['a field of every object', one('constructor', 'eq', 1), '/filter/field unknown'],
    ['an unknown property', one('properties.height', 'eq', 1), '/filter/field unknown'],
    ['a property that is a field', one('properties.priority', 'eq', 'high'), '/filter/field unknown'],
    ['an unknown operator', one('name', 'like', 'x'), '/filter/op unknown'],
    ['an operator the field does not know', one('priority', 'gt', 'low'), '/filter/op not_allowed'],
    ['another type', one('number', 'eq', '7'), '/filter/value wrong_value'],
    ['no id', one('stageId', 'eq', 'new'), '/filter/value wrong_value'],
    ['me where no user stands', one('teamId', 'eq', 'me'), '/filter/value wrong_value'],
    ['no value', one('name', 'eq'), '/filter/value wrong_value'],
    ['a value where none belongs', one('name', 'is_empty', 'x'), '/filter/value not_allowed'],
    ['no list', one('number', 'in', 7), '/filter/value wrong_value'],
    ['an empty list', one('number', 'in', []), '/filter/value wrong_value'],
    ['a list of one where one value stands', one('number', 'eq', [7]), '/filter/value wrong_value'],
    ['nothing in a list where one value stands', one('ownerId', 'eq', []), '/filter/value wrong_value'],
    ['no time', one('createdAt', 'gt', 'yesterday'), '/filter/value wrong_value'],
    ['no time that PostgreSQL knows', one('createdAt', 'gt', '0000-01-01'), '/filter/value wrong_value'],
    ['too deep', nested(7), `/filter${'/and/0'.repeat(5)} too_deep`],
  ])('refused: %s', (_what, filter, problem) => {
    expect(problems(filter)).toEqual([problem]);
  });

  test('no more than 50 conditions', () => {
    expect(problems({ and: Array.from({ length: 50 }, () => nested(0)) })).toEqual([]);
    expect(problems({ and: Array.from({ length: 51 }, () => nested(0)) })).toEqual(['/filter/and too_many']);
    const half = { or: Array.from({ length: 26 }, () => nested(0)) };
    expect(problems({ and: [half, half] })).toEqual(['/filter/and/1/or/24 too_many', '/filter/and/1/or/25 too_many']);
  });
});

test('what comes from outside goes into parameters, never into the text', () => {
  const values: unknown[] = [];
  const evil = "x' OR true --";
  const filter = {
    and: [
      one('name', 'contains', evil),
      one('category', 'eq', evil),
      one('properties.weight', 'lt', 3),
      one('ownerId', 'ne', 'me'),
      one('name', 'eq', 'me'),
    ],
  };
  const sql = compileFilter(filter, properties).toSql({ userId: 'anna', add: (value) => `$${values.push(value)}` });
  expect(sql).not.toContain('OR true');
  expect(values).toEqual([`%${evil}%`, [evil], 'weight', 3, 'anna', 'me']);
});
