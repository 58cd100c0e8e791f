import { describe, expect, it } from 'vitest';
import type { History } from './history.ts';
import { historyOf, shortest } from './history.ts';
import { realReconciler } from './reconciler.ts';
import { simulate } from './simulation.ts';

const SEEDS = Number(process.env.CANTRIP_SIMULATE_SEEDS ?? 2000);
const FIRST = Number(process.env.CANTRIP_SIMULATE_FIRST ?? 1);

async function fails(history: History): Promise<boolean> {
  return (await simulate(history, realReconciler)).faults.length > 0;
}

/** The shortest history that still goes wrong, told in full. */
async function tell(history: History): Promise<string> {
  const short = await shortest(history, fails);
  const { lines, faults } = await simulate(short, realReconciler);
  return [`seed ${history.seed}:`, ...lines, '', ...faults].join('\n');
}

describe('the controller on simulated worlds', () => {
  it(`keeps its promises in ${SEEDS} histories`, { timeout: 900_000 }, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      const history = historyOf(seed);
      if (await fails(history)) expect.fail(await tell(history));
    }
  });
});
