import { describe, expect, test } from '@jest/globals';
import type { PropertyType, PropertyView } from '@helpdesk/contracts';
import { currentForm, formProblems, missingFields } from './create-form.rules.js';
import { DEFAULT_PROPERTIES, propertyProblems, valueProblems, storedValues } from './property.rules.js';

const options = [
  { value: 'a', label: 'A' },
  { value: 'b', label: 'B' },
];
const custom = (name: string, type: PropertyType, more: Partial<PropertyView> = {}): PropertyView => ({
  id: name,
  kind: 'custom',
  name,
  label: name,
  type,
  options: type.endsWith('select') ? options : [],
  required: false,
  ...more,
});
const ID = '0192f0c1-0000-7000-8000-000000000000';

describe('2.5 values of each type', () => {
  test.each<[PropertyType, unknown[], unknown[]]>([
    ['text', ['one line'], ['', '  ', 'two\nlines', 7, 'x'.repeat(256)]],
    ['long_text', ['two\nlines'], ['', 7, 'x'.repeat(20_001)]],
    ['number', [0, -1.5], ['7', true, Number.NaN, Number.POSITIVE_INFINITY]],
    ['date', ['2026-02-28'], ['2026-02-30', '0000-01-01', '28.2.2026', '2026-02-28T10:00:00Z', 7]],
    [
      'datetime',
      ['2026-02-28T10:00:00Z', '2026-02-28T10:00:00.5+01:00'],
      [
        '2026-02-28',
        '2026-02-28T10:00:00',
        '2026-02-28T10:00:00+23:00',
        '0000-01-01T00:00:00Z',
        `2026-02-28T10:00:00.${'1'.repeat(50)}Z`,
        7,
      ],
    ],
    ['select', ['a'], ['c', '', ['a']]],
    ['multi_select', [['a', 'b'], []], [['a', 'a'], ['c'], 'a']],
    ['boolean', [true, false], ['true', 1]],
    ['user', [ID], ['lea', 7]],
    ['team', [ID], ['billing', 7]],
    ['url', ['https://example.com/x?y=1', 'http://intranet/x'], ['example.com', 'javascript:alert(1)', 'ftp://example.com', 7]],
    [
      'money',
      [{ amount: 12.5, currency: 'EUR' }],
      [12.5, { amount: '12.5', currency: 'EUR' }, { amount: 1, currency: 'eur' }, { amount: 1 }],
    ],
  ])('%s', (type, right, wrong) => {
    const known = [custom('p', type)];
    for (const p of [...right, null]) expect(valueProblems({ p }, known)).toEqual([]);
    for (const p of wrong) expect(valueProblems({ p }, known)).toMatchObject([{ pointer: '/properties/p', code: 'wrong_value' }]);
  });

  test('what is no custom property is refused, and what is empty is not kept', () => {
    expect(valueProblems({ nothing: 1, priority: 'high' }, DEFAULT_PROPERTIES)).toMatchObject([
      { pointer: '/properties/nothing', code: 'unknown' },
      { pointer: '/properties/priority', code: 'unknown' },
    ]);
    expect(storedValues({ a: null, b: '', c: [], d: 0, e: false })).toEqual({ d: 0, e: false });
  });
});

test('a new property has a name of its own, and options where they belong', () => {
  const codes = (type: PropertyType, list: { value: string; label: string }[], name = 'p') =>
    propertyProblems({ name, type, options: list }, ['taken']).map(({ pointer, code }) => `${pointer} ${code}`);
  expect(codes('text', [])).toEqual([]);
  expect([codes('text', [], 'taken'), codes('text', [], 'stageId')]).toEqual([['/name taken'], ['/name taken']]);
  expect([codes('select', []), codes('text', options)]).toEqual([['/options required'], ['/options not_allowed']]);
  expect(codes('select', [...options, ...options])).toEqual(['/options/2/value duplicate', '/options/3/value duplicate']);
});

describe('2.6 the create form', () => {
  const known = [...DEFAULT_PROPERTIES, custom('serial', 'text'), custom('always', 'text', { required: true })];
  const form = {
    fields: [
      { property: 'serial', required: true, showWhen: { property: 'category', values: ['billing'] } },
      { property: 'priority', required: true },
    ],
    pipelines: { other: { fields: [{ property: 'contactIds', required: true }] } },
  };
  const missing = (given: object, properties: Record<string, unknown> = {}, pipelineId = 'one') =>
    missingFields(currentForm(form, known, [{ id: 'other' }]), { pipelineId, properties, ...given }).map(({ pointer }) => pointer);

  test('names what is required and empty, of what is shown for the ticket as it is', () => {
    expect(missing({})).toEqual(['/priority', '/properties/always']);
    expect(missing({ priority: 'low', category: ['billing'] }, { always: 'x' })).toEqual(['/properties/serial']);
    expect(missing({ priority: 'low', category: ['billing'] }, { always: 'x', serial: '1' })).toEqual([]);
    expect(missing({ priority: 'low', contactIds: [] }, { always: 'x' }, 'other')).toEqual(['/contactIds']);
  });

  test('as it holds today has what is required by itself once, for every ticket, and no pipeline that is gone', () => {
    const everywhere = { property: 'always', required: true };
    const part = {
      fields: [
        { property: 'always', required: false },
        { property: 'serial', required: true },
      ],
    };
    expect(currentForm({ fields: [], pipelines: { p: part, gone: part } }, known, [{ id: 'p' }])).toEqual({
      fields: [everywhere],
      pipelines: { p: { fields: [{ property: 'serial', required: true }] } },
    });
    const conditional = { property: 'always', required: false, showWhen: { property: 'category', values: ['billing'] } };
    expect(currentForm({ fields: [conditional] }, known, [])).toEqual({ fields: [everywhere] });
  });

  test('is refused where it makes no sense', () => {
    const field = (property: string, on?: string) => ({
      property,
      required: true,
      ...(on && { showWhen: { property: on, values: ['x'] } }),
    });
    const wrong = {
      fields: [field('nothing'), field('serial', 'serial'), field('serial')],
      pipelines: { gone: { fields: [] }, p: { fields: [field('serial')] } },
    };
    expect(formProblems(wrong, known, ['p']).map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/fields/0/property unknown',
      '/fields/1/showWhen/property unknown',
      '/fields/2/property duplicate',
      '/pipelines/gone unknown',
      '/pipelines/p/fields/0/property duplicate',
    ]);
  });
});
