import type { Action, Operation } from '../../../model/plan.ts';
import { targetOf } from '../../../model/plan-words.ts';
import { count } from '../../output/text.ts';

/** An action while it goes on and when it is done: `creating the machine`, `machine created`. */
export interface Phrase {
  readonly doing: string;
  readonly done: string;
}

export function phraseOf(action: Action): Phrase {
  switch (action.kind) {
    case 'network.ensure':
      return { doing: 'making the network', done: 'network made' };
    case 'network.remove':
      return { doing: 'removing the network', done: 'network removed' };
    case 'names.ensure':
      return { doing: 'telling everybody the names', done: 'names told' };
    case 'image.ensure':
      return { doing: `building the image on ${action.image.base}`, done: 'image built' };
    case 'storage.ensure':
      return { doing: `making storage ${action.storage.name}`, done: `storage ${action.storage.name} made` };
    case 'storage.remove':
      return { doing: `removing storage ${action.storage.name}`, done: `storage ${action.storage.name} removed` };
    case 'files.write':
      return filesPhrase(Object.keys(action.removed).length, action.files.length);
    case 'command.run':
      return { doing: `running ${action.command.name}`, done: `${action.command.name} done` };
    case 'service.ensure':
      return servicePhrase(action.name, action.action.kind);
    case 'service.remove':
      return { doing: `stopping ${action.names.join(', ')}`, done: `${action.names.join(', ')} removed` };
    case 'health.ensure':
      return { doing: 'setting the health check', done: 'health check set' };
    case 'unit.await':
      return { doing: 'waiting until it is ready', done: 'ready' };
    case 'route.ensure':
      return {
        doing: `leading port ${action.route.host.port} to it`,
        done: `port ${action.route.host.port} leads to it`,
      };
    case 'route.remove':
      return { doing: `closing port ${action.route.host.port}`, done: `port ${action.route.host.port} closed` };
    default:
      return MACHINE[action.kind];
  }
}

const MACHINE = {
  'machine.create': { doing: 'creating the machine', done: 'machine created' },
  'machine.start': { doing: 'starting the machine', done: 'machine started' },
  'machine.resize': { doing: 'changing its limits', done: 'limits changed' },
  'machine.remove': { doing: 'removing the machine', done: 'machine removed' },
} as const satisfies Record<string, Phrase>;

function filesPhrase(removed: number, written: number): Phrase {
  if (written === 0) return { doing: `removing ${count(removed, 'file')}`, done: `${count(removed, 'file')} removed` };
  return { doing: `writing ${count(written, 'file')}`, done: `${count(written, 'file')} written` };
}

function servicePhrase(name: string, kind: 'start' | 'update' | 'restart' | 'reload'): Phrase {
  switch (kind) {
    case 'start':
      return { doing: `starting ${name}`, done: `${name} started` };
    case 'update':
      return { doing: `starting ${name} anew`, done: `${name} started anew` };
    case 'restart':
      return { doing: `restarting ${name}`, done: `${name} restarted` };
    case 'reload':
      return { doing: `reloading ${name}`, done: `${name} reloaded` };
  }
}

/** Where an operation belongs in the tree: its unit, else its application, else the environment. */
export function rowOf(operation: Operation, environment: string): string {
  const { application, unit } = targetOf(operation);
  return unit ?? application ?? environment;
}
