import { NO_FAULTS } from '../../../providers/simulated/faults.ts';
import { createHost } from '../../../providers/simulated/host.ts';
import { openSimulated } from '../../../providers/simulated/provider.ts';
import type { WorldKind } from '../../../providers/simulated/settings.ts';
import { CONTAINER_LIKE, SLOW_CLOUD } from '../../../providers/simulated/settings.ts';
import { providerConformance } from '../../conformance/provider.ts';
import { createTime } from '../../simulate/clock.ts';

for (const world of [CONTAINER_LIKE, SLOW_CLOUD]) providerConformance(world.kind, async () => openWorld(world));

function openWorld(world: WorldKind) {
  const time = createTime();
  const caller = {
    host: createHost(world, time),
    faults: NO_FAULTS,
    onDeath: () => {},
    arrives: () => true,
    underWay: new Set<() => void>(),
    alive: true,
  };
  return {
    provider: openSimulated(caller),
    image: {
      key: 'abc',
      base: 'debian/12',
      install: { packages: [], files: {}, commands: [] },
      directories: [],
    },
    subnet: world.traits.addresses === 'allocated' ? '10.20.30.0/24' : null,
    freePort: 8080,
    runsPrograms: 'nothing runs in a simulated machine',
    drive: time.drive,
    close: async () => {},
  };
}
