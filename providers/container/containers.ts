import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DirectoryIntent, Probe } from '../../model/charm.ts';
import type { MachineSpec } from '../../model/desired.ts';
import type { ObservedFile } from '../../model/observed.ts';
import type { UnitRef } from '../../model/provider.ts';
import { makeWhole, namesIn, readJson, sweepDrafts, writeJson } from './files.ts';
import { containerId } from './identity.ts';
import { type ContainerPaths, containerPaths, type Layout } from './layout.ts';

/** The label of a container: what it was made from. */
export interface ContainerRecord {
  readonly id: string;
  readonly spec: MachineSpec;
}

/**
 * What was done inside a container, each part written after it was done: a crash between makes it be done again,
 * which is harmless.
 */
export interface Manifest {
  readonly files: Readonly<Record<string, ObservedFile>>;
  readonly directories: Readonly<Record<string, DirectoryIntent>>;
  /** Command name → digest. */
  readonly commands: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, ServiceEntry>>;
  readonly health: HealthEntry | null;
}

interface ServiceEntry {
  readonly digest: string;
  /** What it took over, as in `ObservedService.configuration`. */
  readonly configuration: string;
  readonly ready: Probe | null;
}

interface HealthEntry {
  readonly digest: string;
  readonly probe: Probe | null;
}

const EMPTY_MANIFEST: Manifest = { files: {}, directories: {}, commands: {}, services: {}, health: null };

/** The containers of a state directory, as their labels say. */
export interface Containers {
  paths(id: string): ContainerPaths;
  /** All of the environment, or all of all. */
  list(environment?: string): readonly ContainerRecord[];
  find(unit: UnitRef): ContainerRecord | null;
  /** A label and empty directories under an id never used before. */
  create(spec: MachineSpec): ContainerRecord;
  relabel(record: ContainerRecord): void;
  manifest(id: string): Manifest;
  amend(id: string, change: (manifest: Manifest) => Partial<Manifest>): void;
}

export function openContainers(layout: Layout): Containers {
  /** Id → unit, which never changes: spares reading every label for every unit. */
  const units = new Map<string, string>();
  /** Whether what killed commands had begun is cleared away: once a process will do. */
  let swept = false;
  const paths = (id: string): ContainerPaths => containerPaths(layout, id);
  const read = (id: string): ContainerRecord | null => {
    const record = readJson<ContainerRecord>(paths(id).record);
    if (record !== null) units.set(id, unitKey(record.spec));
    return record;
  };
  const ids = (): readonly string[] => namesIn(layout.containers).filter((name) => /^[0-9a-f]{16}$/.test(name));
  const manifest = (id: string): Manifest => readJson<Manifest>(paths(id).manifest) ?? EMPTY_MANIFEST;
  const containers: Containers = {
    paths,
    list: (environment) =>
      ids()
        .flatMap((id) => read(id) ?? [])
        .filter(({ spec }) => environment === undefined || spec.environment === environment),
    find(unit) {
      const key = unitKey(unit);
      const id = ids().find((candidate) => (units.get(candidate) ?? unitKey(read(candidate)?.spec)) === key);
      return id === undefined ? null : read(id);
    },
    create(spec) {
      if (!swept) sweepDrafts(layout.containers);
      swept = true;
      const record = { id: containerId(spec, randomUUID()), spec };
      makeWhole(paths(record.id).directory, (draft) => fill(draft, record));
      return record;
    },
    relabel: (record) => writeJson(paths(record.id).record, record),
    manifest,
    amend: (id, change) => {
      const before = manifest(id);
      writeJson(paths(id).manifest, { ...before, ...change(before) });
    },
  };
  return containers;
}

/**
 * Everybody inside the container passes through the upper's root and the logs; the directory around them keeps all
 * others out.
 */
function fill(directory: string, record: ContainerRecord): void {
  writeJson(join(directory, 'record.json'), record);
  mkdirSync(join(directory, 'work'), { mode: 0o700 });
  for (const open of ['upper', 'logs']) {
    mkdirSync(join(directory, open));
    chmodSync(join(directory, open), 0o755);
  }
}

function unitKey(unit: { readonly environment: string; readonly unit: string } | undefined): string {
  return unit === undefined ? '' : `${unit.environment}\0${unit.unit}`;
}
