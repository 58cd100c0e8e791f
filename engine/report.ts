import type { Diagnostic, Place, Severity } from '../model/diagnostic.ts';
import { byPlace } from '../model/report.ts';
import type { EngineCode } from './codes.ts';

/** Collects what is wrong while the engine decides. */
export interface EngineReport {
  error(code: EngineCode, place: Place, message: string, hint?: string | null): void;
  warning(code: EngineCode, place: Place, message: string, hint?: string | null): void;
  /** In the order of the file, each once. */
  diagnostics(): readonly Diagnostic[];
}

export function openEngineReport(): EngineReport {
  const found = new Map<string, Diagnostic>();
  const add = (severity: Severity, code: EngineCode, place: Place, text: { message: string; hint: string | null }) => {
    const key = `${place.file}:${place.line}:${place.column} ${code} ${text.message}`;
    if (!found.has(key)) found.set(key, { code, severity, place, ...text });
  };
  return {
    error: (code, place, message, hint = null) => add('error', code, place, { message, hint }),
    warning: (code, place, message, hint = null) => add('warning', code, place, { message, hint }),
    diagnostics: () => [...found.values()].sort(byPlace),
  };
}
