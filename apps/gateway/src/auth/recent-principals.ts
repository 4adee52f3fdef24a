import { Injectable } from '@nestjs/common';
import type { Principal } from './principal.js';

/** A page asks several times in a row; the contract gives a change of rights a second until it holds everywhere. */
const MAX_AGE_MS = 250;
const MAX_KEPT = 1_000;

/** Who holds the sessions and keys that asked a moment ago, so that not every request reads it anew. */
@Injectable()
export class RecentPrincipals {
  private kept = new Map<string, { principal: Principal; readAt: number }>();

  /** `credential`: the hash of what nobody else has. Nobody is remembered as unknown. */
  async find(credential: string, read: () => Promise<Principal | undefined>): Promise<Principal | undefined> {
    const readAt = performance.now();
    const { kept } = this;
    const recent = kept.get(credential);
    if (recent && readAt - recent.readAt < MAX_AGE_MS) return recent.principal;
    if (kept.size >= MAX_KEPT) kept.clear();
    const principal = await read();
    // Into the map of the moment at which reading began: when that was forgotten meanwhile, so is this.
    if (principal) kept.set(credential, { principal, readAt });
    return principal;
  }

  /** Something that rights depend on may have changed: what was read before counts no more. */
  forget(): void {
    this.kept = new Map();
  }
}
