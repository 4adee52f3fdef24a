import { randomUUID } from 'node:crypto';
import { marker } from '../markers.js';
import { CAN, type Action, type Need, type View } from '../model.js';
import type { Case, Member, Target, TargetKind, World } from '../world.js';

export interface Asked {
  world: World;
  user: Member;
  target: Target;
}
export interface Route {
  /** As the OpenAPI document names it. */
  operation: string;
  query?: (asked: Asked) => string;
  body?: unknown;
  headers?: Record<string, string>;
  /** D-51: what it needs before any id is looked at. */
  needs: Need;
  /** Whose id is in the address, and what is done to the ticket it hangs on. */
  on?: TargetKind;
  action?: Action;
  /** The code of a 403 that comes before any ticket is looked at, beside the one of `needs`. */
  refuses?: (asked: Asked) => string | undefined;
  /** Further parameters of the address. */
  parameters?: Record<string, string>;
  /** More than the ticket decides: true when this user gets it. */
  isHis?: (asked: Asked) => boolean;
  /** A list that is filtered by one ticket after the other. */
  turns?: boolean;
  /** The statuses of somebody who may. Writes are made so that they are refused after that, or change nothing. */
  passes: (asked: Asked) => number[];
  /** False: the call would change the world, and somebody who may does not make it. */
  isHarmless?: (asked: Asked) => boolean;
  /** The tickets whose markers the answer has to show, all of them and no others; undefined: markers are not its business. */
  shows?: (asked: Asked) => string[] | undefined;
  /** What else the answer must say; gives the complaint. */
  says?: (json: never, asked: Asked) => string | undefined;
}

export const ok = () => [200];
export const status =
  (...statuses: number[]) =>
  () =>
    statuses;
export const ABSENT = randomUUID();
export const PAGE = 'limit=200';
export const names = (tickets: Case[]) => tickets.flatMap(({ hex }) => [marker('n', hex), marker('t', hex)]);
export const seen = ({ world, user }: Asked, fits: (ticket: Case) => boolean = () => true) => world.seenBy(user).filter(fits);
export const count = (json: { items: unknown[] }, expected: number) =>
  json.items.length === expected ? undefined : `has ${json.items.length} items instead of ${expected}`;

export const sameAccount = ({ target, user }: Asked) => target.account === user.account;
export function sameIds(json: { items: { id: string }[] } | { id: string }[], expected: Target[]): string | undefined {
  const items = Array.isArray(json) ? json : json.items;
  const [got, wanted] = [items, expected].map((list) =>
    list
      .map(({ id }) => id)
      .toSorted()
      .join(),
  );
  return got === wanted ? undefined : `has the ids ${got} instead of ${wanted}`;
}

/** The tickets of a default view that take no more than the ticket and the user to tell. */
export const VIEWS: Record<Exclude<View, 'trash' | 'spam' | 'drafts' | 'scheduled'>, (ticket: Case, user: Member) => boolean> = {
  unassigned: ({ isClosed, owner }) => !isClosed && owner === null,
  mine: ({ isClosed, owner }, user) => !isClosed && owner === user.id,
  all_open: ({ isClosed }) => !isClosed,
  mentions: ({ mentioned }, user) => mentioned.has(user.id),
  following: ({ followers }, user) => followers.has(user.id),
  all_closed: ({ isClosed }) => isClosed,
};
/** The view of everybody in his account, if his seat has views that people made. */
export const customViewOf = ({ world, user }: Asked): Target | undefined =>
  CAN['views.all'](user) ? world.targets.view.find(({ account }) => account === user.account) : undefined;
export const isUnowned = ({ owner }: Case) => owner === null;
export const holds = (view: View, asked: Asked) => {
  if (view === 'trash') return asked.world.trashOf(asked.user);
  // Nobody takes one for spam, or writes for later.
  if (view === 'spam' || view === 'scheduled') return [];
  const drafts = [...asked.world.drafts.values()].filter(({ user }) => user === asked.user.id);
  return seen(asked, (ticket) => (view === 'drafts' ? drafts.some((draft) => draft.ticket === ticket) : VIEWS[view](ticket, asked.user)));
};
