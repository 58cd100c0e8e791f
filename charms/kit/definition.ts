import type { CharmMetadata, EndpointSpec, Role } from '../../model/charm.ts';
import type { InstallSpec } from '../../model/image.ts';
import type { JsonObject } from '../../model/json.ts';
import { sortedBy, sortedEntries } from '../../model/order.ts';
import type { Interface, Side } from './interface.ts';
import { deepFreeze } from './plain.ts';
import type * as z from './zod.ts';
import { toJSONSchema } from './zod.ts';

/** An endpoint that says more than its interface. */
export interface EndpointDeclaration {
  readonly interface: Interface;
  /** Most relations it takes; any number unless said. */
  readonly limit?: number;
  /** Only for `requires`: the charm can be active without it. */
  readonly optional?: boolean;
}

export type Endpoints = Readonly<Record<string, Interface | EndpointDeclaration>>;

/** A path in the unit where it is mounted. */
export type StorageSpec = string | { readonly path: string; readonly summary?: string };

/** A directory the user hands in, laid over the image at `target`. */
export interface ResourceSpec {
  readonly target: string;
  readonly summary?: string;
  readonly optional?: boolean;
  /** Production dependencies of its package.json are installed beside it. */
  readonly dependencies?: 'npm';
}

/** How the charm's image is made; built once, shared by all units. */
export interface InstallRecipe {
  readonly packages?: readonly string[];
  /** Put in place before the packages are installed. */
  readonly files?: Readonly<Record<string, string | { readonly content: string; readonly mode?: string }>>;
  /** Shell commands, run as root after the packages. */
  readonly commands?: readonly string[];
}

/** The types of a charm's parts, collected by `charm()` from its definition. */
export interface CharmTypes {
  readonly options: z.ZodObject;
  readonly provides: Endpoints;
  readonly requires: Endpoints;
  readonly peers: Endpoints;
  readonly storage: Readonly<Record<string, StorageSpec>>;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly ports: string;
}

/** The data half of a charm, as its author writes it. */
export interface CharmDefinition<T extends CharmTypes = CharmTypes> {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly provides?: T['provides'];
  readonly requires?: T['requires'];
  readonly peers?: T['peers'];
  readonly options?: T['options'];
  readonly storage?: T['storage'];
  readonly resources?: T['resources'];
  /** Names of the ports that `expose` may name. */
  readonly ports?: readonly T['ports'][];
  /** `debian/12` unless said otherwise. */
  readonly base?: string;
  readonly install?: InstallRecipe | ((options: z.output<T['options']>) => InstallRecipe);
}

/** An endpoint with the two sides seen from the charm: what it publishes and what it reads. */
export interface EndpointSides {
  readonly spec: EndpointSpec;
  readonly own: Side;
  readonly remote: Side;
}

/** The charm's endpoints by name, sorted. */
export function endpointsOf(definition: CharmDefinition): ReadonlyMap<string, EndpointSides> {
  const all = (['provides', 'requires', 'peers'] as const).flatMap((role) =>
    Object.entries(definition[role] ?? {}).map(([name, declared]) => endpointSides(name, role, declared)),
  );
  const sorted = sortedBy(all, (endpoint) => endpoint.spec.name);
  const twice = sorted.find((endpoint, index) => endpoint.spec.name === sorted[index + 1]?.spec.name);
  if (twice !== undefined) throw new Error(`charm ${definition.name} declares the endpoint ${twice.spec.name} twice`);
  return new Map(sorted.map((endpoint) => [endpoint.spec.name, endpoint]));
}

function endpointSides(name: string, role: Role, declared: Interface | EndpointDeclaration): EndpointSides {
  const {
    interface: contract,
    limit = null,
    optional = false,
  } = 'provider' in declared ? { interface: declared } : declared;
  const spec = { name, role, interface: contract.name, limit, optional: role === 'requires' ? optional : true };
  if (role === 'provides') return { spec, own: contract.provider, remote: contract.requirer };
  if (role === 'requires') return { spec, own: contract.requirer, remote: contract.provider };
  return { spec, own: contract.provider, remote: contract.provider };
}

/** The definition as plain JSON. `options` is the schema that options are checked with. */
export function metadataOf(definition: CharmDefinition, options: z.ZodObject): CharmMetadata {
  return deepFreeze({
    name: definition.name,
    summary: definition.summary,
    description: definition.description ?? '',
    endpoints: [...endpointsOf(definition).values()].map((endpoint) => endpoint.spec),
    options: toJSONSchema(options, { io: 'input' }) as JsonObject,
    storage: sortedEntries(definition.storage ?? {}).map(([name, spec]) => {
      const { path, summary = '' } = typeof spec === 'string' ? { path: spec } : spec;
      return { name, path, summary };
    }),
    resources: sortedEntries(definition.resources ?? {}).map(([name, spec]) => ({
      name,
      kind: 'directory' as const,
      target: spec.target,
      summary: spec.summary ?? '',
      optional: spec.optional ?? false,
      dependencies: spec.dependencies ?? null,
    })),
    ports: [...(definition.ports ?? [])].sort(),
    base: definition.base ?? 'debian/12',
  });
}

/** The install recipe with its defaults filled in. */
export function installSpecOf(definition: CharmDefinition, options: JsonObject): InstallSpec {
  const { install = {} } = definition;
  const recipe = typeof install === 'function' ? install(options) : install;
  const files = sortedEntries(recipe.files ?? {}).map(([path, file]) => {
    const { content, mode = '0644' } = typeof file === 'string' ? { content: file } : file;
    return [path, { content, mode }];
  });
  return deepFreeze({
    packages: [...(recipe.packages ?? [])].sort(),
    files: Object.fromEntries(files),
    commands: [...(recipe.commands ?? [])],
  });
}
