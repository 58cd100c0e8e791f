import { expect, it } from 'vitest';
import { renderDiagnostics, summarise } from '../../../cli/output/diagnostics.ts';
import { createStyle } from '../../../cli/output/style.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';

const style = createStyle(false);

function fault(line: number, column: number, more: Partial<Diagnostic> = {}): Diagnostic {
  const place = { file: '/w/environment.yaml', line, column };
  return { code: 'E1101', severity: 'error', message: 'unknown key "unit"', hint: null, place, ...more };
}

function render(diagnostics: readonly Diagnostic[], text: string | null): string {
  return renderDiagnostics(diagnostics, {
    style,
    showFile: (file) => file.replace('/w/', ''),
    lines: () => text?.split('\n') ?? null,
  }).join('\n');
}

it('shows the line with a caret, and the hint', () => {
  const text = 'environment: a\napplications:\n  web: {charm: x, unit: 2}\n';
  expect(render([fault(3, 19, { hint: 'did you mean "units"?' })], text)).toBe(
    [
      'environment.yaml:3:19: error E1101: unknown key "unit"',
      ' 3 |   web: {charm: x, unit: 2}',
      '   |                   ^',
      '  hint: did you mean "units"?',
    ].join('\n'),
  );
});

it('shows no lines when nobody looks, and no place when there is none', () => {
  expect(render([fault(3, 19)], null)).toBe('environment.yaml:3:19: error E1101: unknown key "unit"');
  expect(render([fault(1, 1, { place: null, severity: 'warning' })], 'x')).toBe('warning E1101: unknown key "unit"');
});

it('counts wide characters before the caret, and takes tabs for one column', () => {
  expect(
    render([fault(1, 6)], 'a: 日本x')
      .split('\n')
      .at(-1),
  ).toBe('   |        ^');
  expect(
    render([fault(1, 3)], 'a:\tx')
      .split('\n')
      .slice(1),
  ).toEqual([' 1 | a: x', '   |   ^']);
});

it('shows of a long line the part around the caret', () => {
  const lines = render([fault(1, 1000)], `${'x'.repeat(999)}Y${'z'.repeat(999)}`).split('\n');
  expect(lines[1]?.length).toBeLessThan(110);
  expect(lines[1]?.[lines[2]?.indexOf('^') ?? -1]).toBe('Y');
});

it('survives a place beyond the end', () => {
  expect(render([fault(99, 99)], 'one line')).toBe('environment.yaml:99:99: error E1101: unknown key "unit"');
});

it('sums up', () => {
  const warning = fault(1, 1, { severity: 'warning' });
  expect(summarise([fault(1, 1), fault(2, 1), warning])).toBe('2 errors, 1 warning');
  expect(summarise([warning])).toBe('1 warning');
  expect(summarise([])).toBe('');
});
