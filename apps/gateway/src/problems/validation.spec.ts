import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { Type } from 'class-transformer';
import { ArrayUnique, IsBoolean, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { AreIds, IsId, IsMoment, IsOneLine, MayBeAbsent } from './field-rules.js';
import { uuidParam } from './uuid-param.js';
import { firstUnfit, RequestValidation } from './validation.js';

class Inner {
  @IsBoolean() enabled: boolean;
}
class Outer {
  @IsString() @MaxLength(5) name: string;
  @MayBeAbsent() @IsString() @IsOneLine() title?: string;
  @IsOptional() @ValidateNested({ each: true }) @Type(() => Inner) items?: Inner[];
  @IsOptional() @IsMoment() sendAt?: string;
}

const pointersFor = (body: object) =>
  new RequestValidation().transform(body, { type: 'body', metatype: Outer }).then(
    () => [],
    (problem: { errors: { pointer: string; code: string }[] }) => problem.errors.map((e) => `${e.pointer} ${e.code}`),
  );

test('names every wrong field, nested and unknown ones too', async () => {
  const found = await pointersFor({ items: [{ enabled: 'yes' }, { enabled: true, 'a/b~': 1 }], accountId: 'x' });
  expect(found.toSorted()).toEqual([
    '/accountId whitelist_validation',
    '/items/0/enabled is_boolean',
    '/items/1/a~1b~0 whitelist_validation',
    '/name required',
  ]);
});

test('null is no value for what cannot be cleared', async () => {
  expect(await pointersFor({ name: 'x' })).toEqual([]);
  expect(await pointersFor({ name: 'x', title: null })).toHaveLength(1);
});

test.each(['2026-W48', '2026-11-27', '2026-13-45T99:99:99Z', '0000-01-01T00:00:00Z', '2026-11-27T10:00:00+23:00', 'soon'])(
  '%s is no moment',
  async (sendAt) => {
    expect(await pointersFor({ name: 'x', sendAt })).toEqual(['/sendAt is_moment']);
  },
);

describe('characters', () => {
  test('line breaks stay out of headers', async () => {
    expect(await pointersFor({ name: 'x', title: 'a\r\nBcc: b' })).toEqual(['/title matches']);
  });
  test('what nothing can store or read in time is found wherever it hides', async () => {
    const unfit = (value: unknown) => {
      const { pointer, code } = firstUnfit(value) ?? { pointer: 'none', code: 'none' };
      return `${pointer} ${code}`;
    };
    expect(unfit({ a: [{ b: 'x\0' }] })).toBe('/a/0/b nul_character');
    expect(unfit({ a: 'x \ud83d y' })).toBe('/a ill_formed');
    expect(unfit({ a: 'x \u{1f600} y' })).toBe('none none');
    expect(unfit({ '\ud83d': 1 })).toBe('/\ud83d ill_formed');
    expect(unfit({ properties: { constructor: 'x' } })).toBe('/properties/constructor not_allowed');
    const keys = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 1]));
    expect([unfit(keys(1_000)), unfit({ a: keys(1_001) })]).toEqual(['none none', '/a too_many']);
    expect(unfit(JSON.parse('['.repeat(40) + ']'.repeat(40)))).toBe(`${'/0'.repeat(33)} too_deep`);
    expect(await pointersFor({ name: '\0' })).toEqual(['/name nul_character']);
  });
});

describe('ids', () => {
  class Ids {
    @IsId() id: string;
    @MayBeAbsent() @ArrayUnique() @AreIds() ids?: string[];
  }
  const ID = '01890000-0000-7000-8000-00000000abcd';
  const read = (body: object) => new RequestValidation().transform(body, { type: 'body', metatype: Ids });
  const wrong = (body: object) =>
    read(body).then(
      () => [],
      (problem: { errors: { pointer: string; code: string }[] }) => problem.errors.map((e) => `${e.pointer} ${e.code}`),
    );

  test('in capitals are the same ids', async () => {
    expect(await read({ id: ID.toUpperCase(), ids: [ID.toUpperCase()] })).toEqual({ id: ID, ids: [ID] });
    expect(await wrong({ id: ID, ids: [ID, ID.toUpperCase()] })).toEqual(['/ids array_unique']);
    expect(uuidParam.transform(ID.toUpperCase(), { type: 'param' })).toBe(ID);
  });
  test.each([['x'], [1], [null], [{}], [`${ID} `], [[ID]]])('%j is none', async (id) => {
    expect(await wrong({ id })).toEqual(['/id is_uuid']);
    expect(await wrong({ id: ID, ids: [ID, id] })).toEqual(['/ids is_uuid']);
  });
});
