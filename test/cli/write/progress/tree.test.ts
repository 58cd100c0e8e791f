import { describe, expect, it } from 'vitest';
import { createStyle } from '../../../../cli/output/style.ts';
import { widthOf } from '../../../../cli/output/text.ts';
import { advance, type ProgressState, startProgress } from '../../../../cli/write/progress/state.ts';
import { renderTree } from '../../../../cli/write/progress/tree.ts';
import type { ProgressEvent } from '../../../../controller/apply/events.ts';
import type { Action, Operation, Plan } from '../../../../model/plan.ts';

const style = createStyle(false);

function operation(id: string, action: Action): Operation {
  return { id, provider: 'container', action, cause: { text: '', place: null }, dependsOn: [], expects: [] };
}

function awaiting(unit: string): Operation {
  return operation(`await ${unit}`, { kind: 'unit.await', unit, services: [], timeoutMs: 1000 });
}

function removing(unit: string): Operation {
  return operation(`remove ${unit}`, { kind: 'machine.remove', unit, id: 'x', graceMs: 0 });
}

function plan(operations: readonly Operation[]): Plan {
  return { environment: 'shop', operations, secretsToGenerate: [], waiting: [], retained: [] };
}

function play(events: readonly (readonly [number, ProgressEvent])[]): ProgressState {
  return events.reduce((state, [atMs, event]) => advance(state, event, atMs), startProgress('shop', 0));
}

function render(state: ProgressState, nowMs: number, columns = 80, rows = 24): string[] {
  return renderTree(state, { style, columns, rows, nowMs });
}

const web0 = awaiting('web/0');
const web1 = awaiting('web/1');
const db0 = removing('db/0');
const network = operation('network', { kind: 'network.remove', environment: 'shop' });
const started = (one: Operation): ProgressEvent => ({ kind: 'operation.started', operation: one });
const done = (one: Operation): ProgressEvent => ({
  kind: 'operation.ended',
  operation: one,
  result: { kind: 'done' },
  durationMs: 1,
});
const failed = (one: Operation, message: string): ProgressEvent => ({
  kind: 'operation.ended',
  operation: one,
  result: { kind: 'failed', message },
  durationMs: 1,
});
const round = (number: number, operations: readonly Operation[]): ProgressEvent => ({
  kind: 'round.started',
  round: number,
  plan: plan(operations),
});

describe('the tree', () => {
  it('shows applications and units, what is done, under way, failed and to come', () => {
    const state = play([
      [0, round(1, [web0, web1, db0, network])],
      [100, started(web0)],
      [100, started(db0)],
      [200, done(db0)],
      [300, started(web1)],
      [400, failed(web1, 'await web/1: exited with status 1')],
    ]);
    expect(render(state, 2600)).toEqual([
      'shop  1 of 4 done  2.6 s',
      '├ db',
      '│ └ db/0  done',
      '└ web',
      '  ├ web/0  waiting until it is ready  2.5 s',
      '  └ web/1  await web/1: exited with status 1',
    ]);
  });

  it('says what an operation last said, harmlessly', () => {
    const state = play([
      [0, round(1, [db0])],
      [0, started(db0)],
      [1, { kind: 'operation.progress', operation: db0, line: 'half\u001b[2Jway\r' }],
    ]);
    expect(render(state, 2)[2]).toBe('  └ db/0  removing the machine: half [2Jway ');
  });

  it('counts what earlier rounds did', () => {
    const state = play([
      [0, round(1, [web0, db0])],
      [0, started(db0)],
      [1, done(db0)],
      [2, round(2, [web0, web1])],
    ]);
    expect(render(state, 2)[0]).toBe('shop  1 of 3 done  2 ms');
  });

  it('says what the whole waits for, until something goes on', () => {
    const waiting: ProgressEvent = {
      kind: 'lock.waiting',
      holder: { verb: 'up', who: 'ann', pid: 7, sinceMs: 0 },
    };
    expect(render(play([[0, waiting]]), 1)).toEqual([
      'shop  0 of 0 done  1 ms  waiting for "up" of ann (pid 7) to finish',
    ]);
    expect(
      render(
        play([
          [0, waiting],
          [0, round(1, [db0])],
        ]),
        1,
      )[0],
    ).toBe('shop  0 of 1 done  1 ms');
  });
});

describe('a small terminal', () => {
  const units = Array.from({ length: 40 }, (_, number) => awaiting(`web/${number}`));
  const many = play([
    [0, round(1, [...units, db0])],
    ...units.map((unit) => [0, started(unit)] as const),
    [1, done(web0)],
  ]);

  it.each([
    [80, 24],
    [80, 5],
    [20, 3],
    [10, 2],
    [1, 1],
    [200, 100],
  ])('%i by %i is never overrun', (columns, rows) => {
    const lines = render(many, 5000, columns, rows);
    expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows));
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  it('gets one line an application', () => {
    expect(render(many, 500, 80, 10)).toEqual([
      'shop  1 of 41 done  500 ms',
      '├ db  0 of 1 units',
      '└ web  1 of 40 units  waiting until it is ready',
    ]);
  });
});
