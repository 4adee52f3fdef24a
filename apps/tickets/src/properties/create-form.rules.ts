import type { CreateForm, CreateFormField, PipelineView, PropertyView } from '@helpdesk/contracts';
import { pointerTo, type FieldProblem } from '@helpdesk/platform';
import { ASSOCIATIONS, isEmpty, RESERVED } from './property.rules.js';

type Values = Record<string, unknown>;

/** Longest text that a condition compares with, characters. */
const MAX_VALUE = 255;

/** The value of a field of the form: custom ones lie under `properties`. */
const valueOf = (given: Values & { properties: Values }, name: string): unknown => {
  const from = RESERVED.has(name) ? given : given.properties;
  return Object.hasOwn(from, name) ? from[name] : undefined;
};

/** A ticket's values by the names of the API; custom ones lie under `properties`. */
export type FormValues = Values & { pipelineId: string; properties: Values };

/** These properties, all required: what a status asks for (D-54), say. */
export const requiring = (properties: string[]): CreateForm => ({
  fields: properties.map((property) => ({ property, required: true })),
});

/** Fields of the form that are required for a ticket as it is given, and empty (S-21, 2.6). */
export function missingFields(form: CreateForm, given: FormValues): FieldProblem[] {
  const fields = [...form.fields, ...(form.pipelines?.[given.pipelineId]?.fields ?? [])];
  const isShown = ({ showWhen }: CreateFormField) => {
    if (!showWhen) return true;
    const value = valueOf(given, showWhen.property);
    return [value].flat().some((one) => showWhen.values.includes(one as string));
  };
  const wanted = new Set(fields.filter((field) => field.required && isShown(field)).map(({ property }) => property));
  return [...wanted]
    .filter((name) => isEmpty(valueOf(given, name)))
    .map((name) => ({
      pointer: RESERVED.has(name) ? pointerTo(name) : pointerTo('properties', name),
      code: 'required',
      detail: 'is required',
    }));
}

/** A published form as it holds today: properties that are required by themselves are in it for every ticket, pipelines that are gone are not. */
export function currentForm(form: CreateForm, properties: readonly PropertyView[], pipelines: Pick<PipelineView, 'id'>[]): CreateForm {
  const required = properties.filter((property) => property.required).map(({ name }) => name);
  const isRequired = ({ property }: CreateFormField) => required.includes(property);
  const fields = form.fields.map((field) => (isRequired(field) ? { property: field.property, required: true } : field));
  const added = required.filter((name) => fields.every(({ property }) => property !== name));
  const parts = Object.entries(form.pipelines ?? {})
    .filter(([id]) => pipelines.some((pipeline) => pipeline.id === id))
    .map(([id, part]) => [id, { fields: part.fields.filter((field) => !isRequired(field)) }]);
  return {
    fields: [...fields, ...requiring(added).fields],
    ...(form.pipelines && { pipelines: Object.fromEntries(parts) as CreateForm['pipelines'] }),
  };
}

/** What is wrong with a form as it would be. */
export function formProblems(form: CreateForm, known: readonly PropertyView[], pipelineIds: string[]): FieldProblem[] {
  const names = new Set([...known.map(({ name }) => name), ...ASSOCIATIONS]);
  const inList = (fields: CreateFormField[], at: string, before: string[]) =>
    fields.flatMap(({ property, showWhen }, i) => {
      const found: FieldProblem[] = [];
      if (!names.has(property)) found.push({ pointer: `${at}/${i}/property`, code: 'unknown', detail: 'is no property' });
      if ([...before, ...fields.slice(0, i).map((field) => field.property)].includes(property))
        found.push({ pointer: `${at}/${i}/property`, code: 'duplicate', detail: 'is in the form already' });
      for (const [j, value] of (showWhen?.values ?? []).entries())
        if (!['string', 'number', 'boolean'].includes(typeof value) || String(value).length > MAX_VALUE)
          found.push({
            pointer: `${at}/${i}/showWhen/values/${j}`,
            code: 'wrong_value',
            detail: 'must be a text, a number, true or false',
          });
      if (showWhen && (!names.has(showWhen.property) || showWhen.property === property))
        found.push({ pointer: `${at}/${i}/showWhen/property`, code: 'unknown', detail: 'is no other property' });
      return found;
    });
  return [
    ...inList(form.fields, '/fields', []),
    ...Object.entries(form.pipelines ?? {}).flatMap(([id, { fields }]) =>
      pipelineIds.includes(id)
        ? inList(
            fields,
            `/pipelines/${id}/fields`,
            form.fields.map(({ property }) => property),
          )
        : [{ pointer: `/pipelines/${id}`, code: 'unknown', detail: 'is no pipeline' }],
    ),
  ];
}
