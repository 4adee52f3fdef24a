import { Injectable, ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { invalid, invalidField, type FieldProblem } from '@helpdesk/platform';

/** Requests are read strictly: unknown fields are refused, every wrong one is named with its pointer. */
@Injectable()
export class RequestValidation extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      exceptionFactory: (errors: ValidationError[]) => invalid(errors.flatMap((error) => pointersOf(error, ''))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const nul = metadata.type === 'body' || metadata.type === 'query' ? pointerOfNul(value, '') : undefined;
    if (nul !== undefined) throw invalidField(nul, 'nul_character', 'must not contain the character U+0000');
    return super.transform(value, metadata);
  }
}

export function pointersOf(error: ValidationError, parent: string): FieldProblem[] {
  const pointer = `${parent}/${escapePointer(error.property)}`;
  return [...ownProblem(error, pointer), ...(error.children ?? []).flatMap((child) => pointersOf(child, pointer))];
}

/** One entry a field: that it is missing, or the first rule that it breaks. */
function ownProblem({ constraints, value }: ValidationError, pointer: string): FieldProblem[] {
  const [first] = Object.entries(constraints ?? {});
  if (!first) return [];
  if (value === undefined && first[0] !== 'whitelistValidation') return [{ pointer, code: 'required', detail: 'is required' }];
  return [{ pointer, code: first[0].replaceAll(/([A-Z])/g, '_$1').toLowerCase(), detail: first[1] }];
}

/** PostgreSQL stores no U+0000 in text: found here, it is a wrong field instead of a failure further in. */
export function pointerOfNul(value: unknown, pointer: string): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? pointer : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = pointerOfNul(item, `${pointer}/${escapePointer(key)}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** RFC 6901 section 3. */
const escapePointer = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
