import type {
  Desired,
  DesiredApplication,
  DesiredRelation,
  NameTable,
  RouteSpec,
  StorageSpec,
} from '../../model/desired.ts';
import type { Digest } from '../../model/json.ts';
import type { UnitName } from '../../model/names.ts';
import { byUnit } from '../../model/names.ts';
import type { Observed, ObservedMachine } from '../../model/observed.ts';
import { sortedEntries } from '../../model/order.ts';
import type { Operation } from '../../model/plan.ts';
import type { ProviderTraits } from '../../model/provider.ts';
import { diffUnit } from './diff-unit.ts';
import type { Versions } from './digests.ts';
import type { MachineStep } from './machine-step.ts';
import { machineStep } from './machine-step.ts';
import { wantedNames } from './names.ts';
import type { LeavingMachine, UnitPlan } from './unit-plan.ts';

export interface PlanInput {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly traits: ReadonlyMap<string, ProviderTraits>;
  readonly digest: Digest;
  /** Id → version of the secrets there are. */
  readonly secretVersions: ReadonlyMap<string, string>;
  /** What becomes of storage of units that are no more: `keep` lists it in `Plan.retained`. */
  readonly data: 'keep' | 'remove';
}

/** What all parts of planning look things up in. */
export interface PlanContext {
  readonly input: PlanInput;
  /** Sorted by unit. */
  readonly plans: readonly UnitPlan[];
  readonly planOf: ReadonlyMap<UnitName, UnitPlan>;
  readonly plansOf: ReadonlyMap<string /* application */, readonly UnitPlan[]>;
  readonly applications: ReadonlyMap<string, DesiredApplication>;
  /** Application → its relations. */
  readonly relationsOf: ReadonlyMap<string, readonly DesiredRelation[]>;
  /** Machines of units that are not desired any more, sorted by unit. */
  readonly leaving: readonly LeavingMachine[];
  /** Application → the same. */
  readonly leavingOf: ReadonlyMap<string, readonly LeavingMachine[]>;
  /** Names that must resolve, as far as addresses are known. */
  readonly names: NameTable;
  /** Provider → keys of the images it has. */
  readonly imagesOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** Provider → its storage by id. */
  readonly storageOf: ReadonlyMap<string, ReadonlyMap<string, StorageSpec>>;
  /** `PROVIDER ID` → route as it is when what was planned so far is done. */
  readonly routes: Map<string, RouteSpec>;
  readonly add: (operation: Operation) => void;
  readonly operations: readonly Operation[];
  readonly byId: ReadonlyMap<string, Operation>;
}

export function openContext(input: PlanInput): PlanContext {
  const { desired, observed } = input;
  const versions: Versions = input;
  const { machinesOf, leaving, elsewhere } = sortMachines(desired, observed);
  const plans = desired.units.map((unit): UnitPlan => {
    const machine = machinesOf.get(unit.name);
    const step = machineStep(unit, machine, traitsOf(input, unit.provider));
    const diff = diffUnit(unit, machineAfter(step, machine), versions);
    return { unit, machine, elsewhere: elsewhere.get(unit.name), step, diff };
  });
  const providers = sortedEntries(observed.providers);
  const operations: Operation[] = [];
  const byId = new Map<string, Operation>();
  return {
    input,
    plans,
    planOf: new Map(plans.map((plan) => [plan.unit.name, plan])),
    plansOf: groupBy(plans, (plan) => [plan.unit.application]),
    applications: new Map(desired.applications.map((application) => [application.name, application])),
    relationsOf: groupBy(desired.relations, (one) => [one.provider.application, one.requirer.application]),
    leaving,
    leavingOf: groupBy(leaving, ({ machine }) => [machine.unit.slice(0, machine.unit.lastIndexOf('/'))]),
    imagesOf: new Map(providers.map(([provider, { images }]) => [provider, new Set(images)])),
    storageOf: new Map(
      providers.map(([provider, { storage }]) => [provider, new Map(storage.map((one) => [one.id, one]))]),
    ),
    routes: new Map(
      providers.flatMap(([provider, { routes }]) => routes.map((route) => [`${provider} ${route.id}`, route] as const)),
    ),
    names: wantedNames(plans),
    operations,
    byId,
    add: (operation) => {
      if (byId.has(operation.id)) throw new Error(`the plan has two operations ${operation.id}`);
      byId.set(operation.id, operation);
      operations.push(operation);
    },
  };
}

export function traitsOf({ traits }: PlanInput, provider: string): ProviderTraits {
  const found = traits.get(provider);
  if (found === undefined) throw new Error(`nothing is known about provider ${provider}`);
  return found;
}

/** The machine as the operations inside the unit will find it; null when it is new. */
function machineAfter(step: MachineStep, machine: ObservedMachine | undefined): ObservedMachine | null {
  if (machine === undefined || step.kind === 'create' || step.kind === 'replace') return null;
  if (step.kind !== 'start') return machine;
  return { ...machine, services: {}, health: { digest: '', state: 'none', message: '' } };
}

interface SortedMachines {
  readonly machinesOf: ReadonlyMap<UnitName, ObservedMachine>;
  readonly leaving: readonly LeavingMachine[];
  readonly elsewhere: ReadonlyMap<UnitName, LeavingMachine>;
}

function sortMachines(desired: Desired, observed: Observed): SortedMachines {
  const providerOf = new Map(desired.units.map(({ name, provider }) => [name, provider]));
  const machinesOf = new Map<UnitName, ObservedMachine>();
  const leaving: LeavingMachine[] = [];
  const elsewhere = new Map<UnitName, LeavingMachine>();
  for (const [provider, { machines }] of Object.entries(observed.providers)) {
    for (const machine of machines) {
      const wanted = providerOf.get(machine.unit);
      if (wanted === provider) machinesOf.set(machine.unit, machine);
      else if (wanted === undefined) leaving.push({ provider, machine });
      else elsewhere.set(machine.unit, { provider, machine });
    }
  }
  for (const [unit, machine] of elsewhere) {
    if (!machinesOf.has(unit)) continue;
    elsewhere.delete(unit);
    leaving.push(machine);
  }
  return { machinesOf, leaving: leaving.sort((a, b) => byUnit(a.machine.unit, b.machine.unit)), elsewhere };
}

function groupBy<T>(items: readonly T[], keys: (item: T) => readonly string[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keys(item)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}
