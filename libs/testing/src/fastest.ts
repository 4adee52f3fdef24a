/** Shortest of five runs in ms: what the code needs, without what else the machine was doing. */
export function fastest(run: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < 5; i += 1) {
    const started = performance.now();
    run();
    best = Math.min(best, performance.now() - started);
  }
  return best;
}
