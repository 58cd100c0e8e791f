import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from '../process.ts';
import { acquireSettings } from './settings.ts';
import type { SourcesFile } from './sources.ts';

/** The machine's own apt, as far as images need it. */
export interface MachineApt {
  readonly sources: readonly SourcesFile[];
  /** Lines of apt.conf that tell how archives are reached. */
  readonly acquire: readonly string[];
}

export async function readMachineApt(directory = '/etc/apt'): Promise<MachineApt> {
  const parts = (await readdir(join(directory, 'sources.list.d')).catch(() => [])).sort();
  const names = parts.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join('sources.list.d', name));
  const files = await Promise.all(['sources.list', ...names].map((name) => readSources(join(directory, name))));
  const dump = await runProcess(['apt-config', 'dump']);
  return { sources: files.filter((file) => file !== null), acquire: acquireSettings(dump.join('\n')) };
}

async function readSources(path: string): Promise<SourcesFile | null> {
  return readFile(path, 'utf8').then(
    (text) => ({ path, text }),
    () => null,
  );
}
