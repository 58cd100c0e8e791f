import type { CommandIntent } from '../../model/charm.ts';
import type { ObservedFile } from '../../model/observed.ts';
import { sortedEntries } from '../../model/order.ts';
import { type CommandRequest, type FilesChange, ProviderError, type UnitRef } from '../../model/provider.ts';
import { revealSecrets } from '../../model/secret.ts';
import type { Manifest } from './containers.ts';
import { describeExit } from './exit-status.ts';
import type { Host } from './host.ts';
import { requireContainer } from './machine.ts';
import type { InitFile } from './native/init.ts';

/** Output of a failed command that is shown: enough for its last words. */
const TAIL_LINES = 20;

/**
 * Directories first, shorter paths first, so that a file's own directory has the mode it was asked for and not the
 * default.
 */
export async function writeFiles(host: Host, unit: UnitRef, change: FilesChange): Promise<void> {
  const { id } = requireContainer(host, unit);
  const init = await host.init(id);
  const directories = sortedEntries(change.directories).map(([path, directory]): InitFile => {
    return { kind: 'directory', path, ...directory };
  });
  const files = sortedEntries(change.files).map(([path, file]): InitFile => {
    return { kind: 'file', path, ...ownership(file), content: revealSecrets(file.content, change.secrets) };
  });
  await init.writeFiles([...directories, ...files]);
  if (change.removed.length > 0) await init.removeFiles(change.removed);
  host.containers.amend(id, (manifest) => withFiles(manifest, change));
}

/** Its output may hold secrets that were put into it, so the values are blotted out before anybody sees it. */
export async function runCommand(
  host: Host,
  unit: UnitRef,
  command: CommandIntent,
  { digest, secrets }: CommandRequest,
): Promise<void> {
  const { id } = requireContainer(host, unit);
  const init = await host.init(id);
  const outcome = await init.run({
    arguments: command.command.map((word) => revealSecrets(word, secrets)),
    environment: revealEnvironment(command.environment, secrets),
    directory: command.directory,
    user: command.user,
    group: command.group,
    timeoutMs: command.timeoutMs,
  });
  if (outcome.timedOut || outcome.status !== 0) {
    const end = outcome.timedOut ? `did not end within ${command.timeoutMs} ms` : describeExit(outcome.status);
    throw new ProviderError({
      action: 'run command',
      target: `${command.name} in ${unit.unit}`,
      message: `it ${end}`,
      detail: tailOf(blot(outcome.output.toString('utf8'), secrets)),
    });
  }
  host.containers.amend(id, ({ commands }) => ({ commands: { ...commands, [command.name]: digest } }));
}

/** As process 1 takes it. */
export function revealEnvironment(
  environment: Readonly<Record<string, string>>,
  secrets: ReadonlyMap<string, string>,
): readonly string[] {
  return sortedEntries(environment).map(([name, value]) => `${name}=${revealSecrets(value, secrets)}`);
}

/** Without the values; short ones are too common to be looked for, and no secret. */
export function blot(text: string, secrets: ReadonlyMap<string, string>): string {
  const values = [...secrets.values()].filter((value) => value.length >= 4);
  return values.reduce((blotted, value) => blotted.replaceAll(value, '*****'), text);
}

function tailOf(output: string): readonly string[] {
  return output
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-TAIL_LINES);
}

function ownership({ mode, owner, group }: ObservedFile): Pick<ObservedFile, 'mode' | 'owner' | 'group'> {
  return { mode, owner, group };
}

function withFiles(manifest: Manifest, change: FilesChange): Partial<Manifest> {
  const kept = Object.entries(manifest.files).filter(([path]) => !change.removed.includes(path));
  return {
    files: { ...Object.fromEntries(kept), ...change.files },
    directories: { ...manifest.directories, ...change.directories },
  };
}
