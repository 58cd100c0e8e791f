import type { Place } from './diagnostic.ts';
import { diffLines, formatHunk } from './line-diff.ts';
import type { FileWrite, Operation, Plan, ServiceAction } from './plan.ts';
import type { Sign } from './plan-words.ts';
import { targetOf, wordsOf } from './plan-words.ts';
import { countSigns } from './render-plan.ts';

/**
 * What `plan --json` prints. Members are only ever added; `version` changes when one must go or mean something else.
 */
export interface PlanJson {
  readonly version: 1;
  readonly environment: string;
  readonly empty: boolean;
  readonly counts: { readonly add: number; readonly change: number; readonly remove: number; readonly run: number };
  readonly operations: readonly OperationJson[];
  readonly secretsToGenerate: readonly string[];
  readonly waiting: readonly { readonly target: string; readonly message: string }[];
  readonly retained: readonly { readonly provider: string; readonly storage: string; readonly bytes: number | null }[];
}

export interface OperationJson {
  readonly id: string;
  /** `machine.create`, `files.write`, … */
  readonly kind: string;
  readonly sign: Sign;
  readonly provider: string;
  readonly application: string | null;
  readonly unit: string | null;
  readonly summary: string;
  readonly cause: { readonly text: string; readonly place: Place | null };
  readonly dependsOn: readonly string[];
  /** Of `files.write`; else empty. Sorted by path. */
  readonly files: readonly FileJson[];
  /** The definition that `service.ensure` gives; null when it gives none. */
  readonly service: ServiceJson | null;
}

export interface ServiceJson {
  readonly command: readonly string[];
  readonly user: string;
  /** Secrets stand in it as tokens. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface FileJson {
  readonly path: string;
  readonly change: 'add' | 'change' | 'remove';
  /** Octal; null for a file that goes. */
  readonly mode: string | null;
  readonly owner: string | null;
  readonly group: string | null;
  /** Unified, without a header; secrets stand in it as tokens. Empty when the content stays or the file goes. */
  readonly diff: string;
}

export function planJson(plan: Plan): PlanJson {
  const counts = countSigns(plan);
  return {
    version: 1,
    environment: plan.environment,
    empty: plan.operations.length === 0 && plan.secretsToGenerate.length === 0,
    counts: { add: counts['+'], change: counts['~'], remove: counts['-'], run: counts['>'] },
    operations: plan.operations.map(operationJson),
    secretsToGenerate: plan.secretsToGenerate,
    waiting: plan.waiting,
    retained: plan.retained.map(({ provider, storage }) => ({ provider, storage: storage.id, bytes: storage.bytes })),
  };
}

function operationJson(operation: Operation): OperationJson {
  const { id, provider, action, cause, dependsOn } = operation;
  const { sign, text } = wordsOf(operation);
  return {
    id,
    kind: action.kind,
    sign,
    provider,
    ...targetOf(operation),
    summary: text,
    cause,
    dependsOn,
    files: action.kind === 'files.write' ? [...action.files.map(fileJson), ...removedJson(action.removed)] : [],
    service: action.kind === 'service.ensure' ? serviceJson(action.action) : null,
  };
}

function fileJson({ path, before, after }: FileWrite): FileJson {
  const { mode, owner, group } = after;
  const lines = diffLines(before?.content ?? '', after.content).flatMap((hunk) => {
    return [formatHunk(hunk), ...hunk.lines.map(({ sign, text }) => `${sign}${text}`)];
  });
  return { path, change: before === null ? 'add' : 'change', mode, owner, group, diff: lines.join('\n') };
}

function serviceJson(action: ServiceAction): ServiceJson | null {
  if (action.kind !== 'start' && action.kind !== 'update') return null;
  const { command, user, environment } = action.service;
  return { command, user, environment };
}

function removedJson(removed: Readonly<Record<string, unknown>>): FileJson[] {
  return Object.keys(removed).map((path) => {
    return { path, change: 'remove', mode: null, owner: null, group: null, diff: '' };
  });
}
