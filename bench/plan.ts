// How long does planning take? 10,000 units whose relations have 20,000 unit ends: from nothing, and when nothing is to
// do.
// What is timed is what `plan` does between reading the file's text and printing: parse, desire, plan until empty,
// render.
import { createHash } from 'node:crypto';
import { charm, http, intent, z } from '../charms/kit/index.ts';
import { type ForeseeInput, foresee } from '../engine/foresee.ts';
import { imagine } from '../engine/imagine.ts';
import { EMPTY_ALLOCATION } from '../model/allocation.ts';
import type { Charm } from '../model/charm.ts';
import { parseEnvironment } from '../model/environment-parse.ts';
import type { Observed } from '../model/observed.ts';
import type { ProviderTraits } from '../model/provider.ts';
import { renderPlan } from '../model/render-plan.ts';
import { benchArguments } from './lib/arguments.ts';
import { timed } from './lib/clock.ts';
import { printReport, reportLines } from './lib/report.ts';

const APPLICATIONS = 1000;
const UNITS_EACH = 10;

const TRAITS: ProviderTraits = {
  addresses: 'allocated',
  routes: true,
  storage: true,
  resize: true,
  createTimeoutMs: 10_000,
};

const { json, runs } = benchArguments(5);
const text = ringOfApplications();
const fromNothing: number[] = [];
const noChange: number[] = [];
for (let round = 0; round <= runs; round += 1) {
  const first = await sample({ observed: { providers: {} }, known: new Map() });
  const world = imagine({ providers: {} }, first.operations);
  const second = await sample({ observed: world, known: first.secrets });
  if (second.operations.length > 0) throw new Error(`the second plan has ${second.operations.length} operations`);
  if (round > 0) {
    fromNothing.push(first.ms);
    noChange.push(second.ms);
  }
}
printReport(
  reportLines('plan', [
    { subject: 'cantrip from nothing', unit: 'ms', samples: fromNothing },
    { subject: 'cantrip no change', unit: 'ms', samples: noChange },
  ]),
  json,
);

/** Every application requires the next one: 1,000 relations of 10 + 10 unit ends. */
function ringOfApplications(): string {
  const names = Array.from({ length: APPLICATIONS }, (_, index) => `app-${letters(index)}`);
  const applications = names.map((name) => `  ${name}: {charm: service, units: ${UNITS_EACH}}`);
  const relations = names.map((name, index) => `  - [${name}:upstream, ${names[(index + 1) % names.length]}:http]`);
  return ['environment: large', 'applications:', ...applications, 'relations:', ...relations, ''].join('\n');
}

/** Names may not end in a number after a hyphen: 27 → `abb`. */
function letters(index: number): string {
  return index.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
}

function service(): Charm {
  return charm(
    {
      name: 'service',
      summary: 'Answers HTTP and asks another',
      provides: { http },
      requires: { upstream: http },
      options: z.object({ workers: z.int().default(2) }),
      ports: ['http'],
      install: { packages: ['service'] },
    },
    (unit) => {
      const upstream = unit.relations('upstream').flatMap((relation) => relation.units);
      const lines = upstream.map((remote) => `upstream ${remote.hostname} ${remote.address} ${remote.data?.port}`);
      return intent({
        files: { '/etc/service.conf': [`workers ${unit.options.workers}`, ...lines, ''].join('\n') },
        services: { service: { command: 'service --config /etc/service.conf' } },
        publish: { http: { port: 80 } },
        ports: { http: 80 },
      });
    },
  );
}

async function sample({ observed, known }: { observed: Observed; known: ReadonlyMap<string, string> }) {
  let operations: NonNullable<ReturnType<typeof foresee>['plan']>['operations'] = [];
  const ms = await timed(() => {
    const { plan, diagnostics } = foresee(inputOf(observed, known));
    if (plan === null) throw new Error(`no plan: ${JSON.stringify(diagnostics.slice(0, 3))}`);
    if (renderPlan(plan).length === 0) throw new Error('nothing was rendered');
    operations = plan.operations;
  });
  return { ms, operations, secrets: known };
}

function inputOf(observed: Observed, secretVersions: ReadonlyMap<string, string>): ForeseeInput {
  const options = { resolvePath: (path: string) => path, providers: ['container'] };
  const { value: environment, diagnostics } = parseEnvironment(text, 'environment.yaml', options);
  if (environment === null) throw new Error(`the file is wrong: ${JSON.stringify(diagnostics.slice(0, 3))}`);
  const one = service();
  return {
    environment,
    charms: new Map(environment.applications.map(({ name }) => [name, one])),
    directories: new Map(),
    allocation: EMPTY_ALLOCATION,
    observed,
    traits: new Map([['container', TRAITS]]),
    digest: (content) => createHash('sha256').update(content).digest('hex').slice(0, 32),
    mode: 'up',
    secretVersions,
    data: 'keep',
  };
}
