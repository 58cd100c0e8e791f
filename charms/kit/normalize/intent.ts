import type { Intent, View } from '../../../model/charm.ts';
import type { EndpointSides } from '../definition.ts';
import type { Outcome } from '../outcome.ts';
import { deepFreeze } from '../plain.ts';
import { mapRecord, namesAmong, onlyKnown, portNumber } from './basics.ts';
import { commandsOf } from './commands.ts';
import { directoriesOf, filesOf } from './files.ts';
import { probeOf } from './probe.ts';
import { publicationsOf } from './publish.ts';
import { servicesOf } from './services.ts';

const MEMBERS = ['commands', 'directories', 'files', 'health', 'ports', 'publish', 'services'];

export interface IntentContext {
  readonly view: View;
  readonly endpoints: ReadonlyMap<string, EndpointSides>;
  /** Ports the charm declared. */
  readonly ports: readonly string[];
}

/** The charm's answer in full: defaults filled in, every part checked, keys sorted, frozen. */
export function intentOf(outcome: Outcome<unknown>, context: IntentContext): Intent {
  const { spec, status } = outcome;
  onlyKnown(spec, MEMBERS, '');
  const files = filesOf(spec.files ?? {});
  const services = servicesOf(spec.services ?? {}, Object.keys(files));
  namesAmong(Object.keys(spec.ports ?? {}), context.ports, 'ports');
  return deepFreeze({
    status: { kind: status.kind, message: status.message },
    files,
    directories: directoriesOf(spec.directories ?? {}),
    services,
    commands: commandsOf(spec.commands ?? [], Object.keys(services)),
    publish: publicationsOf((spec.publish ?? {}) as Record<string, unknown>, context.endpoints, context.view),
    ports: mapRecord(spec.ports ?? {}, (port, name) => portNumber(port, `ports.${name}`)),
    health: spec.health === undefined ? null : probeOf(spec.health, 'health'),
  });
}
