import fc from 'fast-check';
import type { Person, Rule } from './facts.js';

/** Numbers are taken modulo what there is, so that everything fits everywhere and shrinking never makes nonsense. */
export interface PersonPlan extends Pick<Person, 'active' | 'superAdmin' | 'seat' | 'access' | 'rights' | 'scopes'> {
  teams: boolean[];
}
const ALL: Rule = { scope: 'all', unassigned: false };
/** Somebody with a Service seat who may see and change everything, but for what is said. */
export const personPlan = (more: Partial<PersonPlan> = {}): PersonPlan => ({
  active: true,
  superAdmin: false,
  seat: 'service',
  access: [],
  rights: [],
  scopes: { view: ALL, edit: ALL, delete: ALL },
  teams: [],
  ...more,
});
export interface TicketPlan {
  owner: number | null;
  team: number | null;
  contact: number;
}
export interface AccountPlan {
  people: PersonPlan[];
  teams: number;
  tickets: TicketPlan[];
}
export type Command =
  | { do: 'inbound'; ticket: number }
  | { do: 'open'; account: number; contact: number }
  | { do: 'own'; ticket: number; user: number | null }
  | { do: 'place'; ticket: number; team: number | null }
  | { do: 'join'; user: number; team: number; isIn: boolean }
  | { do: 'seat'; user: number; seat: Person['seat']; superAdmin: boolean }
  | { do: 'scope'; user: number; action: 'view' | 'edit' | 'delete'; rule: Rule }
  | { do: 'access'; user: number; access: string[] }
  | { do: 'rights'; user: number; rights: string[] }
  | { do: 'activate'; user: number; active: boolean }
  | { do: 'share'; ticket: number; user: number | null; team: number; until: 'past' | 'future' | 'ever' }
  | { do: 'unshare'; ticket: number }
  | { do: 'comment'; ticket: number; user: number; mention: number }
  | { do: 'follow'; ticket: number; user: number; follows: boolean }
  | { do: 'reply'; ticket: number; user: number }
  | { do: 'draft'; ticket: number; user: number; tab: 'reply' | 'comment' }
  | { do: 'close'; ticket: number; isClosed: boolean }
  | { do: 'delete'; ticket: number; isDeleted: boolean };
export interface Plan {
  accounts: [AccountPlan, AccountPlan];
  /** null: a command that shrinking took away. */
  commands: (Command | null)[];
  /** After which command everything is swept, beside the end. */
  wholeSweepAfter: number;
}

const TEAMS = 3;
const index = fc.nat({ max: 29 });
const unassigned = fc.boolean();
const viewRule = fc.record({ scope: fc.constantFrom('all' as const, 'team' as const, 'own' as const), unassigned });
const rule = fc.record({ scope: fc.constantFrom('all' as const, 'team' as const, 'own' as const, 'none' as const), unassigned });
const seat = fc.constantFrom('service' as const, 'sales' as const, 'core' as const, 'view_only' as const);
const access = fc.constantFrom<string[]>(['service'], ['sales'], ['service', 'sales'], []);
const rights = fc.subarray(['account_settings', 'user_admin', 'export', 'bulk', 'audit']);
const seldom = fc.integer({ min: 0, max: 6 }).map((n) => n === 6);
const person = fc.record({
  active: fc.integer({ min: 0, max: 9 }).map((n) => n < 9),
  superAdmin: seldom,
  seat,
  access,
  rights,
  scopes: fc.record({ view: viewRule, edit: rule, delete: rule }),
  teams: fc.array(fc.boolean(), { minLength: TEAMS, maxLength: TEAMS }),
});
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 });
const ticket = fc.record({ owner: perhaps(index), team: perhaps(index), contact: fc.nat({ max: 2 }) });
/** Small worlds most of the time: they find as much and cost less. */
const sized = <T>(of: fc.Arbitrary<T>, few: number, many: number) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.array(of, { minLength: 1, maxLength: few }) },
    { weight: 1, arbitrary: fc.array(of, { minLength: few, maxLength: many }) },
  );
const account = (people: [number, number], tickets: [number, number]) =>
  fc.record({ people: sized(person, ...people), teams: fc.integer({ min: 1, max: TEAMS }), tickets: sized(ticket, ...tickets) });

const until = fc.constantFrom('past' as const, 'future' as const, 'ever' as const);
const does = <K extends Command['do'], M>(name: K, model: { [F in keyof M]: fc.Arbitrary<M[F]> }) =>
  fc.record({ do: fc.constant(name), ...model } as never) as unknown as fc.Arbitrary<Command>;
const command = fc.oneof(
  does('inbound', { ticket: index }),
  does('open', { account: index, contact: index }),
  does('own', { ticket: index, user: perhaps(index) }),
  does('own', { ticket: index, user: perhaps(index) }),
  does('place', { ticket: index, team: perhaps(index) }),
  does('join', { user: index, team: index, isIn: fc.boolean() }),
  does('seat', { user: index, seat, superAdmin: seldom }),
  does('scope', { user: index, action: fc.constant('view' as const), rule: viewRule }),
  does('scope', { user: index, action: fc.constantFrom('edit' as const, 'delete' as const), rule }),
  does('access', { user: index, access }),
  does('rights', { user: index, rights }),
  does('activate', { user: index, active: fc.boolean() }),
  does('share', { ticket: index, user: perhaps(index), team: index, until }),
  does('share', { ticket: index, user: perhaps(index), team: index, until }),
  does('unshare', { ticket: index }),
  does('comment', { ticket: index, user: index, mention: index }),
  does('follow', { ticket: index, user: index, follows: fc.boolean() }),
  does('reply', { ticket: index, user: index }),
  does('draft', { ticket: index, user: index, tab: fc.constantFrom('reply' as const, 'comment' as const) }),
  does('close', { ticket: index, isClosed: fc.boolean() }),
  does('delete', { ticket: index, isDeleted: fc.boolean() }),
);

/** Two accounts with at most 8 users and 30 tickets together, and 20 to 60 commands, each of which shrinking may take away. */
export const worlds: fc.Arbitrary<Plan> = fc.record({
  // First, because shrinking goes in this order: the shortest list of commands tells most.
  commands: fc.oneof(
    { weight: 6, arbitrary: fc.array(fc.option(command, { freq: 200 }), { minLength: 20, maxLength: 24 }) },
    { weight: 1, arbitrary: fc.array(fc.option(command, { freq: 200 }), { minLength: 24, maxLength: 60 }) },
  ),
  accounts: fc.tuple(account([3, 6], [4, 24]), account([1, 2], [2, 6])),
  wholeSweepAfter: fc.nat({ max: 59 }),
});
