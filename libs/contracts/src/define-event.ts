import 'reflect-metadata';
import { validateSync } from 'class-validator';
import type { ServiceName } from './services.js';

/** What is declared once about an event or command: see house rules in docs/architecture.md. */
export interface EventDefinition {
  /** `noun.verbed` for events, `verb-noun` for commands. */
  name: string;
  version: number;
  owner: ServiceName;
  /** The services that take it; each needs exactly one handler. */
  consumers: ServiceName[];
  /** The field whose value orders events: one key is handled in one place at a time, in order. */
  key: string;
}

export type EventClass<T extends object = object> = new (fields: T) => T;

const definitions = new Map<EventClass, EventDefinition>();

export function DefineEvent(definition: EventDefinition) {
  return (target: new (fields: never) => object): void => {
    definitions.set(target as unknown as EventClass, definition);
  };
}

export function definitionOf(event: object): EventDefinition {
  const definition = definitions.get((typeof event === 'function' ? event : event.constructor) as EventClass);
  if (!definition) throw new TypeError(`${(event.constructor as { name: string }).name} is no defined event`);
  return definition;
}

export const allDefinitions = (): ReadonlyMap<EventClass, EventDefinition> => definitions;

/** Base of all events: plain fields, checked when published and when received. */
export abstract class DomainEvent<T> {
  constructor(fields: T) {
    Object.assign(this, fields);
  }
}

/** Turns a stored payload into its class and checks it. Throws a TypeError that names the wrong fields. */
export function parseEvent(type: EventClass, payload: object): object {
  const event = Object.assign(Object.create(type.prototype as object) as object, payload);
  assertValid(event);
  return event;
}

export function assertValid(event: object): void {
  const problems = validateSync(event, { forbidUnknownValues: true, validationError: { target: false, value: false } });
  if (problems.length > 0) throw new TypeError(`${event.constructor.name}: ${problems.map((p) => p.toString()).join(' ')}`);
}
