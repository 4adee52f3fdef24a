import { readRelay, type Relay, type Runtime } from '@helpdesk/platform';
import type { ChannelAccount } from '../../channel-accounts/channel-account.entity.js';

/** The relay of a channel: its own, else SMTP_URL; null when there is none. */
export function relayOf(runtime: Runtime, channel: Pick<ChannelAccount, 'id' | 'smtpUrlSealed'>): Relay | null {
  const own = channel.smtpUrlSealed ? runtime.keys.decrypt(channel.smtpUrlSealed, `channel/${channel.id}/smtp-url`) : undefined;
  const address = own ?? runtime.config.SMTP_URL;
  return address ? readRelay(address) : null;
}
