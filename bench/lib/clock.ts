/** Milliseconds an action takes, by the monotonic clock. */
export async function timed(action: () => Promise<void> | void): Promise<number> {
  const start = process.hrtime.bigint();
  await action();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/**
 * Samples of several subjects taken in turn, A B A B …, so that a machine whose speed drifts slows all of them alike.
 * One uncounted round comes first.
 */
export async function inTurn(
  runs: number,
  subjects: Readonly<Record<string, () => Promise<number>>>,
): Promise<Map<string, number[]>> {
  const samples = new Map(Object.keys(subjects).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= runs; round += 1) {
    for (const [name, sample] of Object.entries(subjects)) {
      const value = await sample();
      if (round > 0) samples.get(name)?.push(value);
    }
  }
  return samples;
}
