import { reconcile } from '../../controller/apply/reconcile.ts';
import type { ExitStatus } from '../output/exit-status.ts';
import { type FoundSource, rereadSource } from '../read/source.ts';
import type { ChangeOptions } from './options.ts';
import { type Ending, tellOutcome } from './outcome.ts';
import { openProgress } from './progress/progress.ts';
import type { WriteShell } from './shell.ts';

export interface Convergence {
  readonly verb: string;
  readonly environment: string;
  readonly source: FoundSource & { readonly isEdited?: boolean };
  readonly mode: 'up' | 'down';
  readonly data: 'keep' | 'remove';
  readonly options: Pick<ChangeOptions, 'adopt' | 'wait' | 'json'>;
  /** What to say when it did not get through. */
  readonly ending: Ending;
}

/** Reconciles, shows progress and tells how it ended. */
export async function converge(shell: WriteShell, request: Convergence): Promise<ExitStatus> {
  const { verb, environment, source, mode, data, options, ending } = request;
  const view = openProgress(shell.terminal, environment, shell.nowMs);
  const startedMs = shell.nowMs();
  const signal = shell.interruptible();
  signal.addEventListener('abort', () => view.note('finishing what is under way; Ctrl-C again leaves at once'));
  try {
    const context = await shell.reconcileContext(view.emit);
    const outcome = await reconcile(context, {
      environment,
      source,
      reread: () => rereadSource(source, environment),
      mode,
      data,
      actor: shell.actor(verb),
      adopt: options.adopt === true,
      wait: options.wait,
      signal,
    });
    view.end();
    const durationMs = shell.nowMs() - startedMs;
    const json = options.json === true;
    return tellOutcome(shell, outcome, { ...ending, environment, mode, source, durationMs, json });
  } catch (error) {
    view.end();
    if (source.isEdited) shell.terminal.err(ending.undone);
    throw error;
  }
}
