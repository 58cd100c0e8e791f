import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../read/clock.ts';
import { readFileState } from '../read/file-state.ts';
import {
  databaseFile,
  environmentDirectory,
  environmentsDirectory,
  holderFile,
  keyFile,
  lockFile,
} from '../read/paths.ts';
import { loadSqlite } from '../read/sqlite.ts';
import { takeFileLock } from './file-lock.ts';
import type { StateHome } from './home.ts';
import { loadSecretKey } from './secret-key.ts';
import { openSqliteStore } from './sqlite-store.ts';

export interface FileHomeOptions {
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
}

/** State below a directory: `environments/NAME/{state.db, lock.db, holder.json}` and `key`, for nobody else to read. */
export function openFileHome(state: string, options: FileHomeOptions): StateHome {
  const { clock, random } = options;
  return {
    ...readFileState(state, clock),
    lock: async (environment, actor, lockOptions) => {
      const place = {
        environment,
        lockFile: lockFile(state, environment),
        holderFile: holderFile(state, environment),
      };
      const held = await takeFileLock({ sqlite: await loadSqlite(), clock }, place, actor, lockOptions);
      if (held === null) return null;
      sweep(state);
      return {
        release: async () => {
          const unused = held.isInPlace() && !existsSync(databaseFile(state, environment));
          if (unused) retire(state, environment, random);
          held.release();
          sweep(state);
        },
      };
    },
    open: async (environment) => openSqliteStore(await loadSqlite(), databaseFile(state, environment), clock),
    forget: async (environment) => retire(state, environment, random),
    secretKey: async (need) => loadSecretKey(keyFile(state), need, random),
  };
}

/** What is being removed: no environment can be called so. */
const RETIRED = '.';

/** Gone from its name in one step; what a crash leaves of it is removed by the next command. */
function retire(state: string, environment: string, random: (length: number) => Uint8Array): void {
  const directory = environmentDirectory(state, environment);
  const suffix = Buffer.from(random(4)).toString('hex');
  renameSync(directory, join(environmentsDirectory(state), `${RETIRED}${environment}.${suffix}`));
}

function sweep(state: string): void {
  const directory = environmentsDirectory(state);
  const retired = readdirSync(directory).filter((name) => name.startsWith(RETIRED));
  for (const name of retired) rmSync(join(directory, name), { recursive: true, force: true });
}
