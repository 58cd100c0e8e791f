import type { CommandIntent } from '../../../model/charm.ts';
import { refuse } from '../fault.ts';
import type { CommandSpec } from '../spec.ts';
import { absolutePath, account, environmentOf, namesAmong, onlyKnown } from './basics.ts';
import { durationMs } from './duration.ts';
import { commandOf } from './words.ts';

const MEMBERS = ['command', 'directory', 'environment', 'group', 'key', 'name', 'requires', 'timeout', 'user', 'when'];

/** Commands with their defaults filled in, in the charm's order. `services` are the intent's services. */
export function commandsOf(commands: readonly CommandSpec[], services: readonly string[]): CommandIntent[] {
  const names = commands.map((command) => command.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`commands.${twice}`, 'is named twice');
  return commands.map((command) => commandIntent(command, services));
}

function commandIntent(spec: CommandSpec, services: readonly string[]): CommandIntent {
  const at = `commands.${spec.name}`;
  onlyKnown(spec, MEMBERS, at);
  const { when = 'before', user = 'root', group = user, key = '', timeout = '60s', directory = '/' } = spec;
  if (when === 'before' && spec.requires !== undefined) refuse(`${at}.requires`, `counts only with when: 'after'`);
  return {
    name: spec.name,
    key,
    command: commandOf(spec.command, `${at}.command`),
    environment: environmentOf(spec.environment ?? {}, `${at}.environment`),
    directory: directory === '/' ? directory : absolutePath(directory, `${at}.directory`),
    user: account(user, `${at}.user`),
    group: account(group, `${at}.group`),
    timeoutMs: durationMs(timeout, `${at}.timeout`),
    when,
    requires: when === 'before' ? [] : namesAmong(spec.requires ?? services, services, `${at}.requires`),
  };
}
