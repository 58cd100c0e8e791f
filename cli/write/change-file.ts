import { setTimeout } from 'node:timers/promises';
import { parse } from '../../controller/read/declare.ts';
import { prepare } from '../../controller/read/prepare.ts';
import type { Declared, Situation } from '../../controller/read/situation.ts';
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
import { refusalJson } from './outcome-json.ts';
import { FileBusyError, replaceFile } from './replace-file.ts';
import type { WriteShell } from './shell.ts';

/** Charms by application. */
export type Charms = Declared['charms'];

/** A verb that edits the environment file and then does what `up` does. */
export interface FileChange {
  readonly verb: string;
  readonly edits: (environment: Environment) => readonly Edit[];
  /** Throws a `UsageError` for words that no charm knows: an edit that finds nothing would look like success. */
  readonly check?: (charms: Charms, before: Environment) => void;
  /** Whether units, and so their data, may go. */
  readonly mayLoseData?: boolean;
}

/** Several verbs at once each get their turn at the file. */
const ATTEMPTS = 20;
const PAUSE_MS = 50;

/**
 * Edits, checks what came of it, writes the file and brings everything up. A result with errors changes nothing. When
 * somebody else writes the file meanwhile, the edit is made again on the new text.
 */
export async function changeFile(shell: WriteShell, change: FileChange, options: ChangeOptions): Promise<ExitStatus> {
  if (!options.dryRun) shell.requireRoot(change.verb);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await changeOnce(shell, change, options);
    } catch (error) {
      if (!(error instanceof FileBusyError) || attempt === ATTEMPTS) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}

async function changeOnce(shell: WriteShell, change: FileChange, options: ChangeOptions): Promise<ExitStatus> {
  const source = await findSource(shell, options);
  const context = await shell.context();
  const before = understand(shell, source, parse(context, source));
  const text = edited(source, change.edits(before));
  const draft = { ...source, text, isEdited: text !== source.text };
  const adopt = options.adopt === true;
  const situation = await prepare(context, shell.state, { environment: null, source: draft, mode: 'up', adopt });
  const environment = before.name;
  if (hasErrors(situation.diagnostics)) return refuse(shell, { source: draft, environment, situation }, options);
  change.check?.(situation.declared.charms, before);
  const foreseen = () => foreseePlan(context, situation, { environment, file: source.file, mode: 'up', data: 'keep' });
  if (options.dryRun) {
    complain(shell, situation.diagnostics, new Map([[source.file, text]]));
    const { out, err, style } = shell.terminal;
    const show = options.json ? err : out;
    show(...renderDiff(showPath(shell, source.file), source.text, text, style));
    return showPlan(shell, foreseen(), options);
  }
  const data = change.mayLoseData ? await decideData(shell, foreseen()?.retained ?? [], options) : 'keep';
  if (data === null) return EXIT.failed;
  if (draft.isEdited) replaceFile(source.file, source.text, text);
  const ending = { undone: `${showPath(shell, source.file)} keeps the change; cantrip up goes on from here` };
  return converge(shell, { verb: change.verb, environment, source: draft, mode: 'up', data, options, ending });
}

interface Refused {
  readonly source: FoundSource;
  readonly environment: string;
  readonly situation: Situation;
}

function refuse(shell: WriteShell, { source, environment, situation }: Refused, { json }: ChangeOptions): ExitStatus {
  complain(shell, situation.diagnostics, new Map([[source.file, source.text]]));
  shell.terminal.err('nothing was changed');
  if (json) shell.terminal.out(JSON.stringify(refusalJson(environment, situation.diagnostics), null, 2));
  return EXIT.wrongUse;
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
