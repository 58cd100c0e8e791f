import type { MemoryHome } from '../../controller/apply/memory-home.ts';
import { openMemoryHome } from '../../controller/apply/memory-home.ts';
import { readStored } from '../../controller/read/stored.ts';
import type { Operation } from '../../model/plan.ts';
import { createChance } from './chance.ts';
import type { SimulationTime } from './clock.ts';
import { createTime } from './clock.ts';
import type { Declaration } from './declaration.ts';
import { declarationText, ENVIRONMENT } from './declaration.ts';
import type { History, Step } from './history.ts';
import { stepText } from './history.ts';
import type { NumberMemory } from './invariants.ts';
import { differences, leftovers, lostStorage, rememberNumbers, storageOn, violations } from './invariants.ts';
import type { Command, Ended, Reconciler } from './reconciler.ts';
import { abortedAt, NEVER } from './reconciler.ts';
import { perform } from './verbs.ts';
import type { Hosts } from './worlds.ts';
import { createHosts, disturbSomeTime, startProcess } from './worlds.ts';

/** What came of a history: told line by line, and what was wrong. */
export interface Trace {
  readonly lines: readonly string[];
  readonly faults: readonly string[];
}

/** Lives through a history; then the world is kind, and all must come to what was declared, and go again. */
export async function simulate({ steps }: History, reconciler: Reconciler): Promise<Trace> {
  const simulation = openSimulation(reconciler);
  for (const step of steps) {
    await liveThrough(simulation, step);
    if (simulation.faults.length > 0) return simulation;
  }
  await comeToRest(simulation);
  if (simulation.faults.length === 0) await goAway(simulation);
  return simulation;
}

interface Simulation {
  readonly reconciler: Reconciler;
  readonly time: SimulationTime;
  readonly hosts: Hosts;
  readonly home: MemoryHome;
  readonly numbers: NumberMemory;
  readonly lines: string[];
  readonly faults: string[];
  declaration: Declaration;
}

function openSimulation(reconciler: Reconciler): Simulation {
  const time = createTime();
  const chance = createChance(1);
  const random = (length: number): Uint8Array => Uint8Array.from({ length }, () => chance.below(256));
  return {
    reconciler,
    time,
    hosts: createHosts(time),
    home: openMemoryHome({ clock: time, random }),
    numbers: rememberNumbers(),
    lines: [],
    faults: [],
    declaration: { applications: [], relations: [] },
  };
}

async function liveThrough(simulation: Simulation, step: Step): Promise<void> {
  const { home, hosts, lines, faults, numbers } = simulation;
  lines.push(stepText(step));
  if (step.lost) {
    home.lose(ENVIRONMENT);
    numbers.forget();
    for (const { secrets } of hosts.values()) secrets.clear();
  }
  simulation.declaration = perform(simulation.declaration, step.verb);
  const before = storageOn(hosts);
  const mode = step.verb.kind === 'down' ? 'down' : 'up';
  const ended = await run(simulation, { mode, data: step.data, text: declarationText(simulation.declaration) }, step);
  lines.push(`  ${ended.kind}, ${ended.performed} operations${ended.detail === '' ? '' : `: ${ended.detail}`}`);
  if (ended.forgotten) numbers.forget();
  faults.push(
    ...violations(hosts),
    ...lostStorage(before, hosts, step.data),
    ...(await checkNumbers(simulation, ended)),
  );
  if (ended.kind === 'refused') faults.push(`refused: ${ended.detail}`);
}

async function checkNumbers({ home, numbers }: Simulation, { allocation }: Ended): Promise<readonly string[]> {
  if (allocation !== undefined) return numbers.check(allocation);
  const store = await home.read(ENVIRONMENT);
  const stored = store === null ? null : await readStored(store);
  return stored === null ? [] : numbers.check(stored.allocation);
}

type Unkindness = Pick<Step, 'seed' | 'trouble' | 'disturbances' | 'interrupted'>;

/** The longest look at all worlds. */
const LOOK_MS = 1000;

const KIND: Unkindness = { seed: 1, trouble: 0, disturbances: 0, interrupted: false };

async function run(
  simulation: Simulation,
  command: Command,
  { seed, trouble, disturbances, interrupted }: Unkindness,
): Promise<Ended> {
  const { hosts, home, time, reconciler, lines } = simulation;
  const chance = createChance(seed);
  const note = (line: string): void => void lines.push(`    ${line}`);
  let on = true;
  let disturbedMs = Number.NEGATIVE_INFINITY;
  const onDisturbance = (line: string): void => {
    disturbedMs = time.nowMs();
    note(line);
  };
  const options = { hosts, time, chance, onDisturbance, isOn: () => on };
  for (let count = 0; count < disturbances; count += 1) disturbSomeTime(options);
  const running = new Map<string, Operation>();
  const process = startProcess({
    environment: ENVIRONMENT,
    hosts,
    chance,
    trouble,
    running,
    note,
    disturbed: () => time.nowMs() - disturbedMs <= LOOK_MS,
  });
  const death = process.death.then((): Ended => {
    home.crash();
    return { kind: 'crashed', performed: 0, forgotten: false, detail: '' };
  });
  const signal = interrupted ? abortedAt(time, time.nowMs() + chance.below(30) ** 3) : NEVER;
  const working = reconciler(command, { process, home, time, chance: createChance(seed), signal, running });
  const ended = await time.drive(Promise.race([working, death]));
  on = false;
  return ended;
}

/** One more `up` without trouble must do it, and the next have nothing to do. */
async function comeToRest(simulation: Simulation): Promise<void> {
  const { hosts, faults, lines, declaration } = simulation;
  const command: Command = { mode: 'up', data: 'keep', text: declarationText(declaration) };
  const before = storageOn(hosts);
  const first = await run(simulation, command, KIND);
  lines.push(`up without trouble: ${first.kind}, ${first.performed} operations ${first.detail}`);
  if (first.kind !== 'done') faults.push(`it does not come to rest: ${first.kind} ${first.detail}`);
  faults.push(...violations(hosts), ...lostStorage(before, hosts, 'keep'), ...differences(declaration, hosts));
  const second = await run(simulation, command, KIND);
  lines.push(`up again: ${second.kind}, ${second.performed} operations`);
  if (second.performed > 0) faults.push(`a plan without a reason: ${second.performed} operations`);
}

async function goAway(simulation: Simulation): Promise<void> {
  const { hosts, home, faults, lines, declaration } = simulation;
  const text = declarationText(declaration);
  const down = await run(simulation, { mode: 'down', data: 'remove', text }, KIND);
  lines.push(`down without trouble: ${down.kind}, ${down.performed} operations ${down.detail}`);
  if (down.kind !== 'done') faults.push(`it does not go away: ${down.kind} ${down.detail}`);
  faults.push(...violations(hosts), ...leftovers(hosts));
  if ((await home.read(ENVIRONMENT)) !== null) faults.push('something is stored of an environment that is gone');
}
