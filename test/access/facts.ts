/** How far a right on tickets reaches. */
export interface Rule {
  scope: 'all' | 'team' | 'own' | 'none';
  unassigned: boolean;
}
/** What of a user decides. */
export interface Person {
  id: string;
  account: string;
  active: boolean;
  superAdmin: boolean;
  seat: 'service' | 'sales' | 'core' | 'view_only';
  access: string[];
  rights: string[];
  scopes: { view: Rule; edit: Rule; delete: Rule };
  teams: string[];
}
/** What of a ticket decides. */
export interface Ticket {
  id: string;
  account: string;
  owner: string | null;
  team: string | null;
  deleted: boolean;
  /** `until`: when the share ends, null = never. */
  shares: { user: string | null; team: string | null; until: number | null }[];
}
