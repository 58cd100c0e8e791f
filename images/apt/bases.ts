import { join } from 'node:path';
import { ProviderError } from '../../model/provider.ts';
import type { Archive } from './archive.ts';
import { openArchive } from './archive.ts';
import { readMachineApt } from './machine.ts';
import { builderConfiguration } from './settings.ts';
import { debianEntries, debianSuites, suiteOf } from './sources.ts';

/** Where a base image and all packages upon it come from. */
export interface BaseSource {
  readonly suite: string;
  readonly archive: Archive;
  /** Text of the apt.conf for use inside builders. */
  readonly aptSettings: string;
}

/**
 * Opens the source of a base (`debian/12`), once per suite, with what the machine's own apt says. `ProviderError`
 * when it offers none.
 */
export function openBases(directory: string): (base: string) => Promise<BaseSource> {
  const opened = new Map<string, Promise<BaseSource>>();
  return (base) => {
    const source = opened.get(base) ?? openBase(base, directory);
    opened.set(base, source);
    source.catch(() => opened.delete(base));
    return source;
  };
}

async function openBase(base: string, directory: string): Promise<BaseSource> {
  const suite = suiteOf(base);
  if (suite === null)
    throw unusable(base, 'no such base image is known', 'known are debian/12, debian/13 and debian/SUITE');
  const machine = await readMachineApt();
  const entries = debianEntries(machine.sources, suite);
  if (!entries.some((entry) => entry.suite === suite)) {
    const offered = debianSuites(machine.sources).join(', ') || 'nothing of Debian';
    throw unusable(
      base,
      `the machine's apt sources offer ${offered}, not ${suite}`,
      'add it in /etc/apt/sources.list.d',
    );
  }
  const archive = await openArchive({ suite, directory: join(directory, suite), entries, acquire: machine.acquire });
  return { suite, archive, aptSettings: builderConfiguration(machine.acquire) };
}

function unusable(base: string, message: string, hint: string): ProviderError {
  return new ProviderError({ action: 'make base image', target: base, message, hint });
}
