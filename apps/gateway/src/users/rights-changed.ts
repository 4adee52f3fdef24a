import { Injectable } from '@nestjs/common';

/** Says within this process that rights or memberships in an account have changed, after the commit. What was decided by them is decided again. */
@Injectable()
export class RightsChanged {
  private readonly listeners = new Set<(accountId: string) => void>();

  emit(accountId: string): void {
    for (const listener of this.listeners) listener(accountId);
  }

  /** Gives what ends the listening. */
  on(listener: (accountId: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
