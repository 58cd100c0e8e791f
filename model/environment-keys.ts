/** The keys of one level of the environment file. */
export interface KeyTable {
  readonly known: readonly string[];
  readonly required: readonly string[];
  /** Keys that later versions will give a meaning: refused, so that nobody relies on their being ignored. */
  readonly later: readonly string[];
  /** Words of Juju's bundles and of Compose → our word. */
  readonly elsewhere: Readonly<Record<string, string>>;
}

export const ENVIRONMENT_KEYS: KeyTable = {
  known: ['applications', 'defaults', 'environment', 'relations'],
  required: ['environment'],
  later: ['include', 'placement', 'secrets', 'variables'],
  elsewhere: { integrations: 'relations', machines: 'applications', name: 'environment', services: 'applications' },
};

export const DEFAULTS_KEYS: KeyTable = {
  known: ['image', 'provider'],
  required: [],
  later: ['constraints', 'placement', 'rollout'],
  elsewhere: { base: 'image', series: 'image' },
};

export const APPLICATION_KEYS: KeyTable = {
  known: ['charm', 'constraints', 'expose', 'image', 'options', 'provider', 'resources', 'storage', 'units'],
  required: ['charm'],
  later: ['placement', 'rollout', 'to'],
  elsewhere: {
    base: 'image',
    config: 'options',
    deploy: 'constraints',
    environment: 'options',
    num_units: 'units',
    ports: 'expose',
    replicas: 'units',
    scale: 'units',
    series: 'image',
    volumes: 'storage',
  },
};

export const CONSTRAINT_KEYS: KeyTable = {
  known: ['cpu', 'memory', 'pids'],
  required: [],
  later: ['arch', 'disk'],
  elsewhere: { cores: 'cpu', 'cpu-power': 'cpu', cpus: 'cpu', mem: 'memory' },
};

export const EXPOSE_KEYS: KeyTable = {
  known: ['address', 'port'],
  required: ['port'],
  later: [],
  elsewhere: { host: 'address', ip: 'address', published: 'port' },
};
