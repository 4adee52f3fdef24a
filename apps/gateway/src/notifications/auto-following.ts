import { Injectable } from '@nestjs/common';
import { capabilitiesOf } from '../auth/capabilities.rules.js';
import type { Principal } from '../auth/principal.js';
import { PreferencesRepository } from './preferences.repository.js';

/** Who follows a ticket by what he does or is told there, unless he wants it otherwise. It lets nobody see the ticket. */
@Injectable()
export class AutoFollowing {
  constructor(private readonly preferences: PreferencesRepository) {}

  async afterReply({ accountId, userId }: Principal): Promise<boolean> {
    return (await this.preferences.autoFollow(accountId, userId)).onReply;
  }

  /** Whoever could not follow by hand could not stop it either. */
  async afterMention({ accountId }: Principal, mentioned: Principal[]): Promise<string[]> {
    const ids = mentioned.filter((user) => capabilitiesOf(user).includes('ticket.comment')).map(({ userId }) => userId);
    if (ids.length === 0) return [];
    const wishes = await this.preferences.autoFollowOf(accountId, ids);
    return ids.filter((id) => wishes.get(id)?.onMention);
  }
}
