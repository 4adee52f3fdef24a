import { applyDecorators } from '@nestjs/common';
import { isMoment, isUuid } from '@helpdesk/platform';
import { Transform } from 'class-transformer';
import { buildMessage, IsArray, Matches, ValidateBy, ValidateIf, type ValidationOptions } from 'class-validator';

/** Absent = unchanged, but `null` is refused: the field cannot be cleared. */
export const MayBeAbsent = () => ValidateIf((_, value) => value !== undefined);

/** Absent = unchanged, `null` = cleared. */
export const MayBeNull = () => ValidateIf((_, value) => value !== null && value !== undefined);

/** One line: what may end in a mail header must hold no line break or other control character. */
export const IsOneLine = (each = false) =>
  Matches(/^[^\p{Cc}]*$/u, { each, message: '$property must not contain line breaks or control characters' });

export const IsMoment = () =>
  ValidateBy({
    name: 'isMoment',
    validator: {
      validate: isMoment,
      defaultMessage: buildMessage((prefix) => `${prefix}$property must be a time such as 2026-11-22T10:00:00Z`),
    },
  });

const lower = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** Capitals and small letters are the same here: what goes on is what the database keeps, so that it can be compared as text. */
export const InLowerCase = () => Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(lower) : lower(value)));

const isId = (options?: ValidationOptions) =>
  ValidateBy(
    {
      name: 'isUuid',
      validator: {
        validate: (value) => typeof value === 'string' && isUuid(value),
        defaultMessage: buildMessage((prefix) => `${prefix}$property must be a UUID`, options),
      },
    },
    options,
  );

export const IsId = () => applyDecorators(InLowerCase(), isId());

export const AreIds = () => applyDecorators(InLowerCase(), isId({ each: true }), IsArray());
