import type { CharmFault, Intent, ServiceIntent } from '../../model/charm.ts';
import { sortedEntries } from '../../model/order.ts';
import type { Group } from './group.ts';

/**
 * References inside an intent that lead nowhere: a stranger's charm may not have come through the kit. Null when
 * there are none.
 */
export function checkIntent(intent: Intent, group: Group): CharmFault | null {
  return checkServices(intent) ?? checkCommands(intent) ?? checkPublications(intent, group);
}

function checkServices({ services, files }: Intent): CharmFault | null {
  for (const [name, service] of sortedEntries(services)) {
    const at = `services.${name}`;
    const unknownService = service.after.find((other) => services[other] === undefined);
    if (unknownService !== undefined)
      return wrong(`${at}.after`, `names a service that is not there: ${unknownService}`);
    const unknownFile = [...service.restartOn, ...service.reloadOn].find((path) => files[path] === undefined);
    if (unknownFile !== undefined) return wrong(at, `watches a file that is not there: ${unknownFile}`);
  }
  const cycle = findCycle(services);
  return cycle === null ? null : wrong(`services.${cycle}.after`, 'waits for itself');
}

function checkCommands({ commands, services }: Intent): CharmFault | null {
  const seen = new Set<string>();
  for (const { name, requires } of commands) {
    if (seen.has(name)) return wrong('commands', `names two commands ${name}`);
    seen.add(name);
    const unknown = requires.find((service) => services[service] === undefined);
    if (unknown !== undefined) return wrong(`commands.${name}`, `requires a service that is not there: ${unknown}`);
  }
  return null;
}

function checkPublications({ publish }: Intent, group: Group): CharmFault | null {
  for (const { endpoint, relation } of publish) {
    const ends = group.ends.get(endpoint);
    const path = `publish.${endpoint}`;
    if (ends === undefined) return { part: 'publish', path, message: 'is no endpoint of the charm' };
    if (relation !== null && !ends.some(({ id }) => id === relation)) {
      return { part: 'publish', path, message: `is given data for a relation it does not have: ${relation}` };
    }
  }
  return null;
}

/** A service that, following `after`, comes back to itself. */
function findCycle(services: Readonly<Record<string, ServiceIntent>>): string | null {
  const state = new Map<string, 'open' | 'closed'>();
  const visit = (name: string): string | null => {
    if (state.get(name) === 'open') return name;
    if (state.get(name) === 'closed') return null;
    state.set(name, 'open');
    for (const other of services[name]?.after ?? []) {
      const found = visit(other);
      if (found !== null) return found;
    }
    state.set(name, 'closed');
    return null;
  };
  for (const [name] of sortedEntries(services)) {
    const found = visit(name);
    if (found !== null) return found;
  }
  return null;
}

function wrong(path: string, message: string): CharmFault {
  return { part: 'intent', path, message };
}
