import type { StatusKind } from '../../model/charm.ts';
import type { StorageSpec } from '../../model/desired.ts';
import { formatBytes } from '../../model/quantities.ts';
import type { ApplicationStatus, MachineStatus, RouteStatus, StatusReport, UnitStatus } from '../../model/status.ts';
import type { Style } from './style.ts';
import { type Column, renderTable } from './table.ts';
import { harmless, truncate } from './text.ts';

/** As Juju cuts messages. */
const MESSAGE_WIDTH = 120;

const APPLICATION_COLUMNS: readonly Column[] = [
  { title: 'App' },
  { title: 'Status' },
  { title: 'Scale', align: 'right' },
  { title: 'Charm' },
  { title: 'Provider' },
  { title: 'Exposed' },
  { title: 'Message' },
];

export function applicationTable(applications: readonly ApplicationStatus[], style: Style): string[] {
  return section(
    APPLICATION_COLUMNS,
    applications.map(({ name, status, active, scale, charm, provider, exposed }) => [
      name,
      paintStatus(status.kind, style),
      active === scale ? String(scale) : `${active}/${scale}`,
      charm ?? '',
      provider,
      exposed ? 'yes' : 'no',
      message(status.message),
    ]),
  );
}

const UNIT_COLUMNS = ['Unit', 'Workload', 'Agent', 'Machine', 'Address', 'Ports', 'Message'].map((title) => ({
  title,
}));

/** `*` marks the leader. */
export function unitTable(units: readonly UnitStatus[], style: Style): string[] {
  return section(
    UNIT_COLUMNS,
    units.map(({ name, leader, status, machine, ports }) => [
      leader ? `${name}*` : name,
      paintStatus(status.kind, style),
      agentState(machine),
      machine?.id.slice(0, 8) ?? '',
      machine?.address ?? '',
      ports.length === 0 ? '' : `${ports.map(({ port }) => port).join(',')}/tcp`,
      message(status.message),
    ]),
  );
}

/** Juju's word for whether somebody is there who does what is asked. */
function agentState(machine: MachineStatus | null): string {
  switch (machine?.state) {
    case undefined:
    case 'creating':
      return 'allocating';
    case 'running':
      return 'idle';
    case 'stopped':
    case 'broken':
      return 'lost';
  }
}

export function relationTable({ relations }: StatusReport): string[] {
  return section(
    ['Integration provider', 'Requirer', 'Interface', 'Type'].map((title) => ({ title })),
    relations.map((relation) => [relation.provider, relation.requirer, relation.interface, 'regular']),
  );
}

/** Storage with the kind of provider it lies on. */
export interface StoredOn {
  readonly provider: string;
  readonly storage: StorageSpec;
  readonly used: boolean;
}

export function storageTable(storage: readonly StoredOn[]): string[] {
  const columns: Column[] = [
    { title: 'Unit' },
    { title: 'Storage id' },
    { title: 'Provider' },
    { title: 'Mountpoint' },
    { title: 'Size', align: 'right' },
    { title: 'Status' },
  ];
  return section(
    columns,
    storage.map(({ provider, storage: { id, unit, path, bytes }, used }) => [
      unit,
      id,
      provider,
      path,
      bytes === null ? '' : formatBytes(bytes),
      used ? 'attached' : 'kept',
    ]),
  );
}

export function routeTable(routes: readonly RouteStatus[]): string[] {
  return section(
    ['Exposed', 'URL', 'Units'].map((title) => ({ title })),
    routes.map((route) => [route.id, routeUrl(route), route.units.join(' ')]),
  );
}

/** Where a user reaches it: as a URL when the port's name says the scheme. */
export function routeUrl({ id, port, address }: RouteStatus): string {
  const name = id.slice(id.indexOf(':') + 1);
  const host = `${address === null || address === '0.0.0.0' ? '127.0.0.1' : address}:${port}`;
  return /^https?$/.test(name) ? `${name}://${host}/` : host;
}

/** A table and an empty line below it; nothing when there are no rows. */
function section(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [...renderTable(columns, rows), ''];
}

function message(text: string): string {
  return truncate(harmless(text), MESSAGE_WIDTH);
}

function paintStatus(kind: StatusKind, style: Style): string {
  switch (kind) {
    case 'active':
      return style.green(kind);
    case 'error':
    case 'blocked':
      return style.red(kind);
    case 'waiting':
    case 'maintenance':
      return style.yellow(kind);
    default:
      return style.dim(kind);
  }
}
