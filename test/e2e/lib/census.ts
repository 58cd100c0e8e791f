import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { networkIdentity } from '../../../providers/container/identity.ts';
import { agentsOf, commandOf, processesIn, tracesOf } from './host.ts';
import { eventually, TIDY_PATIENCE_MS } from './until.ts';
import type { Workspace } from './workspace.ts';

/** What is on the host for an environment, counted where it lies and not as the product tells it. */
export interface Census {
  /** `web/0 ID`, from the records. */
  readonly containers: readonly string[];
  /** Ids that have a process 1 of ours in their group. */
  readonly alive: readonly string[];
  readonly groups: readonly string[];
  /** By the first 8 characters of the ids. */
  readonly links: readonly string[];
  readonly bridges: readonly string[];
  readonly tables: readonly string[];
  readonly storage: readonly string[];
  readonly routes: readonly string[];
  readonly agents: number;
  /** Drafts and graves of commands that were killed; commands that still run, and what they started. */
  readonly leftovers: readonly string[];
}

/**
 * The host is exactly as `status` says: every unit is active and has one container, one process 1, one group, one link;
 * nothing is there twice, and nothing is there that belongs to nobody. The agent tidies up a
 * moment after it has answered.
 */
export async function expectOrder(workspace: Workspace, units: readonly string[]): Promise<void> {
  const report = workspace.status();
  expect(report.units.map(({ name, status }) => `${name} ${status.kind}`)).toEqual(
    units.map((unit) => `${unit} active`),
  );
  const machines = report.units.map(({ name, machine }) => ({ name, id: machine?.id ?? 'none' }));
  const ids = machines.map(({ id }) => id).sort();
  const { bridge, table } = networkIdentity(workspace.site.stateDirectory, workspace.name);
  const expected: Census = {
    containers: machines.map(({ name, id }) => `${name} ${id}`).sort(),
    alive: ids,
    groups: ids,
    links: ids.map((id) => `c${id.slice(0, 8)}`),
    bridges: [bridge],
    tables: [table],
    storage: ['db-0-data'],
    routes: ['lb:http.json'],
    agents: 1,
    leftovers: [],
  };
  await eventually(() => expect(takeCensus(workspace)).toEqual(expected), TIDY_PATIENCE_MS);
}

function takeCensus({ site, name }: Workspace): Census {
  const { stateDirectory, runDirectory } = site;
  const traces = tracesOf(site);
  const { bridge } = networkIdentity(stateDirectory, name);
  const records = namesIn(join(stateDirectory, 'containers')).filter(isId);
  return {
    containers: records.map((id) => `${unitOf(join(stateDirectory, 'containers', id, 'record.json'))} ${id}`).sort(),
    alive: [...site.containers].filter((id) => initsIn(id) === 1).sort(),
    groups: [...new Set(traces.groups.map((group) => group.slice(group.lastIndexOf('/') + 1)))].sort(),
    links: traces.links.filter((link) => link !== bridge).map((link) => link.slice(0, 9)),
    bridges: traces.links.filter((link) => link === bridge),
    tables: traces.tables,
    storage: namesIn(join(stateDirectory, 'storage', name)),
    routes: namesIn(join(stateDirectory, 'routes', name)),
    agents: agentsOf(site).length,
    leftovers: [
      ...traces.files.filter((path) => /\/\.[^/]+\.\d+\.[0-9a-f]{8}(\/|$)|\/\.trash\/./.test(path)),
      ...namesIn(join(runDirectory, 'builds')),
      ...traces.processes.filter((process) => isOfCommand(process)),
    ],
  };
}

/** Neither the agent's nor in a container. */
function isOfCommand(process: string): boolean {
  const pid = Number(process.split(' ')[0]);
  return /cantrip\.cjs|flock|esbuild|cantrip-exec/.test(commandOf(pid));
}

function initsIn(id: string): number {
  return processesIn(id).filter((pid) => commandOf(pid).startsWith('cantrip-init')).length;
}

function isId(name: string): boolean {
  return /^[0-9a-f]{16}$/.test(name);
}

function unitOf(record: string): string {
  return JSON.parse(readFileSync(record, 'utf8')).spec.unit;
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}
