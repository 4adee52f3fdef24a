import type { ScopeRule, TicketScope } from '@helpdesk/access';
import type { Actor } from '@helpdesk/platform';
import type { FastifyRequest } from 'fastify';

export const SEATS = ['service', 'sales', 'core', 'view_only'] as const;
export type Seat = (typeof SEATS)[number];
export const RIGHTS = ['account_settings', 'user_admin', 'export', 'bulk', 'audit'] as const;
export type Right = (typeof RIGHTS)[number];
export const WORKSPACES = ['service', 'sales'] as const;
export type Workspace = (typeof WORKSPACES)[number];

export interface TicketAccess {
  view: ScopeRule;
  edit: ScopeRule;
  delete: ScopeRule;
}

/** Who is asking, with everything his rights depend on as it is now. */
export interface Principal {
  accountId: string;
  accountName: string;
  userId: string;
  email: string;
  name: string;
  seat: Seat;
  isSuperAdmin: boolean;
  access: Workspace[];
  rights: Right[];
  ticketAccess: TicketAccess;
  /** The account lets users without a Service seat reply (D-51e). */
  seatReply: boolean;
  teamIds: string[];
  /** Empty where none of his scopes is `team`. */
  teammateIds: string[];
  preferences: { undoSeconds?: number; language?: string };
  via: 'session' | 'api_key';
}

export interface DeskRequest extends FastifyRequest {
  principal?: Principal;
  /** The id that whatever this request creates gets. */
  resourceId?: string;
  /** The file of a multipart request, once it is read. */
  upload?: { filename: string; contentType: string; bytes: Buffer; hash: string };
}

/** The route a request was given to, such as `/api/v1/tickets/:id`: unlike its address, nobody can spell it otherwise. */
export const routeOf = (request: Pick<FastifyRequest, 'routeOptions'>): string => request.routeOptions.url ?? '';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** The request changes nothing, whatever it asks for. */
export const isSafe = ({ method }: Pick<FastifyRequest, 'method'>): boolean => SAFE.has(method);

export function scopeFor(p: Principal): TicketScope {
  return {
    accountId: p.accountId,
    userId: p.userId,
    isSuperAdmin: p.isSuperAdmin,
    ...p.ticketAccess,
    teamIds: p.teamIds,
    teammateIds: p.teammateIds,
  };
}

export const actorFor = (p: Principal): Actor => ({ kind: 'user', scope: scopeFor(p), name: p.name });
