/** Chance that a seed decides: the same seed, the same history. */
export interface Chance {
  /** 0 ≤ number < 1. */
  next(): number;
  /** 0 ≤ integer < count. */
  below(count: number): number;
  happens(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** A new seed, for something that must not depend on how often this one is asked. */
  seed(): number;
}

export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    happens: (probability) => next() < probability,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('there is nothing to pick from');
      return item;
    },
    seed: () => below(2 ** 31),
  };
}
