import type { Reload, ServiceIntent } from '../../../model/charm.ts';
import { refuse } from '../fault.ts';
import type { Command, ServiceSpec } from '../spec.ts';
import { absolutePath, account, environmentOf, mapRecord, namesAmong, onlyKnown, signalName } from './basics.ts';
import { durationMs } from './duration.ts';
import { probeOf } from './probe.ts';
import { commandOf } from './words.ts';

const RESTARTS = ['always', 'on-failure', 'never'];
const MEMBERS = [
  'after',
  'command',
  'directory',
  'environment',
  'group',
  'ready',
  'reload',
  'reloadOn',
  'restart',
  'restartOn',
  'stopSignal',
  'stopTimeout',
  'user',
];

/** Services with their defaults filled in. `files` are the intent's paths. */
export function servicesOf(
  services: Readonly<Record<string, ServiceSpec>>,
  files: readonly string[],
): Record<string, ServiceIntent> {
  const names = Object.keys(services);
  return mapRecord(services, (spec, name) => {
    const at = `services.${name}`;
    if (!/^[a-z][a-z0-9-]*$/.test(name)) refuse(at, `must be named with a-z, 0-9 and '-'`);
    onlyKnown(spec, MEMBERS, at);
    const { user = 'root', group = user, restart = 'always', directory = '/' } = spec;
    if (!RESTARTS.includes(restart)) refuse(`${at}.restart`, `must be one of ${RESTARTS.join(', ')}, not '${restart}'`);
    const others = names.filter((other) => other !== name);
    return {
      command: commandOf(spec.command, `${at}.command`),
      environment: environmentOf(spec.environment ?? {}, `${at}.environment`),
      directory: directory === '/' ? directory : absolutePath(directory, `${at}.directory`),
      user: account(user, `${at}.user`),
      group: account(group, `${at}.group`),
      after: namesAmong(spec.after ?? [], others, `${at}.after`),
      ready: spec.ready === undefined ? null : probeOf(spec.ready, `${at}.ready`),
      stopSignal: signalName(spec.stopSignal ?? 'SIGTERM', `${at}.stopSignal`),
      stopTimeoutMs: durationMs(spec.stopTimeout ?? '10s', `${at}.stopTimeout`),
      restart,
      ...reactions(spec, files, at),
    };
  });
}

/** What a changed file does to the service. Every file counts unless the charm names the ones that do. */
function reactions(spec: ServiceSpec, files: readonly string[], at: string) {
  const reload = spec.reload === undefined ? null : reloadOf(spec.reload, `${at}.reload`);
  const restartOn = namesAmong(spec.restartOn ?? (reload === null ? files : []), files, `${at}.restartOn`);
  const others = reload === null ? [] : files.filter((file) => !restartOn.includes(file));
  return { reload, restartOn, reloadOn: namesAmong(spec.reloadOn ?? others, files, `${at}.reloadOn`) };
}

function reloadOf(spec: Command, path: string): Reload {
  if (typeof spec === 'string' && /^SIG[A-Z0-9+-]+$/.test(spec)) return { kind: 'signal', signal: spec };
  return { kind: 'command', command: commandOf(spec, path) };
}
