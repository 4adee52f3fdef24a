import { scopeOf, type Actor } from '@helpdesk/platform';
import type { Author } from './replies.service.js';

export function authorOf(actor: Actor): Author {
  const { accountId, userId } = scopeOf(actor);
  return { accountId, userId, name: actor.kind === 'user' ? actor.name : '' };
}
