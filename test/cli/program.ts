import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The built command in a folder of its own, with state of its own. */
export interface Program {
  /** A path in the folder. */
  path(name: string): string;
  read(name: string): string;
  write(name: string, text: string): void;
  run(args: readonly string[], options?: RunOptions): Run;
  /** Removes everything. */
  remove(): void;
}

interface RunOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** Below the folder. */
  readonly directory?: string;
  readonly input?: string;
}

interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

let built: string | null = null;

/** Built once a test process, from the sources as they are. */
function build(): string {
  if (built !== null) return built;
  // Native parts are found from where the bundle lies.
  const folder = mkdtempSync(join(ROOT, 'build/test-program-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the command cannot be built: ${stderr}`);
  built = join(folder, 'cantrip.cjs');
  return built;
}

export function openProgram(): Program {
  const bundle = build();
  const folder = mkdtempSync(join(tmpdir(), 'cantrip-cli-'));
  const work = join(folder, 'work');
  mkdirSync(work);
  const path = (name: string): string => join(work, name);
  return {
    path,
    read: (name) => readFileSync(path(name), 'utf8'),
    write: (name, text) => {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text);
    },
    run: (args, options = {}) => {
      const result = spawnSync(process.execPath, [bundle, ...args], {
        cwd: join(work, options.directory ?? '.'),
        encoding: 'utf8',
        input: options.input ?? '',
        env: { PATH: process.env.PATH, HOME: folder, ...directoriesBelow(folder), ...options.variables },
      });
      return { status: result.status, ...streams(result, work) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function directoriesBelow(folder: string): Record<string, string> {
  return {
    CANTRIP_STATE_DIR: join(folder, 'state'),
    CANTRIP_RUN_DIR: join(folder, 'run'),
    CANTRIP_NATIVE_DIR: join(ROOT, 'native/build'),
  };
}

/** What differs from run to run is replaced by words. */
function streams({ stdout, stderr }: SpawnSyncReturns<string>, work: string): { out: string; err: string } {
  const mask = (text: string): string =>
    text
      .replaceAll(work, 'WORK')
      .replace(/\b10\.\d+\.\d+\.(\d+)/g, '10.x.y.$1')
      .replace(/\b\d\d:\d\d:\d\d[+-]\d\d:\d\d/g, 'hh:mm:ss+00:00');
  return { out: mask(stdout), err: mask(stderr) };
}
