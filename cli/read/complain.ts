import { existsSync, readFileSync } from 'node:fs';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { byPlace } from '../../model/report.ts';
import { renderDiagnostics, summarise } from '../output/diagnostics.ts';
import type { ReadShell } from './shell.ts';
import { showPath } from './source.ts';

/** Texts that are not (yet) what stands in the file of that name. */
export type Drafts = ReadonlyMap<string, string>;

/** Tells diagnostics on standard error, with the lines they are about when somebody looks. */
export function complain(shell: ReadShell, diagnostics: readonly Diagnostic[], drafts: Drafts = new Map()): void {
  if (diagnostics.length === 0) return;
  const { terminal } = shell;
  const lines = renderDiagnostics([...diagnostics].sort(byPlace), {
    style: terminal.errorStyle,
    showFile: (file) => showPath(shell, file),
    lines: (file) => (terminal.isErrorTerminal ? linesOf(file, drafts) : null),
  });
  terminal.err(...lines, summarise(diagnostics));
}

function linesOf(file: string, drafts: Drafts): readonly string[] | null {
  const text = drafts.get(file) ?? (existsSync(file) ? readFileSync(file, 'utf8') : null);
  return text?.split('\n') ?? null;
}
