import { sortedEntries } from '../../model/order.ts';
import type { Cause, Operation, Precondition } from '../../model/plan.ts';
import { whyNotReady } from '../../model/readiness.ts';
import { causeOfResize, causeOfUnit } from './cause.ts';
import type { PlanContext } from './context.ts';
import { traitsOf } from './context.ts';
import type { UnitPlan } from './unit-plan.ts';
import { isMade } from './unit-plan.ts';

/** Ids that operations inside the unit must wait for. */
export interface UnitWaits {
  /** Before the unit's machine is made or started. */
  readonly machine: readonly string[];
  /** Before anything inside the unit changes. */
  readonly inside: readonly string[];
}

/** Time to become ready when a machine is there at once. */
const READY_TIMEOUT_MS = 60_000;

/** Adds all operations of a unit: machine, files, commands, services, health, and at last waiting until it is ready. */
export function orderUnit(plan: UnitPlan, waits: UnitWaits, context: PlanContext): void {
  const draft = openDraft(plan, context);
  const machine = addMachine(draft, waits.machine);
  let after: readonly string[] = [...machine, ...(plan.diff.changes ? waits.inside : [])];
  after = addRemovedServices(draft, after);
  after = addFiles(draft, after);
  after = addCommands(draft, 'before', after);
  after = addServices(draft, after);
  after = addCommands(draft, 'after', after);
  after = addHealth(draft, after);
  if (machine.length > 0 || plan.diff.changes || whyNotReady(plan.machine) !== null) {
    addAwait(draft, [], after);
  }
}

/** The operation that ends when the unit is ready; it is in the plan only when the unit changes or is not ready. */
export function awaitId(unit: string): string {
  return `unit.await ${unit}`;
}

interface Draft {
  readonly plan: UnitPlan;
  readonly cause: Cause;
  readonly add: (id: string, action: Operation['action'], options: AddOptions) => readonly string[];
  readonly context: PlanContext;
}

interface AddOptions {
  readonly dependsOn: readonly string[];
  readonly cause?: Cause;
  readonly expects?: readonly Precondition[];
}

function openDraft(plan: UnitPlan, context: PlanContext): Draft {
  const { unit } = plan;
  const cause = causeOfUnit(plan, context);
  const id = isMade(plan) ? null : (plan.machine?.id ?? null);
  const present: readonly Precondition[] = [{ kind: 'machine-present', unit: unit.name, id }];
  return {
    plan,
    cause,
    context,
    add: (name, action, options) => {
      context.add({ id: name, provider: unit.provider, action, cause, expects: present, ...options });
      return [name];
    },
  };
}

/** Ids to wait for until the machine is there; none when it is there already. */
function addMachine({ plan, add, context }: Draft, dependsOn: readonly string[]): readonly string[] {
  const { unit, step } = plan;
  const { machine } = unit;
  switch (step.kind) {
    case 'create':
    case 'replace': {
      const storage = machine.storage.map(({ id }): Precondition => ({ kind: 'storage-present', id }));
      const expects: Precondition[] = [
        { kind: 'machine-absent', unit: unit.name },
        { kind: 'image-present', key: machine.image.key },
        ...storage,
      ];
      return add(`machine.create ${unit.name}`, { kind: 'machine.create', machine }, { dependsOn, expects });
    }
    case 'start': {
      const started = add(`machine.start ${unit.name}`, { kind: 'machine.start', machine }, { dependsOn });
      return step.resize ? [...started, ...addResize(plan, add, { context, dependsOn: started })] : started;
    }
    case 'resize':
      addResize(plan, add, { context, dependsOn });
      return [];
    case 'keep':
      return [];
  }
}

function addResize(
  plan: UnitPlan,
  add: Draft['add'],
  { context, dependsOn }: { context: PlanContext; dependsOn: readonly string[] },
): readonly string[] {
  const { unit, machine } = plan;
  if (machine === undefined) return [];
  const before = machine.spec.limits;
  const after = unit.machine.limits;
  const action = { kind: 'machine.resize', unit: unit.name, before, after } as const;
  return add(`machine.resize ${unit.name}`, action, { dependsOn, cause: causeOfResize(plan, context) });
}

function addRemovedServices({ plan, add }: Draft, dependsOn: readonly string[]): readonly string[] {
  const { removed } = plan.diff.services;
  if (removed.length === 0) return dependsOn;
  const unit = plan.unit.name;
  return add(`service.remove ${unit}`, { kind: 'service.remove', unit, names: removed }, { dependsOn });
}

function addFiles({ plan, add }: Draft, dependsOn: readonly string[]): readonly string[] {
  const { writes, directories, removed } = plan.diff.files;
  const nothing = writes.length === 0 && sortedEntries(directories).length === 0 && sortedEntries(removed).length === 0;
  if (nothing) return dependsOn;
  const unit = plan.unit.name;
  const action = { kind: 'files.write', unit, files: writes, directories, removed } as const;
  return add(`files.write ${unit}`, action, { dependsOn });
}

/** Commands run one after the other; those after the services also wait until the services they require are ready. */
function addCommands(draft: Draft, when: 'before' | 'after', dependsOn: readonly string[]): readonly string[] {
  const { plan, add } = draft;
  const unit = plan.unit.name;
  const awaited = new Map<string, readonly string[]>();
  let after = dependsOn;
  for (const { command, digest } of plan.diff.commands) {
    if (command.when !== when) continue;
    const required = when === 'after' && command.requires.length > 0 ? command.requires : null;
    const key = required?.join(',') ?? '';
    if (required !== null && !awaited.has(key)) awaited.set(key, addAwait(draft, required, dependsOn));
    const ready = awaited.get(key) ?? [];
    const action = { kind: 'command.run', unit, command, digest } as const;
    after = add(`command.run ${unit} ${command.name}`, action, { dependsOn: unique([...after, ...ready]) });
  }
  return after;
}

function addServices({ plan, add, cause }: Draft, dependsOn: readonly string[]): readonly string[] {
  const unit = plan.unit.name;
  const ids = plan.diff.services.actions.flatMap(({ name, action }) => {
    const down = action.kind === 'start' ? whyDown(plan, name) : null;
    const options = { dependsOn, cause: down === null ? cause : { ...cause, text: down } };
    return add(`service.ensure ${unit} ${name}`, { kind: 'service.ensure', unit, name, action }, options);
  });
  return ids.length === 0 ? dependsOn : ids;
}

/** Of a service that was given before and does not run. */
function whyDown({ step, machine }: UnitPlan, name: string): string | null {
  const service = step.kind === 'keep' || step.kind === 'resize' ? machine?.services[name] : undefined;
  if (service === undefined) return null;
  return `${name} is ${service.state}${service.message === '' ? '' : `: ${service.message}`}`;
}

function addHealth({ plan, add }: Draft, dependsOn: readonly string[]): readonly string[] {
  const digest = plan.diff.health;
  if (digest === null) return dependsOn;
  const unit = plan.unit.name;
  const action = { kind: 'health.ensure', unit, probe: plan.unit.intent.health, digest } as const;
  return add(`health.ensure ${unit}`, action, { dependsOn });
}

function addAwait({ plan, add, context }: Draft, services: readonly string[], dependsOn: readonly string[]) {
  const unit = plan.unit.name;
  const { createTimeoutMs } = traitsOf(context.input, plan.unit.provider);
  const timeoutMs = Math.max(READY_TIMEOUT_MS, createTimeoutMs);
  const id = services.length === 0 ? awaitId(unit) : `${awaitId(unit)} ${services.join(',')}`;
  return add(id, { kind: 'unit.await', unit, services, timeoutMs }, { dependsOn });
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
