import { NO_FAULTS } from '../../../providers/simulated/faults.ts';
import { createHost } from '../../../providers/simulated/host.ts';
import { openSimulated } from '../../../providers/simulated/provider.ts';
import { CONTAINER_LIKE, SLOW_CLOUD } from '../../../providers/simulated/settings.ts';
import { providerConformance } from '../../conformance/provider.ts';
import { createTime } from '../../simulate/clock.ts';

for (const kind of [CONTAINER_LIKE, SLOW_CLOUD]) {
  providerConformance(kind.kind, async () => {
    const time = createTime();
    const host = createHost(kind, time);
    const caller = { host, faults: NO_FAULTS, onDeath: () => {}, arrives: () => true, underWay: new Set<() => void>() };
    return {
      provider: openSimulated({ ...caller, alive: true }),
      image: { key: 'base', base: 'debian/12', install: { packages: [], files: {}, commands: [] }, directories: [] },
      subnet: kind.traits.addresses === 'allocated' ? '10.20.30.0/24' : null,
      freePort: 18080,
      runsPrograms: 'nothing really runs in a simulated world',
      drive: (call) => time.drive(call),
      close: async () => {},
    };
  });
}
