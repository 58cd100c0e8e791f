import type { Operation } from '../../model/plan.ts';

/**
 * Operations sorted so that each stands after those it depends on, else in the order given. A circle is our own
 * mistake.
 */
export function topological(operations: readonly Operation[]): readonly Operation[] {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const sorted: Operation[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const operation of operations) visit(operation, { byId, state, sorted });
  return sorted;
}

interface Walk {
  readonly byId: ReadonlyMap<string, Operation>;
  readonly state: Map<string, 'open' | 'done'>;
  readonly sorted: Operation[];
}

/** Depth first with its own stack: one application's replacements make chains of tens of thousands. */
function visit(root: Operation, { byId, state, sorted }: Walk): void {
  const stack: { operation: Operation; next: number }[] = [{ operation: root, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { operation } = top;
    if (top.next === 0) {
      if (state.get(operation.id) === 'done') {
        stack.pop();
        continue;
      }
      state.set(operation.id, 'open');
    }
    const dependency = operation.dependsOn[top.next];
    top.next += 1;
    if (dependency !== undefined) enter(dependency, operation, { byId, state, stack });
    else {
      state.set(operation.id, 'done');
      sorted.push(operation);
      stack.pop();
    }
  }
}

interface Step {
  readonly byId: ReadonlyMap<string, Operation>;
  readonly state: ReadonlyMap<string, 'open' | 'done'>;
  readonly stack: { operation: Operation; next: number }[];
}

function enter(id: string, from: Operation, { byId, state, stack }: Step): void {
  const operation = byId.get(id);
  if (operation === undefined) throw new Error(`${from.id} depends on ${id}, which is not in the plan`);
  if (state.get(id) === 'open') throw new Error(`${from.id} and ${id} wait for each other`);
  if (state.get(id) !== 'done') stack.push({ operation, next: 0 });
}
