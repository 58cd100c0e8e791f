import { expect, it } from 'vitest';
import { outcomeJson, refusalJson } from '../../../cli/write/outcome-json.ts';
import type { Outcome } from '../../../controller/apply/outcome.ts';

const KEYS = [
  ...['version', 'environment', 'outcome', 'operations', 'durationMs', 'failures'],
  ...['diagnostics', 'waiting', 'retained', 'forgotten', 'status'],
];

const PLACE = { file: '/shop/environment.yaml', line: 3, column: 9 };
const DIAGNOSTIC = {
  code: 'E3001',
  severity: 'error',
  message: 'there is no charm',
  hint: null,
  place: PLACE,
} as const;

it('a failure is told with its operation, in whole milliseconds, without what only we understand', () => {
  const outcome: Outcome = {
    ...{ kind: 'failed', performed: 2, rounds: 1, diagnostics: [], remaining: null, situation: null, forgotten: false },
    failures: [
      {
        operation: 'image.ensure web',
        cause: { text: 'image of web', place: PLACE },
        ...{ message: 'make image', detail: ['no space'], hint: 'cantrip doctor' },
      },
    ],
  };
  const told = outcomeJson(outcome, { environment: 'shop', durationMs: 12.7 });
  expect(Object.keys(told)).toEqual(KEYS);
  expect(told).toMatchObject({ version: 1, environment: 'shop', outcome: 'failed', operations: 2, durationMs: 13 });
  expect(told.failures).toEqual([
    { operation: 'image.ensure web', message: 'make image', detail: ['no space'], hint: 'cantrip doctor' },
  ]);
});

it('an edit that is refused is told with the same keys and its reasons', () => {
  const told = refusalJson('shop', [DIAGNOSTIC]);
  expect(Object.keys(told)).toEqual(KEYS);
  expect(told).toMatchObject({ outcome: 'refused', operations: 0, status: null });
  expect(told.diagnostics).toMatchObject([{ code: 'E3001', line: 3, column: 9 }]);
});
