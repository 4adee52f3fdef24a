import type { RoutingSettings } from '@helpdesk/contracts';

/** Somebody who may get tickets. */
export interface Agent {
  userId: string;
  isAvailable: boolean;
  teamIds: string[];
  /** Null: no limit. */
  maxOpenTickets: number | null;
  openTickets: number;
}

export interface RoutingFacts {
  agents: Agent[];
  contactOwnerId: string | null;
  /** Whose turn it was last; null: nobody's yet. */
  lastUserId: string | null;
}

export interface Routed {
  /** Null: nobody takes it. */
  ownerId: string | null;
  /** It was his turn, and the next one's comes after it. */
  isTurn: boolean;
}

const NOBODY: Routed = { ownerId: null, isTurn: false };

/** To whom a new ticket goes (D-76, D-77). Who is at his limit, or away where that counts, is passed over. */
export function route(rule: RoutingSettings, { agents, contactOwnerId, lastUserId }: RoutingFacts): Routed {
  const { mode, userIds = [], teamIds = [], onlyAvailable = true } = rule;
  const isFree = (agent: Agent) =>
    (agent.isAvailable || !onlyAvailable) && (agent.maxOpenTickets === null || agent.openTickets < agent.maxOpenTickets);
  const isNamed = (agent: Agent) => userIds.includes(agent.userId) || agent.teamIds.some((id) => teamIds.includes(id));
  const free = agents.filter(isFree);
  const named = free.filter(isNamed);
  const namesNobody = userIds.length === 0 && teamIds.length === 0;
  const candidates = namesNobody ? free : named;
  switch (mode) {
    case 'none':
      return NOBODY;
    case 'round_robin':
      return inTurn(candidates, lastUserId);
    case 'least_busy': {
      const least = Math.min(...candidates.map(({ openTickets }) => openTickets));
      return inTurn(
        candidates.filter(({ openTickets }) => openTickets === least),
        lastUserId,
      );
    }
    case 'contact_owner': {
      const owner = free.find(({ userId }) => userId === contactOwnerId);
      // Where nobody else is named, only the owner is meant.
      return owner ? { ownerId: owner.userId, isTurn: false } : inTurn(named, lastUserId);
    }
    case 'user':
      return { ownerId: free.find(({ userId }) => userId === userIds[0])?.userId ?? null, isTurn: false };
    case 'team':
      return inTurn(
        free.filter((agent) => agent.teamIds.some((id) => id === teamIds[0])),
        lastUserId,
      );
    default:
      return mode satisfies never;
  }
}

/** The next one after the last, in the order of their ids: it stays the same whoever comes and goes. */
function inTurn(candidates: Agent[], lastUserId: string | null): Routed {
  const ids = candidates.map(({ userId }) => userId).toSorted();
  const ownerId = ids.find((id) => lastUserId !== null && id > lastUserId) ?? ids[0] ?? null;
  return { ownerId, isTurn: ownerId !== null };
}
