import { createHash } from 'node:crypto';
import type { DesireInput, DesireResult } from '../../../engine/desire.ts';
import { desire } from '../../../engine/desire.ts';
import { imagine } from '../../../engine/imagine.ts';
import { plan } from '../../../engine/plan.ts';
import type { Allocation } from '../../../model/allocation.ts';
import { EMPTY_ALLOCATION } from '../../../model/allocation.ts';
import type { Charm } from '../../../model/charm.ts';
import type { Desired } from '../../../model/desired.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { formatPlace } from '../../../model/diagnostic.ts';
import type { Environment } from '../../../model/environment.ts';
import { parseEnvironment } from '../../../model/environment-parse.ts';
import type { Observed } from '../../../model/observed.ts';
import type { Plan } from '../../../model/plan.ts';
import { isEmptyPlan } from '../../../model/plan.ts';
import type { ProviderTraits } from '../../../model/provider.ts';
import { renderPlan } from '../../../model/render-plan.ts';
import { TEST_CHARMS } from './charms.ts';

/** The engine on a bench: an environment as a user writes it, a world as plain data. */
export interface Bench {
  readonly environment: Environment;
  readonly input: DesireInput;
  readonly result: DesireResult;
}

export interface BenchOptions {
  readonly charms?: Readonly<Record<string, Charm>>;
  readonly observed?: Observed;
  readonly allocation?: Allocation;
  readonly mode?: 'up' | 'down';
  readonly traits?: ReadonlyMap<string, ProviderTraits>;
  readonly directories?: ReadonlyMap<string, string>;
}

export const NOTHING: Observed = { providers: {} };

export const CONTAINER: ProviderTraits = {
  addresses: 'allocated',
  routes: true,
  storage: true,
  resize: true,
  createTimeoutMs: 10_000,
};

const CLOUD: ProviderTraits = {
  addresses: 'learned',
  routes: false,
  storage: true,
  resize: false,
  createTimeoutMs: 600_000,
};

const TRAITS: ReadonlyMap<string, ProviderTraits> = new Map([
  ['container', CONTAINER],
  ['cloud', CLOUD],
]);

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function parse(text: string): Environment {
  const { value, diagnostics } = parseEnvironment(text, 'environment.yaml', {
    providers: ['container', 'cloud'],
    resolvePath: (path) => `/work/${path}`,
  });
  if (value === null || diagnostics.length > 0) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return value;
}

export function bench(text: string, options: BenchOptions = {}): Bench {
  const environment = parse(text);
  const known = { ...TEST_CHARMS, ...options.charms };
  const charms = environment.applications.flatMap(({ name, charm }) => {
    const found = known[charm];
    return found === undefined ? [] : [[name, found] as const];
  });
  const input: DesireInput = {
    environment,
    charms: new Map(charms),
    directories: options.directories ?? new Map(),
    allocation: options.allocation ?? EMPTY_ALLOCATION,
    observed: options.observed ?? NOTHING,
    traits: options.traits ?? TRAITS,
    digest,
    mode: options.mode ?? 'up',
  };
  return { environment, input, result: desire(input) };
}

/** `environment.yaml:4:12 E2001 message | hint`, with `warning` when it is one. */
export function formatDiagnostic({ place, code, severity, message, hint }: Diagnostic): string {
  const where = place === null ? '' : `${formatPlace(place)} `;
  return `${where}${code} ${severity === 'warning' ? 'warning: ' : ''}${message}${hint === null ? '' : ` | ${hint}`}`;
}

export function faults(text: string, options: BenchOptions = {}): readonly string[] {
  return bench(text, options).result.diagnostics.map(formatDiagnostic);
}

export function desiredOf(text: string, options: BenchOptions = {}): Desired {
  const { desired, diagnostics } = bench(text, options).result;
  if (desired === null) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return desired;
}

/** A world and what was decided for it. */
export interface Deployed {
  readonly observed: Observed;
  readonly allocation: Allocation;
  readonly secretVersions: ReadonlyMap<string, string>;
}

export const UNDEPLOYED: Deployed = { observed: NOTHING, allocation: EMPTY_ALLOCATION, secretVersions: new Map() };

export interface ChangeOptions extends BenchOptions {
  readonly from?: Deployed;
  readonly data?: 'keep' | 'remove';
}

/** The plan that leads from a world to an environment. */
export function planFor(text: string, options: ChangeOptions = {}): { readonly plan: Plan; readonly next: Deployed } {
  const from = options.from ?? UNDEPLOYED;
  const { input, result } = bench(text, { ...from, ...options });
  if (result.desired === null) throw new Error(result.diagnostics.map(formatDiagnostic).join('\n'));
  const { secretVersions } = from;
  const made = plan({ ...input, desired: result.desired, secretVersions, data: options.data ?? 'keep' });
  return { plan: made, next: { observed: input.observed, allocation: result.allocation, secretVersions } };
}

export function planText(text: string, options: ChangeOptions = {}): string {
  return renderPlan(planFor(text, options).plan).join('\n');
}

/** The world after everything was done for an environment. */
export function deployed(text: string, options: ChangeOptions = {}): Deployed {
  const { plan: made, next } = planFor(text, options);
  if (isEmptyPlan(made)) return next;
  const secretVersions = new Map(next.secretVersions);
  for (const id of made.secretsToGenerate) secretVersions.set(id, 'v1');
  const from = { ...next, secretVersions };
  if (made.secretsToGenerate.length > 0) return deployed(text, { ...options, from });
  return deployed(text, { ...options, from: { ...from, observed: imagine(next.observed, made.operations) } });
}

/** Each operation with those it waits for: the order of a plan without its content. */
export function orderText({ operations }: Plan): readonly string[] {
  return operations.map(({ id, dependsOn }) => (dependsOn.length === 0 ? id : `${id} < ${dependsOn.join(', ')}`));
}
