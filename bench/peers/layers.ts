import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/run.ts';

/** Mounts image layers, lowest first, as one directory that can be written to, and returns its path. */
export function mountLayers(layers: readonly string[], folder: string, name: string): string {
  const [root, upper, work] = [join(folder, name), join(folder, `${name}-upper`), join(folder, `${name}-work`)];
  for (const directory of [root, upper, work]) mkdirSync(directory);
  const options = `lowerdir=${[...layers].reverse().join(':')},upperdir=${upper},workdir=${work}`;
  run('mount', ['-t', 'overlay', 'overlay', '-o', options, root]);
  return root;
}
