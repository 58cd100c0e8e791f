import { existsSync, readdirSync } from 'node:fs';
import { isName } from '../../model/names.ts';
import { byText } from '../../model/order.ts';
import type { Clock } from './clock.ts';
import { readHolder } from './holder.ts';
import type { StateReader } from './home.ts';
import { databaseFile, environmentsDirectory, holderFile } from './paths.ts';
import { loadSqlite } from './sqlite.ts';
import { openSqliteReader } from './sqlite-reader.ts';

/** State below a directory, one SQLite file an environment. Looking changes nothing and creates nothing. */
export function readFileState(state: string, clock: Clock): StateReader {
  return {
    environments: async () => listEnvironments(state),
    read: async (environment) => {
      if (!isName(environment) || !existsSync(databaseFile(state, environment))) return null;
      return openSqliteReader(await loadSqlite(), databaseFile(state, environment), clock);
    },
    holder: async (environment) => (isName(environment) ? readHolder(holderFile(state, environment)) : null),
  };
}

function listEnvironments(state: string): string[] {
  const directory = environmentsDirectory(state);
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => isName(name) && existsSync(databaseFile(state, name)));
  return names.sort(byText);
}
