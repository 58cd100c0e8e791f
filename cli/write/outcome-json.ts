import type { Outcome } from '../../controller/apply/outcome.ts';
import { status } from '../../engine/status.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { diagnosticJson } from '../output/diagnostics.ts';

/** How a verb ended, for tools: `docs/commands.md` lists the keys. */
export function outcomeJson(outcome: Outcome, ended: { readonly environment: string; readonly durationMs: number }) {
  const { kind, performed, failures, diagnostics, remaining, situation, forgotten } = outcome;
  return {
    version: 1,
    environment: ended.environment,
    outcome: kind,
    operations: performed,
    durationMs: Math.round(ended.durationMs),
    failures: failures.map(({ operation, message, detail, hint }) => ({ operation, message, detail, hint })),
    diagnostics: diagnostics.map(diagnosticJson),
    waiting: remaining?.waiting ?? [],
    retained: remaining?.retained ?? [],
    forgotten,
    status: situation?.desired ? status(situation.desired, situation.observed) : null,
  };
}

/** The same for an edit that would leave a wrong file: nothing was tried. */
export function refusalJson(environment: string, diagnostics: readonly Diagnostic[]) {
  const nothing = { performed: 0, rounds: 0, failures: [], remaining: null, situation: null, forgotten: false };
  return outcomeJson({ kind: 'refused', diagnostics, ...nothing }, { environment, durationMs: 0 });
}
