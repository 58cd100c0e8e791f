import { createChance } from './chance.ts';
import type { Declaration } from './declaration.ts';
import type { Verb } from './verbs.ts';
import { perform, randomVerb, verbText } from './verbs.ts';

/** One command of the simulated user, and how unkind the world is meanwhile. Each step has a chance of its own. */
export interface Step {
  readonly verb: Verb;
  readonly data: 'keep' | 'remove';
  /** Decides the faults and disturbances of this step. */
  readonly seed: number;
  /** Probability that a call goes wrong. */
  readonly trouble: number;
  /** Things that happen to machines by themselves meanwhile. */
  readonly disturbances: number;
  /** Somebody presses Ctrl-C in the middle. */
  readonly interrupted: boolean;
  /** The disk with everything stored is lost before. */
  readonly lost: boolean;
}

export interface History {
  readonly seed: number;
  readonly steps: readonly Step[];
}

/** The history that belongs to a seed. */
export function historyOf(seed: number): History {
  const chance = createChance(seed);
  const kind = chance.below(4);
  const steps: Step[] = [];
  let declaration: Declaration = { applications: [], relations: [] };
  const length = 3 + chance.below(5);
  while (steps.length < length) {
    const verb = randomVerb(declaration, chance);
    declaration = perform(declaration, verb);
    steps.push({
      verb,
      data: chance.happens(0.3) ? 'remove' : 'keep',
      seed: chance.seed(),
      trouble: kind === 0 ? 0 : chance.pick([0, 0.03, 0.2]),
      disturbances: kind < 2 ? 0 : chance.below(3),
      interrupted: kind !== 0 && chance.happens(0.08),
      lost: chance.happens(0.02),
    });
  }
  return { seed, steps };
}

export function stepText({ verb, data, trouble, disturbances, interrupted, lost }: Step): string {
  const extra = [
    ...(data === 'remove' ? ['data may go'] : []),
    ...(trouble > 0 ? [`trouble ${trouble}`] : []),
    ...(disturbances > 0 ? [`${disturbances} disturbances`] : []),
    ...(interrupted ? ['interrupted'] : []),
    ...(lost ? ['store lost before'] : []),
  ];
  return extra.length === 0 ? verbText(verb) : `${verbText(verb)}  (${extra.join(', ')})`;
}

/** Shortens a history while it goes on failing: fewer steps, then less trouble. */
export async function shortest(history: History, fails: (history: History) => Promise<boolean>): Promise<History> {
  let current = history;
  for (let index = current.steps.length - 1; index >= 0; index -= 1) {
    for (const candidate of simpler(current, index)) {
      if (!(await fails(candidate))) continue;
      current = candidate;
      break;
    }
  }
  return current;
}

function simpler({ seed, steps }: History, index: number): readonly History[] {
  const step = steps[index];
  if (step === undefined) return [];
  const replace = (...others: Step[]): History => ({
    seed,
    steps: [...steps.slice(0, index), ...others, ...steps.slice(index + 1)],
  });
  return [
    replace(),
    replace({ ...step, trouble: 0, disturbances: 0, interrupted: false, lost: false }),
    replace({ ...step, trouble: 0, interrupted: false, lost: false }),
    replace({ ...step, disturbances: 0, interrupted: false, lost: false }),
    replace({ ...step, trouble: 0, disturbances: 0, lost: false }),
  ];
}
