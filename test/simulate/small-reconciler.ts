import { perform, secretsUsed } from '../../controller/apply/perform.ts';
import { sha256 } from '../../controller/read/digest.ts';
import { desire } from '../../engine/desire.ts';
import { plan } from '../../engine/plan.ts';
import { holds } from '../../engine/preconditions.ts';
import { next, settled, startRun } from '../../engine/run.ts';
import type { Allocation } from '../../model/allocation.ts';
import { EMPTY_ALLOCATION } from '../../model/allocation.ts';
import { parseEnvironment } from '../../model/environment-parse.ts';
import type { Observed } from '../../model/observed.ts';
import type { Operation, Plan } from '../../model/plan.ts';
import { isEmptyPlan } from '../../model/plan.ts';
import { ProviderError } from '../../model/provider.ts';
import { CHARMS } from './charms.ts';
import { ENVIRONMENT, FILE } from './declaration.ts';
import type { Command, CommandWorld, Reconciler } from './reconciler.ts';

/** Mistakes planted into the engine, to see whether the simulator finds them. */
export interface Mistakes {
  readonly plan?: (made: Plan) => Plan;
  readonly allocation?: (made: Allocation) => Allocation;
  /** Operations are done without a second look. */
  readonly blind?: boolean;
}

const MAX_ROUNDS = 8;

/** A reconciler of the engine alone, without journal, lock and retries: small enough to plant mistakes into. */
export function createSmallReconciler(mistakes: Mistakes = {}): Reconciler {
  const memory: Memory = { allocation: EMPTY_ALLOCATION, secrets: new Map() };
  return async (command, world) => {
    const ended = { forgotten: false, detail: '' };
    let performed = 0;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const made = await planRound(command, world, { memory, mistakes });
      if (isEmptyPlan(made)) return { ...ended, kind: 'done', performed, allocation: memory.allocation };
      performed += await run(made, world, { memory, mistakes });
    }
    return { ...ended, kind: 'failed', performed, detail: 'the plan does not become empty' };
  };
}

interface Memory {
  allocation: Allocation;
  readonly secrets: Map<string, string>;
}

interface Planted {
  readonly memory: Memory;
  readonly mistakes: Mistakes;
}

async function planRound(command: Command, world: CommandWorld, { memory, mistakes }: Planted): Promise<Plan> {
  const observed = await observe(world);
  const { providers } = world.process;
  const { value } = parseEnvironment(command.text, FILE, {
    resolvePath: (path) => path,
    providers: [...providers.keys()],
  });
  if (value === null) throw new Error(`the declaration cannot be read: ${command.text}`);
  const charms = value.applications.flatMap(({ name, charm }) => {
    const found = CHARMS[charm];
    return found === undefined ? [] : [[name, found] as const];
  });
  const traits = new Map([...providers].map(([kind, provider]) => [kind, provider.traits]));
  const common = { observed, traits, digest: sha256 };
  const { allocation } = memory;
  const input = { environment: value, charms: new Map(charms), directories: new Map(), allocation, mode: command.mode };
  const result = desire({ ...common, ...input });
  if (result.desired === null) throw new Error(result.diagnostics.map(({ message }) => message).join('; '));
  memory.allocation = mistakes.allocation?.(result.allocation) ?? result.allocation;
  for (const id of result.desired.secrets) if (!memory.secrets.has(id)) memory.secrets.set(id, `value of ${id}`);
  const secretVersions = new Map([...memory.secrets.keys()].map((id) => [id, '1']));
  const made = plan({ ...common, desired: result.desired, secretVersions, data: command.data });
  return mistakes.plan?.(made) ?? made;
}

async function observe({ process }: CommandWorld): Promise<Observed> {
  const seen = [...process.providers].map(async ([kind, one]) => [kind, await one.observe(ENVIRONMENT)] as const);
  return { providers: Object.fromEntries(await Promise.all(seen)) };
}

/** One operation after the other; one that fails takes those that depend on it with it. */
async function run(made: Plan, world: CommandWorld, planted: Planted): Promise<number> {
  const state = startRun(made, { concurrency: 1 });
  let performed = 0;
  for (let operations = next(state); operations.length > 0; operations = next(state)) {
    for (const operation of operations) {
      world.running.set(operation.id, operation);
      const message = await operate(operation, world, planted);
      world.running.delete(operation.id);
      if (message === null) performed += 1;
      settled(state, operation.id, message === null ? { kind: 'done' } : { kind: 'failed', message });
    }
  }
  return performed;
}

async function operate(
  operation: Operation,
  world: CommandWorld,
  { memory, mistakes }: Planted,
): Promise<string | null> {
  const provider = world.process.providers.get(operation.provider);
  if (provider === undefined) throw new Error(`there is no provider ${operation.provider}`);
  const { action, expects } = operation;
  if (mistakes.blind !== true) {
    const observed = await observe(world);
    const objection = expects.map((one) => holds(one, observed, operation.provider)).find((one) => one !== null);
    if (objection !== undefined && objection !== null) return objection;
  }
  try {
    const secrets = new Map(secretsUsed(action).map((id) => [id, memory.secrets.get(id) ?? '']));
    await perform(provider, { environment: ENVIRONMENT, action, secrets, onProgress: () => {} });
    return null;
  } catch (error) {
    if (error instanceof ProviderError) return error.message;
    throw error;
  }
}
