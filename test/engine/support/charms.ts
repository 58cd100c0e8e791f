import type {
  Charm,
  CharmMetadata,
  EndpointSpec,
  Evaluation,
  FileIntent,
  Intent,
  OptionsResult,
  ServiceIntent,
  View,
} from '../../../model/charm.ts';
import type { JsonObject } from '../../../model/json.ts';
import { secretToken } from '../../../model/secret.ts';

/** A charm for tests of the engine: plain data and a function, no kit between. */
export interface TestCharm {
  readonly name: string;
  readonly endpoints?: readonly string[];
  readonly options?: JsonObject;
  readonly storage?: Readonly<Record<string, string>>;
  readonly resources?: readonly string[];
  readonly ports?: readonly string[];
  readonly packages?: readonly string[];
  readonly checkOptions?: (options: JsonObject) => OptionsResult;
  readonly unit?: (view: View) => Partial<Intent> | Evaluation;
}

export function testCharm(spec: TestCharm): Charm {
  return {
    metadata: metadataOf(spec),
    checkOptions: spec.checkOptions ?? ((options) => checkKnown(options, spec.options ?? {})),
    install: () => ({ packages: spec.packages ?? [], files: {}, commands: [] }),
    evaluate: (view) => {
      const result = spec.unit?.(view) ?? {};
      return 'kind' in result ? result : { kind: 'intent', intent: { ...EMPTY_INTENT, ...result } };
    },
  };
}

/** `provides database postgresql`, `requires backend http optional`, `requires one http limit=1`. */
function endpoint(text: string): EndpointSpec {
  const [role = '', name = '', spoken = '', ...rest] = text.split(' ');
  const limit = rest.find((word) => word.startsWith('limit='));
  return {
    name,
    role: role as EndpointSpec['role'],
    interface: spoken,
    limit: limit === undefined ? null : Number(limit.slice('limit='.length)),
    optional: rest.includes('optional') || role !== 'requires',
  };
}

export function file(content: string, mode = '0644'): FileIntent {
  return { content, mode, owner: 'root', group: 'root' };
}

export function service(command: string, more: Partial<ServiceIntent> = {}): ServiceIntent {
  return {
    command: command.split(' '),
    environment: {},
    directory: '/',
    user: 'root',
    group: 'root',
    after: [],
    ready: null,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    restart: 'always',
    reload: null,
    restartOn: [],
    reloadOn: [],
    ...more,
  };
}

const EMPTY_INTENT: Intent = {
  status: { kind: 'active', message: '' },
  files: {},
  directories: {},
  services: {},
  commands: [],
  publish: [],
  ports: {},
  health: null,
};

function metadataOf(spec: TestCharm): CharmMetadata {
  return {
    name: spec.name,
    summary: `Test charm ${spec.name}`,
    description: '',
    endpoints: (spec.endpoints ?? []).map(endpoint),
    options: {},
    storage: Object.entries(spec.storage ?? {}).map(([name, path]) => ({ name, path, summary: name })),
    resources: (spec.resources ?? []).map((name) => {
      return { name, kind: 'directory', target: `/srv/${name}`, summary: name, optional: false, dependencies: null };
    }),
    ports: spec.ports ?? [],
    base: 'debian/12',
  };
}

function checkKnown(options: JsonObject, defaults: JsonObject): OptionsResult {
  const expected = Object.keys(defaults);
  const unknown = Object.keys(options).filter((key) => !expected.includes(key));
  if (unknown.length === 0) return { kind: 'valid', options: { ...defaults, ...options } };
  return { kind: 'invalid', faults: unknown.map((key) => ({ path: [key], message: 'is not known here', expected })) };
}

const http = {
  check: { kind: 'http', port: 80, path: '/', expect: 200 },
  intervalMs: 1000,
  timeoutMs: 2000,
  failures: 3,
} as const;

/** A database: a role for each relation, with a generated password; only consumers' addresses may connect. */
export const postgresql = testCharm({
  name: 'postgresql',
  endpoints: ['provides database postgresql'],
  storage: { data: '/var/lib/postgresql' },
  packages: ['postgresql-15'],
  unit: ({ application: { name }, relations }) => {
    const consumers = relations.database ?? [];
    const allowed = consumers.flatMap(({ application, units }) =>
      units.map((unit) => `host ${application} ${unit.address}/32`),
    );
    return {
      files: { '/etc/postgresql/pg_hba.conf': file(['local all', ...allowed, ''].join('\n')) },
      services: {
        postgresql: service('postgres', {
          reload: { kind: 'signal', signal: 'SIGHUP' },
          reloadOn: ['/etc/postgresql/pg_hba.conf'],
        }),
      },
      commands: consumers.map(({ application }) => ({
        name: `role-${application}`,
        key: '1',
        command: ['create-role', application, secretToken({ application: name, name: `${application}-password` })],
        environment: {},
        directory: '/',
        user: 'postgres',
        group: 'postgres',
        timeoutMs: 10_000,
        when: 'after',
        requires: ['postgresql'],
      })),
      publish: consumers.map(({ id, application }) => ({
        endpoint: 'database',
        relation: id,
        scope: 'application',
        data: { user: application, password: secretToken({ application: name, name: `${application}-password` }) },
      })),
      ports: { postgresql: 5432 },
    };
  },
});

/** An application that needs a database and serves http. */
export const shopWeb = testCharm({
  name: 'shop-web',
  endpoints: ['requires database postgresql', 'provides http http'],
  options: { greeting: 'hello' },
  ports: ['http'],
  unit: ({ relations, options, address }) => {
    const [database] = relations.database ?? [];
    const host = database?.units[0]?.address ?? null;
    if (database?.data == null || host === null) return { status: { kind: 'waiting', message: 'for a database' } };
    if (address === null) return { status: { kind: 'waiting', message: 'for its address' } };
    const { user, password } = database.data as { user: string; password: string };
    return {
      files: {
        '/etc/web.conf': file(`greeting=${options.greeting}\nurl=postgres://${user}:${password}@${host}\n`, '0600'),
      },
      services: { web: service('node web', { restartOn: ['/etc/web.conf'] }) },
      publish: [{ endpoint: 'http', relation: null, scope: 'unit', data: { port: 8000 } }],
      ports: { http: 8000 },
    };
  },
});

/** A load balancer that reloads when its backends change. */
export const haproxy = testCharm({
  name: 'haproxy',
  endpoints: ['requires backend http', 'provides website http'],
  options: { balance: 'roundrobin' },
  ports: ['http'],
  packages: ['haproxy'],
  unit: ({ relations, options }) => {
    const units = (relations.backend ?? []).flatMap((relation) => relation.units);
    const servers = units.flatMap(({ hostname, address, data }) => {
      return data === null || address === null ? [] : [`  server ${hostname} ${address}:${data.port}`];
    });
    if (servers.length === 0) return { status: { kind: 'waiting', message: 'for a backend' } };
    return {
      files: { '/etc/haproxy.cfg': file(['backend all', `  balance ${options.balance}`, ...servers, ''].join('\n')) },
      services: {
        haproxy: service('haproxy -W', {
          reload: { kind: 'signal', signal: 'SIGUSR2' },
          reloadOn: ['/etc/haproxy.cfg'],
        }),
      },
      publish: [{ endpoint: 'website', relation: null, scope: 'unit', data: { port: 80 } }],
      ports: { http: 80 },
      health: http,
    };
  },
});

export const TEST_CHARMS: Readonly<Record<string, Charm>> = {
  postgresql,
  haproxy,
  './shop-web': shopWeb,
};
