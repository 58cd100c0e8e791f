import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { isName } from '../../model/names.ts';
import { EXIT } from '../output/exit-status.ts';
import { UsageError } from '../output/fault.ts';
import { FILE_NAME, showPath } from '../read/source.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip init`: a small file to start from. */
export function define(command: Command, shell: WriteShell): void {
  command
    .argument('[folder]', 'where to write it (else here)')
    .option('--name <name>', "the environment's name (else the folder's)")
    .addHelpText('after', HELP)
    .action(
      shell.action(async (folder, options) => {
        const directory = resolve(shell.directory, folder ?? '.');
        const file = join(directory, FILE_NAME);
        if (existsSync(file)) throw new UsageError(`there is ${showPath(shell, file)} already: nothing was changed`);
        const name = options.name ?? nameFor(directory);
        if (!isName(name))
          throw new UsageError(`${JSON.stringify(name)} is not a valid name`, 'for example --name shop');
        mkdirSync(join(directory, 'site'), { recursive: true });
        writeFileSync(file, template(name), { flag: 'wx' });
        writePage(join(directory, 'site/index.html'), name);
        shell.terminal.out(`wrote ${showPath(shell, file)}`, 'next: cantrip plan, then cantrip up');
        return EXIT.done;
      }),
    );
}

const HELP = `
Examples:
  cantrip init
  cantrip init blog --name blog`;

/** The folder's name made fit, or one that always fits. */
function nameFor(directory: string): string {
  const words = basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-(\d)/g, '$1');
  const name = words.replace(/^[-0-9]+|-+$/g, '');
  return isName(name) ? name : 'hello';
}

function template(name: string): string {
  return `# What should exist. \`cantrip up\` makes it so; \`cantrip plan\` shows what that would change.
environment: ${name}

applications:
  # A web server from the built-in charm nginx, showing the folder ./site.
  site:
    charm: nginx
    units: 1
    resources: {site: ./site}
    constraints: {cpu: 0.5, memory: 128M}
    # The charm's port http, reachable as http://127.0.0.1:8080/
    expose: {http: 8080}

# Who knows whom: [application:endpoint, application:endpoint], or just [one, other] where only one pair fits.
relations: []
`;
}

function writePage(file: string, name: string): void {
  if (!existsSync(file)) writeFileSync(file, `<!doctype html>\n<title>${name}</title>\n<h1>${name} is up</h1>\n`);
}
