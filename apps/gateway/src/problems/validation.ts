import { Injectable, ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { invalid, pointerTo, type FieldProblem } from '@helpdesk/platform';

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
    const unfit = metadata.type === 'body' || metadata.type === 'query' ? firstUnfit(value) : undefined;
    if (unfit) throw invalid([unfit]);
    return super.transform(value, metadata);
  }
}

export function pointersOf(error: ValidationError, parent: string): FieldProblem[] {
  const pointer = parent + pointerTo(error.property);
  return [...ownProblem(error, pointer), ...(error.children ?? []).flatMap((child) => pointersOf(child, pointer))];
}

/** One entry a field: that it is missing, or the first rule that it breaks. */
function ownProblem({ constraints, value }: ValidationError, pointer: string): FieldProblem[] {
  const [first] = Object.entries(constraints ?? {});
  if (!first) return [];
  if (value === undefined && first[0] !== 'whitelistValidation') return [{ pointer, code: 'required', detail: 'is required' }];
  return [{ pointer, code: first[0].replaceAll(/([A-Z])/g, '_$1').toLowerCase(), detail: first[1] }];
}

const MAX_KEYS = 1_000;
const MAX_DEPTH = 32;

/** What no part of the desk can store or read in good time: found here, it is a wrong field instead of a failure further in. */
export function firstUnfit(value: unknown, pointer = '', depth = 0): FieldProblem | undefined {
  if (typeof value === 'string') return unfitText(value, pointer);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return { pointer, code: 'too_deep', detail: `is nested deeper than ${MAX_DEPTH}` };
  const isList = Array.isArray(value);
  const keys = Object.keys(value);
  // The validator's time grows with the square of them.
  if (!isList && keys.length > MAX_KEYS) return { pointer, code: 'too_many', detail: `has more than ${MAX_KEYS} fields` };
  // The validator takes it for a class.
  if (!isList && Object.hasOwn(value, 'constructor'))
    return { pointer: `${pointer}/constructor`, code: 'not_allowed', detail: 'is a name that nothing may have' };
  for (const key of keys) {
    const at = pointer + pointerTo(key);
    const found = unfitText(key, at) ?? firstUnfit((value as Record<string, unknown>)[key], at, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** PostgreSQL stores neither U+0000 nor half a character. */
function unfitText(text: string, pointer: string): FieldProblem | undefined {
  if (text.includes('\0')) return { pointer, code: 'nul_character', detail: 'must not contain the character U+0000' };
  if (/\p{Surrogate}/u.test(text)) return { pointer, code: 'ill_formed', detail: 'must not contain half a surrogate pair' };
  return undefined;
}
