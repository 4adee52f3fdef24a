import { personPlan, type PersonPlan, type Plan, type TicketPlan } from './plan.js';
import type { Rule } from './facts.js';

const [ALL, OWN, TEAM, NONE] = (['all', 'own', 'team', 'none'] as const).map((scope): Rule => ({ scope, unassigned: false })) as [
  Rule,
  Rule,
  Rule,
  Rule,
];
const and = (rule: Rule): Rule => ({ ...rule, unassigned: true });
const person = (seat: PersonPlan['seat'], view: Rule, edit: Rule, remove: Rule, more: Partial<PersonPlan> = {}) =>
  personPlan({ seat, scopes: { view, edit, delete: remove }, ...more });
const RIGHTS = ['account_settings', 'user_admin', 'export', 'bulk', 'audit'];
const teams = (text: string) => [...text].map((c) => c === 'x');

const people = [
  person('service', and(OWN), OWN, OWN, { teams: teams('x--') }),
  person('service', TEAM, TEAM, and(TEAM), { teams: teams('xx-'), rights: ['audit'] }),
  person('sales', ALL, TEAM, ALL, { teams: teams('-x-'), access: ['sales'], rights: RIGHTS }),
  person('core', and(TEAM), ALL, ALL, { teams: teams('x--'), access: ['service'], rights: RIGHTS }),
  person('view_only', ALL, ALL, ALL, { access: ['service'], rights: RIGHTS }),
  person('core', ALL, ALL, ALL, { rights: RIGHTS }),
  person('service', OWN, NONE, NONE, { teams: teams('--x'), rights: ['account_settings', 'user_admin'] }),
  person('service', ALL, ALL, ALL, { active: false, rights: RIGHTS }),
];
const owners = [null, 0, 1, 2, 6];
const places = [null, 0, 2];
const tickets: TicketPlan[] = owners.flatMap((owner) => places.map((team, i) => ({ owner, team, contact: i % 2 })));

/** One world with something of everything: what a change of one condition, policy or guard shows itself in first. */
export const SHOWCASE: Plan = {
  accounts: [
    { people, teams: 3, tickets },
    {
      people: [person('service', ALL, ALL, ALL, { rights: RIGHTS }), person('view_only', OWN, OWN, OWN, { access: ['sales'] })],
      teams: 2,
      tickets: [
        { owner: 0, team: 0, contact: 0 },
        { owner: null, team: null, contact: 1 },
      ],
    },
  ],
  commands: [
    { do: 'comment', ticket: 0, user: 1, mention: 1 },
    { do: 'comment', ticket: 11, user: 2, mention: 2 },
    { do: 'comment', ticket: 15, user: 0, mention: 0 },
    { do: 'share', ticket: 11, user: 0, team: 0, until: 'future' },
    { do: 'share', ticket: 10, user: 6, team: 0, until: 'past' },
    { do: 'share', ticket: 14, user: null, team: 2, until: 'ever' },
    { do: 'share', ticket: 15, user: 0, team: 0, until: 'ever' },
    { do: 'follow', ticket: 11, user: 0, follows: true },
    { do: 'follow', ticket: 4, user: 1, follows: true },
    { do: 'draft', ticket: 11, user: 0, tab: 'comment' },
    { do: 'draft', ticket: 3, user: 0, tab: 'reply' },
    { do: 'draft', ticket: 3, user: 1, tab: 'comment' },
    { do: 'draft', ticket: 15, user: 0, tab: 'comment' },
    { do: 'reply', ticket: 4, user: 0 },
    { do: 'reply', ticket: 10, user: 2 },
    { do: 'own', ticket: 5, user: 1 },
    { do: 'own', ticket: 5, user: 0 },
    // What he was told, and what he had begun to write, while he saw the ticket.
    { do: 'own', ticket: 3, user: 6 },
    { do: 'own', ticket: 3, user: 0 },
    { do: 'share', ticket: 6, user: 6, team: 0, until: 'ever' },
    { do: 'draft', ticket: 6, user: 6, tab: 'comment' },
    { do: 'unshare', ticket: 6 },
    { do: 'inbound', ticket: 7 },
    { do: 'close', ticket: 8, isClosed: true },
    { do: 'delete', ticket: 9, isDeleted: true },
    { do: 'delete', ticket: 13, isDeleted: true },
    // The first begins a new ticket, the second goes to that.
    { do: 'inbound', ticket: 13 },
    { do: 'inbound', ticket: 13 },
    { do: 'delete', ticket: 12, isDeleted: true },
    { do: 'inbound', ticket: 12 },
    { do: 'delete', ticket: 12, isDeleted: false },
    { do: 'inbound', ticket: 12 },
  ],
  wholeSweepAfter: -1,
};
