import type { CreateForm, CreateFormField, PropertyView } from '@helpdesk/contracts';
import type { FieldProblem } from '@helpdesk/platform';
import { ASSOCIATIONS, isEmpty, pointerOf, RESERVED } from './property.rules.js';

type Values = Record<string, unknown>;

/** The value of a field of the form: custom ones lie under `properties`. */
const valueOf = (given: Values & { properties: Values }, name: string): unknown =>
  RESERVED.has(name) ? given[name] : given.properties[name];

/** Fields of the form that are required for a ticket as it is given, and empty (S-21, 2.6). */
export function missingFields(
  form: CreateForm,
  known: readonly PropertyView[],
  given: Values & { pipelineId: string; properties: Values },
): FieldProblem[] {
  const fields = [...form.fields, ...(form.pipelines?.[given.pipelineId]?.fields ?? [])];
  const isShown = ({ showWhen }: CreateFormField) => {
    if (!showWhen) return true;
    const value = valueOf(given, showWhen.property);
    return [value].flat().some((one) => showWhen.values.includes(one as string));
  };
  const wanted = new Set([
    ...fields.filter((field) => field.required && isShown(field)).map(({ property }) => property),
    ...known.filter(({ required }) => required).map(({ name }) => name),
  ]);
  return [...wanted]
    .filter((name) => isEmpty(valueOf(given, name)))
    .map((name) => ({ pointer: RESERVED.has(name) ? `/${name}` : pointerOf(name), code: 'required', detail: 'is required' }));
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
