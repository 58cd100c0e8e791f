import { parseArgs } from 'node:util';

export interface BenchArguments {
  readonly json: boolean;
  /** Counted runs of each subject. */
  readonly runs: number;
}

/** `--json` and `-n RUNS`, the same for every question. */
export function benchArguments(defaultRuns: number): BenchArguments {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, runs: { type: 'string', short: 'n' } },
  });
  const runs = Number(values.runs ?? defaultRuns);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`-n takes a whole number from 1, not ${values.runs}`);
  return { json: values.json, runs };
}
