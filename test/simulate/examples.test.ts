import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { builtInCharms } from '../../charms/index.ts';
import { openMemoryHome } from '../../controller/apply/memory-home.ts';
import type { Outcome } from '../../controller/apply/outcome.ts';
import type { ReconcileContext } from '../../controller/apply/reconcile.ts';
import { reconcile } from '../../controller/apply/reconcile.ts';
import { prepare } from '../../controller/read/prepare.ts';
import { foresee } from '../../engine/foresee.ts';
import type { Operation, Plan } from '../../model/plan.ts';
import { whyNotReady } from '../../model/readiness.ts';
import { observeHost } from '../../providers/simulated/host.ts';
import type { WorldKind } from '../../providers/simulated/settings.ts';
import { CONTAINER_LIKE, SLOW_CLOUD } from '../../providers/simulated/settings.ts';
import { createChance } from './chance.ts';
import { createTime } from './clock.ts';
import { contextOf, NEVER } from './reconciler.ts';
import { createHosts, startProcess } from './worlds.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

interface Example {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

const examples = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }): Example => {
    const file = `${EXAMPLES}${name}/environment.yaml`;
    return { name, file, text: readFileSync(file, 'utf8') };
  });

/** The same file in another kind of world differs in one word. */
function on({ file, text }: Example, { kind }: WorldKind) {
  return { file, text: text.replace(/^(environment: .*)$/m, `$1\ndefaults: {provider: ${kind}}`) };
}

function environmentOf({ text }: Example): string {
  return /^environment: (.*)$/m.exec(text)?.[1] ?? '';
}

/** A command line on a simulated host: real controller, real charms. */
function openTerminal(environment: string) {
  const time = createTime();
  const chance = createChance(7);
  const hosts = createHosts(time);
  const running = new Map<string, Operation>();
  const performed: string[] = [];
  const process = startProcess({
    environment,
    hosts,
    chance,
    trouble: 0,
    running,
    note: () => {},
    disturbed: () => false,
  });
  const random = (length: number): Uint8Array => Uint8Array.from({ length }, () => chance.below(256));
  const home = openMemoryHome({ clock: time, random });
  const base = contextOf({ process, home, time, chance, running, signal: NEVER }, builtInCharms);
  const context: ReconcileContext = {
    ...base,
    charmKit: fileURLToPath(new URL('../../charms/kit/index.ts', import.meta.url)),
    emit: (event) => {
      if (event.kind === 'operation.ended' && event.result.kind === 'done') performed.push(event.operation.id);
      base.emit(event);
    },
  };
  return { environment, time, hosts, home, context, performed };
}

type Terminal = ReturnType<typeof openTerminal>;

async function plan({ time, home, context }: Terminal, source: { file: string; text: string }): Promise<Plan> {
  const situation = await time.drive(prepare(context, home, { environment: null, source, mode: 'up', adopt: false }));
  const { declared, allocation, observed, traits, diagnostics } = situation;
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (declared.environment === null) throw new Error('the example cannot be read');
  const common = {
    allocation,
    observed,
    traits,
    digest: context.digest,
    secretVersions: new Map(),
    data: 'keep',
  } as const;
  const foreseen = foresee({ ...common, ...declared, environment: declared.environment, mode: 'up' });
  if (foreseen.plan === null) throw new Error('the example has no plan');
  return foreseen.plan;
}

function command(terminal: Terminal, source: { file: string; text: string }, mode: 'up' | 'down'): Promise<Outcome> {
  const { environment } = terminal;
  const actor = { verb: mode, who: 'user', pid: 1 };
  const request = {
    environment,
    source,
    mode,
    data: 'remove',
    actor,
    adopt: false,
    wait: false,
    signal: NEVER,
  } as const;
  return terminal.time.drive(reconcile(terminal.context, request));
}

describe.each(examples)('example $name', (example) => {
  it('does what its plan said, and nothing the second time', async () => {
    const terminal = openTerminal(environmentOf(example));
    const source = on(example, CONTAINER_LIKE);
    const foreseen = (await plan(terminal, source)).operations.map(({ id }) => id);
    expect(await command(terminal, source, 'up')).toMatchObject({ kind: 'done', rounds: 1 });
    expect([...terminal.performed].sort()).toEqual([...foreseen].sort());
    expect(await command(terminal, source, 'up')).toMatchObject({ kind: 'done', performed: 0, rounds: 0 });
  });

  it.each([CONTAINER_LIKE, SLOW_CLOUD])('comes to rest on $kind and goes away', async (world) => {
    const terminal = openTerminal(environmentOf(example));
    const source = on(example, world);
    const up = await command(terminal, source, 'up');
    expect(up.failures).toEqual([]);
    expect(up.kind).toBe('done');
    const host = terminal.hosts.get(world.kind);
    if (host === undefined) throw new Error('there is no host');
    const { machines } = observeHost(host, terminal.environment);
    const statuses = up.situation?.desired?.units.map(({ name, intent }) => `${name} ${intent.status.kind}`) ?? [];
    expect(machines.map((machine) => `${machine.unit} ${whyNotReady(machine) ?? 'active'}`)).toEqual(statuses);
    expect(await command(terminal, source, 'down')).toMatchObject({ kind: 'done', forgotten: true });
    expect(host.violations).toEqual([]);
  });
});
