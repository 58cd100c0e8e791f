import { expect, test } from 'vitest';
import type { Terminal } from '../../../../cli/output/terminal.ts';
import { plainLines } from '../../../../cli/write/progress/plain.ts';
import type { ProgressEvent } from '../../../../controller/apply/events.ts';
import type { Operation } from '../../../../model/plan.ts';

const operation: Operation = {
  id: 'storage.ensure db/0/data',
  provider: 'container',
  action: {
    kind: 'storage.ensure',
    storage: { id: 'db/0/data', unit: 'db/0', name: 'data', path: '/data', bytes: null },
  },
  cause: { text: '', place: null },
  dependsOn: [],
  expects: [],
};

const ended = (result: (ProgressEvent & { kind: 'operation.ended' })['result']): ProgressEvent => ({
  kind: 'operation.ended',
  operation,
  result,
  durationMs: 12,
});

test.each<[string, ProgressEvent, string[]]>([
  ['a quick start says nothing', { kind: 'operation.started', operation }, []],
  ['what is told under way', { kind: 'operation.progress', operation, line: 'copying' }, ['db/0: copying']],
  ['an end', ended({ kind: 'done' }), ['db/0: storage data made (12 ms)']],
  ['a failure', ended({ kind: 'failed', message: 'no room' }), ['db/0: making storage data failed: no room']],
])('%s', (_, event, lines) => {
  const written: string[] = [];
  const view = plainLines({ err: (...text: string[]) => written.push(...text) } as unknown as Terminal, 'shop');
  view.emit(event);
  view.end();
  expect(written).toEqual(lines);
});
