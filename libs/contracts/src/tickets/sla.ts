import { IsArray, IsISO8601, IsOptional, IsUUID } from 'class-validator';
import { DefineEvent, DomainEvent } from '../define-event.js';
import type { Priority, TicketSource } from '../enums.js';
import { command, query } from '../rpc-pattern.js';

export const SLA_CLOCKS = ['first_reply', 'next_reply', 'close'] as const;
export type SlaClock = (typeof SLA_CLOCKS)[number];
/** As people see a clock (D-75). */
export const SLA_STATES = ['active', 'due_soon', 'overdue', 'completed_on_time', 'completed_late', 'paused'] as const;
export type SlaState = (typeof SLA_STATES)[number];
export const SLA_EVENTS = ['start', 'pause', 'resume', 'complete', 'cancel', 'restart', 'terms', 'due_soon', 'overdue'] as const;
export type SlaEventName = (typeof SLA_EVENTS)[number];
/** Why something was written into the ledger; `id` of a cause is the message, stage or policy. */
export const SLA_CAUSES = ['creation', 'message', 'closing', 'reopening', 'stage', 'policy', 'trash', 'time', 'adoption'] as const;
export type SlaCauseKind = (typeof SLA_CAUSES)[number];
export interface SlaCause {
  kind: SlaCauseKind;
  id: string | null;
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
/** Local times `HH:MM`; the end does not belong to it and is `24:00` at most. */
export interface WorkingInterval {
  from: string;
  to: string;
}
export interface WorkingHours {
  /** IANA, such as Europe/Berlin. */
  timeZone: string;
  /** A weekday that is missing is free. */
  weekly: Partial<Record<Weekday, WorkingInterval[]>>;
  /** Days such as 2026-12-25 on which nobody works. */
  holidays: string[];
}
export interface BusinessHoursView extends WorkingHours {
  id: string;
  name: string;
}
export type BusinessHoursFields = Partial<Omit<BusinessHoursView, 'id'>>;

/** Whom a change concerns: tickets that come, or those that are open as well. */
export const SLA_REACHES = ['new', 'open'] as const;
export type SlaReach = (typeof SLA_REACHES)[number];

/** What a ticket must have; an empty list asks for nothing. */
export interface SlaMatch {
  priority: Priority[];
  teamId: string[];
  source: TicketSource[];
  pipelineId: string[];
}
/** Minutes of working time; null = no such goal. */
export interface SlaGoals {
  firstReplyMinutes: number | null;
  nextReplyMinutes: number | null;
  closeMinutes: number | null;
}
/** What becomes of a ticket that is overdue; absent = unchanged (D-78). */
export interface SlaEscalation {
  priority?: Priority;
  teamId?: string;
  ownerId?: string;
}
export interface SlaPolicyView {
  id: string;
  name: string;
  /** From 0 on. */
  position: number;
  match: SlaMatch;
  goals: SlaGoals;
  /** Business hours; null = around the clock. */
  schedule: string | null;
  pausedStageIds: string[];
  /** Minutes of working time before the due time. */
  dueSoonMinutes: number;
  onOverdue: SlaEscalation | null;
}
/** Absent = unchanged; parts of `match` and `goals` as well. */
export type SlaPolicyFields = Partial<Omit<SlaPolicyView, 'id' | 'match' | 'goals'>> & {
  match?: Partial<SlaMatch>;
  goals?: Partial<SlaGoals>;
};

export interface SlaClockView {
  clock: SlaClock;
  state: SlaState;
  /** null: it is paused, or never due. */
  dueAt: string | null;
  startedAt: string;
  completedAt: string | null;
  elapsedMinutes: number;
  goalMinutes: number;
  ledger: { event: SlaEventName; at: string; cause: SlaCause }[];
}
/** Of the open tickets that a policy would hold for. */
export interface SlaPreview {
  open: number;
  wouldBeOverdue: number;
  wouldBeDueSoon: number;
}

/** Looks at a ticket's clocks when one of them is due. A timer of another time than the ticket expects is stale. */
@DefineEvent({ name: 'check-sla', version: 1, owner: 'tickets', consumers: ['tickets'], key: 'ticketId' })
export class CheckSla extends DomainEvent<CheckSla> {
  @IsUUID() ticketId: string;
  @IsISO8601() at: string;
}

/** Brings the open tickets of an account under policies as they are now, some at a time. */
@DefineEvent({ name: 'apply-sla-policies', version: 1, owner: 'tickets', consumers: ['tickets'], key: 'accountId' })
export class ApplySlaPolicies extends DomainEvent<ApplySlaPolicies> {
  @IsUUID() accountId: string;
  @IsArray() @IsUUID(undefined, { each: true }) policyIds: string[];
  /** Where the batch before ended. */
  @IsOptional() @IsUUID() afterTicketId: string | null;
}

export const ListBusinessHours = query<Record<string, never>, { items: BusinessHoursView[] }>('tickets', 'business-hours');
export const CreateBusinessHours = command<BusinessHoursFields & { id: string }, BusinessHoursView>('tickets', 'create-business-hours');
export const ChangeBusinessHours = command<BusinessHoursFields & { id: string; appliesTo: SlaReach }, BusinessHoursView>(
  'tickets',
  'change-business-hours',
);
export const DeleteBusinessHours = command<{ id: string }, { deleted: true }>('tickets', 'delete-business-hours');
export const ListSlaPolicies = query<Record<string, never>, { items: SlaPolicyView[] }>('tickets', 'sla-policies');
export const CreateSlaPolicy = command<SlaPolicyFields & { id: string; appliesTo: SlaReach }, SlaPolicyView>(
  'tickets',
  'create-sla-policy',
);
export const ChangeSlaPolicy = command<SlaPolicyFields & { id: string; appliesTo: SlaReach }, SlaPolicyView>(
  'tickets',
  'change-sla-policy',
);
/** Open tickets it held for come under the next one that matches. */
export const DeleteSlaPolicy = command<{ id: string }, { deleted: true }>('tickets', 'delete-sla-policy');
/** What would become of the open tickets that the asker sees; `id`: in the place of that policy. Changes nothing. */
export const PreviewSlaPolicy = query<SlaPolicyFields & { id?: string }, SlaPreview>('tickets', 'preview-sla-policy');
export const GetTicketSla = query<{ id: string }, { clocks: SlaClockView[] }>('tickets', 'ticket-sla');
