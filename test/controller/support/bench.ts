import { randomBytes } from 'node:crypto';
import { charm, intent, waiting, z } from '../../../charms/kit/index.ts';
import type { ProgressEvent } from '../../../controller/apply/events.ts';
import { type MemoryHome, openMemoryHome } from '../../../controller/apply/memory-home.ts';
import type { Outcome } from '../../../controller/apply/outcome.ts';
import { type ReconcileContext, type ReconcileRequest, reconcile } from '../../../controller/apply/reconcile.ts';
import { sha256 } from '../../../controller/read/digest.ts';
import type { Charm } from '../../../model/charm.ts';
import { createFakeProvider, type FakeProvider, neverAborted } from './fake-provider.ts';
import { createVirtualClock } from './virtual-clock.ts';

const database: Charm = charm(
  { name: 'database', summary: 'Stores rows', storage: { data: { path: '/data', summary: 'Rows' } } },
  () => intent({ services: { store: { command: ['store'], environment: { PASSWORD: '{{secret:db/admin}}' } } } }),
);

const server: Charm = charm(
  {
    name: 'server',
    summary: 'Answers requests',
    options: z.object({ greeting: z.string().default('hello') }),
    ports: ['http'],
  },
  (unit) => {
    if (unit.address === null) return waiting('for its address');
    const files = { '/etc/server': `${unit.options.greeting} from ${unit.address}` };
    const services = { server: { command: ['serve'], restartOn: ['/etc/server'] } };
    return intent({ files, services, ports: { http: 80 } });
  },
);

export const SHOP = `environment: shop
defaults: {provider: fake}
applications:
  db: {charm: database}
  web: {charm: server, units: 2, expose: {http: 8080}}
`;

/** A whole Cantrip in memory: one host, one fake world, its own time. */
export interface Bench {
  readonly context: ReconcileContext;
  readonly home: MemoryHome;
  readonly provider: FakeProvider;
  readonly events: ProgressEvent[];
  up(text?: string, request?: Partial<ReconcileRequest>): Promise<Outcome>;
  down(request?: Partial<ReconcileRequest>): Promise<Outcome>;
}

export function createBench(provider: FakeProvider = createFakeProvider('fake')): Bench {
  const clock = createVirtualClock();
  const home = openMemoryHome({ clock, random: randomBytes });
  const events: ProgressEvent[] = [];
  const builtInCharms = [database, server].map((one) => ({ name: one.metadata.name, load: async () => one }));
  const context: ReconcileContext = {
    providers: { kinds: ['fake'], open: async () => provider },
    builtInCharms,
    digest: sha256,
    digestDirectory: async () => 'digest',
    charmCache: null,
    charmKit: '',
    home,
    clock,
    random: randomBytes,
    emit: (event) => events.push(event),
  };
  const request = (mode: 'up' | 'down', text: string): ReconcileRequest => ({
    environment: 'shop',
    source: { file: '/shop/environment.yaml', text },
    mode,
    data: 'keep',
    actor: { verb: mode, who: 'tester', pid: 1 },
    adopt: false,
    wait: true,
    signal: neverAborted(),
  });
  return {
    context,
    home,
    provider,
    events,
    up: (text = SHOP, more = {}) => reconcile(context, { ...request('up', text), ...more }),
    down: (more = {}) => reconcile(context, { ...request('down', SHOP), ...more }),
  };
}
