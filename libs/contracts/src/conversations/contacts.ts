import { IsIn, IsString, IsUUID } from 'class-validator';
import { DefineEvent, DomainEvent } from '../define-event.js';
import { command, query } from '../rpc-pattern.js';
import type { Address } from '../enums.js';
import type { Page } from '../tickets/patterns.js';

export interface ContactView {
  id: string;
  name: string;
  addresses: Pick<Address, 'kind' | 'value'>[];
  companyId: string | null;
  /** The agent who looks after him. */
  ownerId: string | null;
  /** Contacts that were merged into this one: their ids lead here. */
  mergedIds: string[];
  createdAt: string;
}
export interface CompanyView {
  id: string;
  name: string;
  /** Whoever writes from one of them belongs to the company. */
  domains: string[];
  /** Companies that were merged into this one: their ids lead here. */
  mergedIds: string[];
  createdAt: string;
}
/** Absent = unchanged. Addresses are given all together. */
export interface ContactFields {
  name?: string;
  addresses?: Pick<Address, 'kind' | 'value'>[];
  companyId?: string | null;
  ownerId?: string | null;
}
export interface CompanyFields {
  name?: string;
  domains?: string[];
}
export interface ListRecordsArgs {
  /** Part of a name, an address or a domain. */
  q?: string;
  companyId?: string;
  limit: number;
  /** The id of the last one of the page before. */
  cursor?: string;
}

/** Newest first. */
export const ListContacts = query<ListRecordsArgs, Page<ContactView>>('conversations', 'contacts');
export const GetContact = query<{ id: string }, ContactView>('conversations', 'contact');
/** 409 `contact_exists`, with the other's `contactId`, when it has one of the addresses. */
export const CreateContact = command<ContactFields & { id: string; name: string }, ContactView>('conversations', 'create-contact');
export const ChangeContact = command<ContactFields & { id: string }, ContactView>('conversations', 'change-contact');
export const ListCompanies = query<ListRecordsArgs, Page<CompanyView>>('conversations', 'companies');
export const GetCompany = query<{ id: string }, CompanyView>('conversations', 'company');
/** 409 `company_exists`, with the other's `companyId`, when it has one of the domains. */
export const CreateCompany = command<CompanyFields & { id: string; name: string }, CompanyView>('conversations', 'create-company');
export const ChangeCompany = command<CompanyFields & { id: string }, CompanyView>('conversations', 'change-company');

export interface MergeRecordsArgs {
  /** The one that stays. */
  id: string;
  secondaryId: string;
}
/** Gives the one that stays; repeating it changes nothing. */
export const MergeContacts = command<MergeRecordsArgs, ContactView>('conversations', 'merge-contacts');
export const MergeCompanies = command<MergeRecordsArgs, CompanyView>('conversations', 'merge-companies');

export const RECORD_KINDS = ['contact', 'company'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** Two records are one now. Tickets of `mergedId` are those of `id`. */
@DefineEvent({ name: 'record.merged', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'id' })
export class RecordMerged extends DomainEvent<RecordMerged> {
  @IsIn(RECORD_KINDS) kind: RecordKind;
  /** The one that stays. In its order with `contact.renamed`. */
  @IsUUID() id: string;
  @IsUUID() mergedId: string;
  /** Of the one that stays. */
  @IsString() name: string;
}

/** A contact is called otherwise now. Tickets shows the name in its lists. */
@DefineEvent({ name: 'contact.renamed', version: 1, owner: 'conversations', consumers: ['tickets'], key: 'contactId' })
export class ContactRenamed extends DomainEvent<ContactRenamed> {
  @IsUUID() contactId: string;
  @IsString() name: string;
}
