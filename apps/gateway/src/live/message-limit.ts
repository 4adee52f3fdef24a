/** At most so many messages in each second, counted from the first of them. */
export class MessageLimit {
  private since = Number.NEGATIVE_INFINITY;
  private count = 0;

  constructor(private readonly perSecond: number) {}

  /** False when this one is too many; `now` in ms. */
  takes(now: number): boolean {
    if (now - this.since >= 1_000) {
      this.since = now;
      this.count = 0;
    }
    this.count += 1;
    return this.count <= this.perSecond;
  }
}
