import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { invalid, type FieldProblem } from '@helpdesk/platform';

/** Requests are read strictly: unknown fields are refused, every wrong one is named with its pointer. */
export const requestValidation = () =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    exceptionFactory: (errors) => invalid(errors.flatMap((error) => pointersOf(error, ''))),
  });

export function pointersOf(error: ValidationError, parent: string): FieldProblem[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const [first] = Object.entries(error.constraints ?? {});
  const own = first ? [{ pointer, code: first[0].replaceAll(/([A-Z])/g, '_$1').toLowerCase(), detail: first[1] }] : [];
  return [...own, ...(error.children ?? []).flatMap((child) => pointersOf(child, pointer))];
}
