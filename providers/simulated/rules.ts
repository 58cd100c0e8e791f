import type { MachineSpec, RouteSpec } from '../../model/desired.ts';
import type { SecretValues } from '../../model/provider.ts';
import { secretsIn } from '../../model/secret.ts';
import type { World } from '../../model/world.ts';
import type { SimulatedHost } from './host.ts';

/** What is wrong with making this machine now; null when it may be made. */
export function whyNotMachine(world: World, spec: MachineSpec, host: SimulatedHost): string | null {
  if (!host.images.has(spec.image.key)) return `machine ${spec.unit} is made from an image that is not there`;
  if (world.network === null) return `machine ${spec.unit} is made without a network`;
  const missing = spec.storage.find(({ id }) => !world.storage.has(id));
  if (missing !== undefined) return `machine ${spec.unit} is made without its storage ${missing.id}`;
  const twin = [...world.machines.values()].find(({ unit, spec: other }) => {
    return unit !== spec.unit && other.address !== null && other.address === spec.address;
  });
  return twin === undefined ? null : `machine ${spec.unit} gets the address of ${twin.unit}: ${spec.address}`;
}

export function whyNotWithoutStorage(world: World, id: string): string | null {
  const user = [...world.machines.values()].find(({ spec }) => spec.storage.some((storage) => storage.id === id));
  return user === undefined ? null : `storage ${id} is removed while ${user.unit} uses it`;
}

export function whyNotWithoutNetwork(world: World): string | null {
  const [first] = world.machines.keys();
  return first === undefined ? null : `the network is removed while ${first} is on it`;
}

export function whyNotRoute(world: World, route: RouteSpec): string | null {
  const other = [...world.routes.values()].find(
    ({ id, host: { port } }) => id !== route.id && port === route.host.port,
  );
  return other === undefined ? null : `port ${route.host.port} is given to ${route.id} while ${other.id} has it`;
}

/** Every token must come with its value, and a value that is in use never changes. */
export function whyNotSecrets(text: string, values: SecretValues, host: SimulatedHost): string | null {
  for (const id of secretsIn(text)) {
    const value = values.get(id);
    if (value === undefined) return `secret ${id} comes without its value`;
    const before = host.secrets.get(id);
    host.secrets.set(id, value);
    if (before !== undefined && before !== value && isInUse(id, host))
      return `secret ${id} has another value than before`;
  }
  return null;
}

function isInUse(id: string, { environments }: SimulatedHost): boolean {
  return [...environments.values()].some(({ machines }) => {
    return [...machines.values()].some(({ files }) =>
      Object.values(files).some(({ secrets }) => secrets[id] !== undefined),
    );
  });
}
