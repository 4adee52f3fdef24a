import 'reflect-metadata';
import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBase64,
  IsIn,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUrl,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  validateSync,
  type ValidationError,
} from 'class-validator';
import { ADDRESS_KINDS, type AddressKind } from '@helpdesk/contracts';
import { AreNested, IsNested, type FieldProblem } from '@helpdesk/platform';

const TEXT_LIMIT = 2 * 1024 * 1024;
const noControls = /^[^\u0000-\u001f\u007f]*$/;
const webUrl = { protocols: ['http', 'https'], require_tld: false, require_protocol: true };

class EnvelopeAddress {
  @IsIn(ADDRESS_KINDS) kind: AddressKind;
  @IsString() @Length(1, 320) @Matches(noControls, { message: 'must not hold control characters' }) value: string;
  @IsOptional() @IsString() @MaxLength(300) name?: string;
}

class EnvelopeSender {
  @IsOptional() @IsString() @MaxLength(300) name?: string;
  @IsNested(() => EnvelopeAddress) @IsNotEmpty() address: EnvelopeAddress;
}

class EnvelopeAttachment {
  @IsString() @Length(1, 1_000) filename: string;
  @IsOptional() @IsString() @MaxLength(200) @Matches(noControls, { message: 'must not hold control characters' }) contentType?: string;
  @ValidateIf((a: EnvelopeAttachment) => a.url === undefined) @IsBase64() content?: string;
  @ValidateIf((a: EnvelopeAttachment) => a.content === undefined) @IsUrl(webUrl) url?: string;
}

class EnvelopeField {
  @IsString() @Length(1, 200) name: string;
  @IsOptional() @IsString() @MaxLength(500) label?: string;
  @Transform(({ value }: { value: unknown }) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value))
  @IsString()
  @MaxLength(100_000)
  value: string;
}

class EnvelopeForm {
  @AreNested(() => EnvelopeField, { max: 500 }) fields: EnvelopeField[];
}

class EnvelopeCall {
  @IsIn(['inbound', 'outbound']) direction: 'inbound' | 'outbound';
  @IsOptional() @IsISO8601() startedAt?: string;
  @IsOptional() @IsInt() @Min(0) @Max(1_000_000) durationSeconds?: number;
  @IsOptional() @IsIn(['answered', 'missed', 'voicemail']) outcome?: 'answered' | 'missed' | 'voicemail';
  @IsOptional() @IsUrl(webUrl) recordingUrl?: string;
  @IsOptional() @IsString() @MaxLength(TEXT_LIMIT) transcript?: string;
}

/** The public envelope, version 1 (contract.md §3). Fields it does not know are ignored: an adapter may be newer than this desk. */
export class Envelope {
  @IsIn([1]) v: 1;
  @IsString() @Length(1, 200) @Matches(noControls, { message: 'must not hold control characters' }) id: string;
  @IsIn(['message', 'form', 'call']) kind: 'message' | 'form' | 'call';
  @IsOptional() @IsString() @Length(1, 500) @Matches(noControls, { message: 'must not hold control characters' }) thread?: string;
  @IsOptional() @IsString() @Length(1, 1_000) @Matches(noControls, { message: 'must not hold control characters' }) inReplyTo?: string;
  @IsNotEmpty() @IsNested(() => EnvelopeSender) sender: EnvelopeSender;
  @IsOptional() @AreNested(() => EnvelopeAddress, { max: 500 }) recipients?: EnvelopeAddress[];
  @IsOptional() @IsISO8601() sentAt?: string;
  @IsOptional() @IsString() @MaxLength(2_000) subject?: string;
  @IsOptional() @IsString() @MaxLength(TEXT_LIMIT) text?: string;
  @IsOptional() @IsString() @MaxLength(TEXT_LIMIT) html?: string;
  @IsOptional()
  @AreNested(() => EnvelopeAttachment, { max: 100 })
  attachments?: EnvelopeAttachment[];
  @ValidateIf((e: Envelope) => e.kind === 'form') @IsNotEmpty() @IsNested(() => EnvelopeForm) form?: EnvelopeForm;
  @ValidateIf((e: Envelope) => e.kind === 'call') @IsNotEmpty() @IsNested(() => EnvelopeCall) call?: EnvelopeCall;
  @IsOptional() @IsString() @MaxLength(200) traceparent?: string;
}

const MAX_DEPTH = 20;

/** Reads an envelope from JSON text. Gives the envelope, or every problem with its JSON pointer (RFC 6901). */
export function readEnvelope(body: string): { envelope: Envelope } | { id: string | null; errors: FieldProblem[] } {
  let plain: unknown;
  try {
    plain = JSON.parse(body, (key, value: unknown) =>
      key === '__proto__' || key === 'constructor' || key === 'prototype' ? undefined : value,
    );
  } catch (error) {
    return { id: null, errors: [{ pointer: '', code: 'not_json', detail: error instanceof Error ? error.message : 'is no JSON' }] };
  }
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    return { id: null, errors: [{ pointer: '', code: 'not_object', detail: 'must be a JSON object' }] };
  }
  const rawId: unknown = (plain as { id?: unknown }).id;
  const id = typeof rawId === 'string' ? rawId.slice(0, 200) : null;
  if (depthOf(plain, 0) > MAX_DEPTH)
    return { id, errors: [{ pointer: '', code: 'too_deep', detail: `must not nest deeper than ${MAX_DEPTH}` }] };
  const envelope = plainToInstance(Envelope, plain, { enableCircularCheck: false });
  const errors = validateSync(envelope, { validationError: { target: false, value: false } }).flatMap((error) => flatten(error, ''));
  return errors.length > 0 ? { id, errors } : { envelope };
}

function flatten(error: ValidationError, parent: string): FieldProblem[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.entries(error.constraints ?? {}).map(([code, detail]) => ({
    pointer,
    code: code.replaceAll(/([A-Z])/g, '_$1').toLowerCase(),
    detail,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, pointer))];
}

function depthOf(value: unknown, depth: number): number {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return depth;
  let deepest = depth;
  for (const child of Object.values(value)) deepest = Math.max(deepest, depthOf(child, depth + 1));
  return deepest;
}
