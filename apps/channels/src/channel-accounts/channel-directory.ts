import { Injectable } from '@nestjs/common';
import { Database, EVERY_ACCOUNT } from '@helpdesk/platform';
import { IsNull } from 'typeorm';
import { ChannelAccount } from './channel-account.entity.js';

/** A changed channel is obeyed within this time. */
const TTL_MS = 1_000;
const MAX_ENTRIES = 5_000;

/** Look-ups on the way in, before an account is known: by id or by mail address, remembered for a second. */
@Injectable()
export class ChannelDirectory {
  private readonly cache = new Map<string, { channel: Promise<ChannelAccount | null>; until: number }>();

  constructor(private readonly database: Database) {}

  byId(id: string): Promise<ChannelAccount | null> {
    return this.remember(`id:${id}`, () => this.find({ id }));
  }

  /** `address` may carry a plus suffix; case does not matter. */
  byAddress(address: string): Promise<ChannelAccount | null> {
    const base = baseAddress(address);
    return this.remember(`at:${base}`, () => this.find({ type: 'email', address: base }));
  }

  private find(where: { id: string } | { type: 'email'; address: string }): Promise<ChannelAccount | null> {
    return this.database.read(EVERY_ACCOUNT, (manager) => manager.findOneBy(ChannelAccount, { ...where, deletedAt: IsNull() }));
  }

  private remember(key: string, load: () => Promise<ChannelAccount | null>): Promise<ChannelAccount | null> {
    const known = this.cache.get(key);
    if (known && known.until > Date.now()) return known.channel;
    if (this.cache.size > MAX_ENTRIES) this.cache.clear();
    const channel = load();
    channel.catch(() => this.cache.delete(key));
    this.cache.set(key, { channel, until: Date.now() + TTL_MS });
    return channel;
  }
}

/** The address without plus suffix, lower case. */
export function baseAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at).split('+')[0]}@${address.slice(at + 1)}`.toLowerCase();
}

/** What stands between `+` and `@`, lower case; null when nothing does. */
export function plusSuffix(address: string): string | null {
  const local = address.slice(0, address.lastIndexOf('@'));
  const plus = local.indexOf('+');
  return plus < 0 || plus === local.length - 1 ? null : local.slice(plus + 1).toLowerCase();
}
