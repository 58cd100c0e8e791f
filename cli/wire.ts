import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { builtInCharms } from '../charms/index.ts';
import { systemClock } from '../controller/apply/clock.ts';
import { openFileHome } from '../controller/apply/file-home.ts';
import type { ReconcileContext } from '../controller/apply/reconcile.ts';
import { sha256 } from '../controller/read/digest.ts';
import { readFileState } from '../controller/read/file-state.ts';
import type { ReadContext } from '../controller/read/situation.ts';
import type { Provider } from '../model/provider.ts';
import { PROVIDERS } from '../providers/index.ts';
import { directories } from './directories.ts';
import { openInterrupts } from './interrupts.ts';
import { UsageError } from './output/fault.ts';
import { processTerminal, type Terminal } from './output/terminal.ts';
import type { ReadShell } from './read/shell.ts';
import type { WriteShell } from './write/shell.ts';

/** Everything composed, each part loaded when it is asked for. */
export interface Shells {
  readonly terminal: Terminal;
  readonly stateDirectory: string;
  read(): ReadShell;
  write(): WriteShell;
  /** Of the verb that ran. */
  status(): number;
}

/** The one place where the parts of the program meet. */
export function openShells(process: NodeJS.Process): Shells {
  const terminal = processTerminal(process);
  const places = directories(process);
  const interrupts = openInterrupts(process);
  const world = openWorld(places, terminal);
  let status = 0;
  const read: ReadShell = {
    terminal,
    directory: process.cwd(),
    isRoot: process.getuid?.() === 0,
    places,
    state: readFileState(places.state, systemClock),
    nowMs: systemClock.nowMs,
    context: world.context,
    interruptible: interrupts.signal,
    action:
      (run) =>
      async (...args) => {
        status = await run(...args);
      },
  };
  const write: WriteShell = {
    ...read,
    requireRoot: (verb) => requireRoot(process, verb),
    reconcileContext: async (emit): Promise<ReconcileContext> => {
      const home = openFileHome(places.state, { clock: systemClock, random: randomBytes });
      return { ...(await world.context()), home, clock: systemClock, random: randomBytes, emit };
    },
    provider: world.open,
    actor: (verb) => ({ verb, who: userName(), pid: process.pid }),
    ask: (question) => ask(process, terminal, question),
  };
  return { terminal, stateDirectory: places.state, read: () => read, write: () => write, status: () => status };
}

type Places = ReturnType<typeof directories>;

/** Providers and images, opened once and only when an environment names them. */
function openWorld(places: Places, terminal: Terminal) {
  const opened = new Map<string, Promise<Provider>>();
  const host = { stateDirectory: places.state, runDirectory: places.run, nativeDirectory: places.native };
  const log = (line: string): void => terminal.err(`${terminal.errorStyle.dim('note:')} ${line}`);
  const images = once(async () => {
    const [{ openImages }, { openBuilder }] = await Promise.all([
      import('../images/store.ts'),
      import('../providers/container/index.ts'),
    ]);
    return openImages({ directory: places.images, builder: openBuilder({ ...host, log }) });
  });
  const openProvider = async (kind: string): Promise<Provider> => {
    const entry = PROVIDERS.find((provider) => provider.kind === kind);
    if (entry === undefined) throw new Error(`no provider ${kind}`);
    const [{ openProvider: open }, store] = await Promise.all([entry.load(), images()]);
    return open({ ...host, images: store, log });
  };
  const open = (kind: string): Promise<Provider> => {
    const provider = opened.get(kind) ?? openProvider(kind);
    opened.set(kind, provider);
    return provider;
  };
  const context = async (): Promise<ReadContext<Provider>> => ({
    providers: { kinds: PROVIDERS.map(({ kind }) => kind), open },
    builtInCharms,
    digest: sha256,
    digestDirectory: async (path) => (await images()).digestDirectory(path),
    charmCache: join(places.state, 'cache/charms'),
    charmKit: places.kit,
  });
  return { context, open };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

function requireRoot(process: NodeJS.Process, verb: string): void {
  if (process.getuid?.() === 0) return;
  throw new UsageError(
    `cantrip ${verb} needs root: it makes containers, networks and kernel rules`,
    'run it with sudo',
  );
}

function userName(): string {
  try {
    return process.env.SUDO_USER ?? userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? ''}`;
  }
}

async function ask({ stdin, stderr }: NodeJS.Process, terminal: Terminal, question: string): Promise<string | null> {
  if (!terminal.isInputTerminal || !terminal.isErrorTerminal) return null;
  const questions = createInterface({ input: stdin, output: stderr });
  try {
    return await questions.question(question);
  } finally {
    questions.close();
  }
}
