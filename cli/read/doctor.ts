import type { Command } from '@commander-js/extra-typings';
import { EXIT } from '../output/exit-status.ts';
import { type Finding, HOST_CHECKS } from './host-checks.ts';
import type { ReadShell } from './shell.ts';

/** `cantrip doctor`: whether this host can run machines, and what to do where it cannot. */
export function define(command: Command, shell: ReadShell): void {
  command
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', HELP)
    .action(
      shell.action(async (options) => {
        const findings = HOST_CHECKS.map(({ name, check }) => ({ name, ...check(shell.places) }));
        const failed = findings.filter(({ level }) => level === 'fail').length;
        const { terminal } = shell;
        if (options.json) {
          terminal.out(JSON.stringify(findings, null, 2));
        } else {
          const width = Math.max(...findings.map(({ name }) => name.length));
          for (const { name, level, message, hint } of findings) {
            terminal.out(`${LEVELS[level](terminal.style)}  ${name.padEnd(width)}  ${message}`);
            if (hint !== null) terminal.out(`      ${terminal.style.cyan('hint:')} ${hint}`);
          }
          terminal.out(
            '',
            failed === 0 ? 'this host can run machines' : `${failed} of ${findings.length} checks failed`,
          );
        }
        return failed === 0 ? EXIT.done : EXIT.failed;
      }),
    );
}

const HELP = `
Example:
  cantrip doctor`;

type Paint = (style: ReadShell['terminal']['style']) => string;

const LEVELS: Readonly<Record<Finding['level'], Paint>> = {
  ok: (style) => style.green('ok  '),
  warn: (style) => style.yellow('warn'),
  fail: (style) => style.red('fail'),
};
