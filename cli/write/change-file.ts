import { parse } from '../../controller/read/declare.ts';
import { prepare } from '../../controller/read/prepare.ts';
import type { Declared } from '../../controller/read/situation.ts';
import { hasErrors } from '../../model/diagnostic.ts';
import { type Edit, editEnvironment } from '../../model/edit.ts';
import type { Environment } from '../../model/environment.ts';
import { renderDiff } from '../output/diff.ts';
import { EXIT, type ExitStatus } from '../output/exit-status.ts';
import { UsageError } from '../output/fault.ts';
import { complain } from '../read/complain.ts';
import { foreseePlan } from '../read/foresight.ts';
import { showPlan } from '../read/plan.ts';
import { type FoundSource, findSource, showPath } from '../read/source.ts';
import { converge } from './converge.ts';
import { decideData } from './data.ts';
import type { ChangeOptions } from './options.ts';
import { replaceFile } from './replace-file.ts';
import type { WriteShell } from './shell.ts';

/** A verb that edits the environment file and then does what `up` does. */
export interface FileChange {
  readonly verb: string;
  readonly edits: (environment: Environment) => readonly Edit[];
  /** Whether units, and so their data, may go. */
  readonly mayLoseData?: boolean;
}

/** Edits, checks what came of it, writes the file and brings everything up. A result with errors changes nothing. */
export async function changeFile(shell: WriteShell, change: FileChange, options: ChangeOptions): Promise<ExitStatus> {
  if (!options.dryRun) shell.requireRoot(change.verb);
  const source = await findSource(shell, options);
  const context = await shell.context();
  const before = understand(shell, source, parse(context, source));
  const text = edited(source, change.edits(before));
  const draft = { ...source, text, isEdited: text !== source.text };
  const adopt = options.adopt === true;
  const situation = await prepare(context, shell.state, { environment: null, source: draft, mode: 'up', adopt });
  complain(shell, situation.diagnostics, new Map([[source.file, text]]));
  if (hasErrors(situation.diagnostics)) {
    shell.terminal.err('nothing was changed');
    return EXIT.wrongUse;
  }
  const environment = before.name;
  const foreseen = () => foreseePlan(context, situation, { environment, file: source.file, mode: 'up', data: 'keep' });
  if (options.dryRun) {
    const { style } = shell.terminal;
    shell.terminal.out(...renderDiff(showPath(shell, source.file), source.text, text, style));
    return showPlan(shell, foreseen());
  }
  const data = change.mayLoseData ? await decideData(shell, foreseen()?.retained ?? [], options) : 'keep';
  if (data === null) return EXIT.failed;
  if (draft.isEdited) replaceFile(source.file, source.text, text);
  const ending = { undone: `${showPath(shell, source.file)} keeps the change; cantrip up goes on from here` };
  return converge(shell, { verb: change.verb, environment, source: draft, mode: 'up', data, options, ending });
}

/** What the file says before the edit. Only a file that is there and right is edited. */
function understand(shell: WriteShell, source: FoundSource, { environment, diagnostics }: Declared): Environment {
  if (source.isStored) throw new UsageError(`the file ${source.file} is gone`, 'put it back: the verb edits it');
  if (environment !== null && !hasErrors(diagnostics)) return environment;
  complain(shell, diagnostics);
  throw new UsageError('the file has errors: nothing was changed', 'mend it first');
}

function edited(source: FoundSource, edits: readonly Edit[]): string {
  const result = editEnvironment(source.text, edits);
  if (result.kind === 'edited') return result.text;
  throw new UsageError(result.message, result.hint);
}
