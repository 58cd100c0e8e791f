import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../controller/apply/clock.ts';
import { readFileState } from '../../controller/read/file-state.ts';
import type { JournalRecord } from '../../controller/read/records.ts';
import { readJournal } from '../../controller/read/stored.ts';
import type { PlanJson } from '../../model/plan-json.ts';
import { ROOT } from '../tidy/files.ts';
import { type Workspace, workspaceOf } from './lib/workspace.ts';

// What `plan` says is what `up` does: nothing else, nothing more, in the order it says.

const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) =>
  existsSync(join(ROOT, 'examples', name, 'environment.yaml')),
);

/** The records of the last run, in the order in which they were written. */
async function lastRun({ site, name }: Workspace): Promise<readonly JournalRecord[]> {
  const store = await readFileState(site.stateDirectory, systemClock).read(name);
  if (store === null) throw new Error(`nothing is stored of ${name}`);
  const runs = await readJournal(store).finally(() => store.close());
  return runs.at(-1)?.records ?? [];
}

/** Operations with an effect that have to come before; a wait has none and stands for those it waits for. */
function effectsBefore(plan: PlanJson, id: string): readonly string[] {
  const { dependsOn = [] } = plan.operations.find((operation) => operation.id === id) ?? {};
  return dependsOn.flatMap((earlier) => (isWait(earlier) ? effectsBefore(plan, earlier) : [earlier]));
}

/** Operation ids begin with their kind. */
function isWait(id: string): boolean {
  return id.startsWith('unit.await ');
}

describe.each(EXAMPLES)('%s', (example) => {
  const workspace = workspaceOf(example);
  afterAll(() => workspace.remove());
  const exitCode = (): number => workspace.cantrip('plan', workspace.file, '--exit-code').status;

  test('up does what the plan said, in its order, and then nothing is left to do', async () => {
    expect(exitCode()).toBe(3);
    const plan = workspace.plan();
    workspace.succeed('up', workspace.file);
    const records = await lastRun(workspace);
    const done = records.flatMap((one) =>
      one.kind === 'operation.end' && one.result === 'done' ? [one.operation] : [],
    );
    const planned = plan.operations.map(({ id }) => id).filter((id) => !isWait(id));
    expect([...done].sort()).toEqual([...planned].sort());
    const at = (kind: JournalRecord['kind'], id: string): number =>
      records.findIndex((one) => one.kind === kind && 'operation' in one && one.operation === id);
    for (const id of planned) {
      for (const earlier of effectsBefore(plan, id)) {
        expect(at('operation.begin', id), `${id} after ${earlier}`).toBeGreaterThan(at('operation.end', earlier));
      }
    }
    expect(exitCode()).toBe(0);
    expect(workspace.plan()).toMatchObject({ empty: true, operations: [] });
  });
});
