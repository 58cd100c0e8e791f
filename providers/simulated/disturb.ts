import type { UnitName } from '../../model/names.ts';
import { sortedEntries } from '../../model/order.ts';
import type { SimulatedHost } from './host.ts';
import { worldOf } from './host.ts';

/** What a world does by itself. */
export type Disturbance = 'vanish' | 'stop' | 'break' | 'fail-service';

/** Does it to a unit's machine; nothing when it has none. */
export function disturb(host: SimulatedHost, environment: string, unit: UnitName, disturbance: Disturbance): void {
  const { machines } = worldOf(host, environment);
  const machine = machines.get(unit);
  if (machine === undefined) return;
  switch (disturbance) {
    case 'vanish':
      machines.delete(unit);
      return;
    case 'stop':
      machines.set(unit, { ...machine, state: 'stopped', message: 'its process 1 was killed' });
      return;
    case 'break':
      machines.set(unit, { ...machine, state: 'broken', message: 'its record cannot be read' });
      return;
    case 'fail-service': {
      const services = sortedEntries(machine.services).map(([name, service]) => {
        return [name, { ...service, state: 'failed', message: 'it cannot be executed' }] as const;
      });
      machines.set(unit, { ...machine, services: Object.fromEntries(services) });
    }
  }
}
