import type { Limits, MachineSpec, RouteSpec, StorageSpec } from './desired.ts';
import type { ImageSpec } from './image.ts';
import { unitParts } from './names.ts';
import type { Action, Operation, ServiceAction } from './plan.ts';
import { formatBytes, formatMillicores } from './quantities.ts';

/** What an operation does to the world: adds, changes or removes something, or only runs. */
export type Sign = '+' | '~' | '-' | '>';

export interface Words {
  readonly sign: Sign;
  readonly text: string;
}

/** What a reader groups operations by. Null members: it concerns more than one. */
export interface Target {
  readonly application: string | null;
  readonly unit: string | null;
}

export function targetOf({ action }: Operation): Target {
  switch (action.kind) {
    case 'network.ensure':
    case 'network.remove':
    case 'names.ensure':
      return { application: null, unit: null };
    case 'image.ensure':
      return { application: action.applications.length === 1 ? (action.applications[0] ?? null) : null, unit: null };
    case 'storage.ensure':
    case 'storage.remove':
      return targetOfUnit(action.storage.unit);
    case 'machine.create':
    case 'machine.start':
      return targetOfUnit(action.machine.unit);
    case 'route.ensure':
    case 'route.remove':
      return { application: action.route.application, unit: null };
    default:
      return targetOfUnit(action.unit);
  }
}

/** An operation in one line, without its files. */
export function wordsOf({ action, provider }: Operation): Words {
  switch (action.kind) {
    case 'network.ensure':
      return {
        sign: '+',
        text: `network on ${provider}${action.network.subnet === null ? '' : `: ${action.network.subnet}`}`,
      };
    case 'network.remove':
      return { sign: '-', text: `network on ${provider}` };
    case 'names.ensure':
      return { sign: '~', text: `names on ${provider}: ${namesText(action.added, action.removed)}` };
    case 'image.ensure':
      return { sign: '+', text: `image for ${action.applications.join(', ')}: ${imageText(action.image)}` };
    case 'storage.ensure':
      return { sign: '+', text: storageText(action.storage) };
    case 'storage.remove':
      return { sign: '-', text: `${storageText(action.storage)} and its data` };
    case 'machine.create':
      return { sign: '+', text: `machine: ${machineText(action.machine)}` };
    case 'machine.start':
      return { sign: '>', text: 'start the machine' };
    case 'machine.resize':
      return { sign: '~', text: `machine: ${limitsText(action.before)} → ${limitsText(action.after)}` };
    case 'machine.remove':
      return { sign: '-', text: `machine ${action.id}` };
    case 'route.ensure':
      return { sign: action.before === null ? '+' : '~', text: routeText(action.route) };
    case 'route.remove':
      return { sign: '-', text: `port ${portText(action.route)}` };
    default:
      return wordsInside(action);
  }
}

type InsideAction = Extract<
  Action,
  {
    readonly kind: 'files.write' | 'command.run' | 'service.ensure' | 'service.remove' | 'health.ensure' | 'unit.await';
  }
>;

function wordsInside(action: InsideAction): Words {
  switch (action.kind) {
    case 'files.write':
      return { sign: '~', text: filesText(action) };
    case 'command.run':
      return { sign: '>', text: `run ${action.command.name}: ${action.command.command.join(' ')}` };
    case 'service.ensure':
      return serviceWords(action.name, action.action);
    case 'service.remove':
      return { sign: '-', text: `service ${action.names.join(', ')}` };
    case 'health.ensure':
      return { sign: action.probe === null ? '-' : '~', text: 'health check' };
    case 'unit.await':
      return {
        sign: '>',
        text: `wait until ${action.services.length === 0 ? 'it' : action.services.join(', ')} is ready`,
      };
  }
}

function filesText({ files, directories, removed }: Extract<Action, { readonly kind: 'files.write' }>): string {
  return [...Object.keys(directories), ...files.map(({ path }) => path), ...Object.keys(removed)].join(', ');
}

function serviceWords(name: string, action: ServiceAction): Words {
  switch (action.kind) {
    case 'start':
      return { sign: '+', text: `service ${name}` };
    case 'update':
      return { sign: '~', text: `service ${name}: new definition` };
    case 'restart':
    case 'reload':
      return { sign: '~', text: `service ${name}: ${action.kind}, because of ${action.because.join(', ')}` };
  }
}

function targetOfUnit(unit: string): Target {
  return { application: unitParts(unit).application, unit };
}

function namesText(added: readonly string[], removed: readonly string[]): string {
  return [...shortened(added, '+'), ...shortened(removed, '-')].join(' ');
}

const SHOWN_NAMES = 8;

function shortened(names: readonly string[], sign: string): string[] {
  const shown = names.slice(0, SHOWN_NAMES).map((name) => `${sign}${name}`);
  return names.length > SHOWN_NAMES ? [...shown, `${sign}${names.length - SHOWN_NAMES} more`] : shown;
}

function imageText({ base, install, directories }: ImageSpec): string {
  const packages = install.packages.length === 0 ? [] : [`with ${install.packages.join(', ')}`];
  const parts = directories.map(({ name, source }) => `and ${name} from ${source}`);
  return [base, ...packages, ...parts].join(' ');
}

function storageText({ name, bytes }: StorageSpec): string {
  return `storage ${name}${bytes === null ? '' : ` of ${formatBytes(bytes)}`}`;
}

function machineText({ image, limits, address }: MachineSpec): string {
  return [image.base, limitsText(limits), ...(address === null ? [] : [address])].join(', ');
}

function limitsText({ cpuMillicores, memoryBytes, pids }: Limits): string {
  const parts = [
    ...(cpuMillicores === null ? [] : [`${formatMillicores(cpuMillicores)} cpu`]),
    ...(memoryBytes === null ? [] : [`${formatBytes(memoryBytes)} memory`]),
    ...(pids === null ? [] : [`${pids} pids`]),
  ];
  return parts.length === 0 ? 'no limits' : parts.join(' ');
}

function routeText(route: RouteSpec): string {
  const targets = route.targets.map(({ unit, port }) => `${unit}:${port}`);
  return `port ${portText(route)} → ${targets.join(', ')}`;
}

function portText({ host, id }: RouteSpec): string {
  return `${host.address === null ? '' : `${host.address}:`}${host.port} of the host for ${id}`;
}
