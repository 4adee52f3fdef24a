import { command, query } from '../rpc-pattern.js';

export const PROPERTY_TYPES = [
  'text',
  'long_text',
  'number',
  'date',
  'datetime',
  'select',
  'multi_select',
  'boolean',
  'user',
  'team',
  'url',
  'money',
] as const;
export type PropertyType = (typeof PROPERTY_TYPES)[number];

export interface PropertyOption {
  value: string;
  label: string;
}
export interface PropertyFields {
  name: string;
  label: string;
  type: PropertyType;
  /** Of `select` and `multi_select` alone. */
  options?: PropertyOption[];
  /** Never empty on a ticket made by hand. */
  required?: boolean;
}
export interface PropertyView extends Required<PropertyFields> {
  /** Null: one of the fields every ticket has. */
  id: string | null;
  kind: 'default' | 'custom';
}

/** A field of the create form, in its place. */
export interface CreateFormField {
  /** The name of a property. */
  property: string;
  required: boolean;
  /** Shown, and required, only while another property has one of these values. */
  showWhen?: { property: string; values: (string | number | boolean)[] };
}
/** Name, pipeline and status come first and are always required: they are in no list. */
export interface CreateForm {
  fields: CreateFormField[];
  /** By the pipeline's id: further fields, after the others. */
  pipelines?: Record<string, { fields: CreateFormField[] }>;
}
export interface CreateFormView extends CreateForm {
  /** 0 = nobody has changed it yet. */
  version: number;
  publishedAt: string | null;
}

export const ListProperties = query<Record<string, never>, { items: PropertyView[] }>('tickets', 'properties');
export const CreateProperty = command<PropertyFields & { id: string }, PropertyView>('tickets', 'create-property');
export const GetCreateForm = query<Record<string, never>, CreateFormView>('tickets', 'create-form');
export const PublishCreateForm = command<CreateForm, CreateFormView>('tickets', 'publish-create-form');
