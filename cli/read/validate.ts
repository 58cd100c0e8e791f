import type { Command } from '@commander-js/extra-typings';
import { check } from '../../controller/read/prepare.ts';
import { hasErrors } from '../../model/diagnostic.ts';
import { byPlace } from '../../model/report.ts';
import { diagnosticJson } from '../output/diagnostics.ts';
import { EXIT } from '../output/exit-status.ts';
import { complain } from './complain.ts';
import type { ReadShell } from './shell.ts';
import { findSource, showPath, withSource } from './source.ts';

/** `cantrip validate`: the file by itself and against the charms it names; looks at no machine. */
export function define(command: Command, shell: ReadShell): void {
  withSource(command.argument('[file]', 'the environment file'))
    .option('--json', 'print what was found as JSON: [{code, severity, message, hint, file, line, column}]')
    .addHelpText('after', HELP)
    .action(
      shell.action(async (file, options) => {
        const source = await findSource(shell, options, file);
        const diagnostics = [...(await check(await shell.context(), source))].sort(byPlace);
        if (options.json) {
          shell.terminal.out(JSON.stringify(diagnostics.map(diagnosticJson), null, 2));
        } else {
          complain(shell, diagnostics);
          if (diagnostics.length === 0) shell.terminal.out(`${showPath(shell, source.file)} is fine`);
        }
        return hasErrors(diagnostics) ? EXIT.wrongUse : EXIT.done;
      }),
    );
}

const HELP = `
Examples:
  cantrip validate
  cantrip validate environment.yaml --json`;
