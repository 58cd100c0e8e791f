import type { RetainedStorage } from '../../model/plan.ts';
import type { PlanContext } from './context.ts';
import type { UnitPlan } from './unit-plan.ts';

/** Adds the storage a unit's machine lacks; the ids its making waits for. */
export function addStorage({ unit }: UnitPlan, context: PlanContext): readonly string[] {
  const { provider } = unit;
  return unit.machine.storage.flatMap((storage) => {
    const existing = context.storageOf.get(provider)?.get(storage.id);
    if (existing !== undefined && existing.bytes === storage.bytes && existing.path === storage.path) return [];
    const id = `storage.ensure ${storage.id}`;
    const application = context.applications.get(unit.application);
    const place = application?.places[`storage.${storage.name}`] ?? application?.place ?? null;
    const cause = { text: `storage of ${unit.application}`, place };
    context.add({ id, provider, action: { kind: 'storage.ensure', storage }, cause, dependsOn: [], expects: [] });
    return [id];
  });
}

/** Storage nobody is to use any more: removed when that was agreed to, else named as retained. */
export function orderUnusedStorage(context: PlanContext): readonly RetainedStorage[] {
  const unused = unusedStorage(context);
  if (context.input.data === 'keep') return unused;
  const removals = machineRemovals(context);
  for (const { provider, storage } of unused) {
    addRemoval({ provider, storage }, removals.get(`${provider} ${storage.unit}`) ?? [], context);
  }
  return [];
}

function unusedStorage({ plans, storageOf }: PlanContext): readonly RetainedStorage[] {
  const used = new Set(plans.flatMap(({ unit }) => unit.machine.storage.map(({ id }) => `${unit.provider} ${id}`)));
  return [...storageOf].flatMap(([provider, volumes]) =>
    [...volumes.values()].filter(({ id }) => !used.has(`${provider} ${id}`)).map((storage) => ({ provider, storage })),
  );
}

/** `PROVIDER UNIT` → ids of the operations that take its machine away. */
function machineRemovals({ operations }: PlanContext): ReadonlyMap<string, readonly string[]> {
  return new Map(
    operations.flatMap(({ id, provider, action }): [string, readonly string[]][] => {
      return action.kind === 'machine.remove' ? [[`${provider} ${action.unit}`, [id]]] : [];
    }),
  );
}

function addRemoval({ provider, storage }: RetainedStorage, dependsOn: readonly string[], context: PlanContext): void {
  context.add({
    id: `storage.remove ${storage.id} ${provider}`,
    provider,
    action: { kind: 'storage.remove', storage },
    cause: { text: `${storage.unit} does not use it any more, and its data may go`, place: null },
    dependsOn,
    expects: [{ kind: 'storage-unused', id: storage.id }],
  });
}
