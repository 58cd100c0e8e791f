import type { CommandIntent } from '../../model/charm.ts';
import type { Action, ServiceAction } from '../../model/plan.ts';
import type { Provider, SecretValues, UnitRef } from '../../model/provider.ts';
import { secretsIn } from '../../model/secret.ts';

export interface PerformRequest {
  readonly environment: string;
  readonly action: Action;
  /** Values of exactly the secrets the action uses (`secretsUsed`). */
  readonly secrets: SecretValues;
  readonly onProgress: (line: string) => void;
}

/** One operation is one call. */
export function perform(provider: Provider, request: PerformRequest): Promise<void> {
  const { environment, action, secrets, onProgress } = request;
  switch (action.kind) {
    case 'network.ensure':
      return provider.ensureNetwork(action.network);
    case 'network.remove':
      return provider.removeNetwork(environment);
    case 'names.ensure':
      return provider.ensureNames(environment, action.names);
    case 'image.ensure':
      return provider.ensureImage(action.image, onProgress);
    case 'storage.ensure':
      return provider.ensureStorage(environment, action.storage);
    case 'storage.remove':
      return provider.removeStorage(environment, action.storage.id);
    case 'machine.create':
    case 'machine.start':
      return provider.ensureMachine(action.machine);
    case 'route.ensure':
      return provider.ensureRoute(action.route);
    case 'route.remove':
      return provider.removeRoute(action.route);
    default:
      return performInUnit(provider, { environment, unit: action.unit }, action, secrets);
  }
}

type UnitAction = Extract<Action, { readonly unit: string }>;

function performInUnit(provider: Provider, unit: UnitRef, action: UnitAction, secrets: SecretValues): Promise<void> {
  switch (action.kind) {
    case 'machine.resize':
      return provider.resizeMachine(unit, action.after);
    case 'machine.remove':
      return provider.removeMachine(unit, action.graceMs);
    case 'files.write': {
      const files = Object.fromEntries(action.files.map((file) => [file.path, file.after]));
      const removed = Object.keys(action.removed);
      return provider.writeFiles(unit, { files, directories: action.directories, removed, secrets });
    }
    case 'command.run':
      return provider.runCommand(unit, action.command, { digest: action.digest, secrets });
    case 'service.ensure':
      return performOnService(provider, unit, action.name, { action: action.action, secrets });
    case 'service.remove':
      return provider.removeServices(unit, action.names);
    case 'health.ensure':
      return provider.ensureHealth(unit, action.probe, action.digest);
    case 'unit.await':
      return provider.awaitUnit(unit, action.services, action.timeoutMs);
  }
}

function performOnService(
  provider: Provider,
  unit: UnitRef,
  name: string,
  { action, secrets }: { readonly action: ServiceAction; readonly secrets: SecretValues },
): Promise<void> {
  const { configuration } = action;
  switch (action.kind) {
    case 'start':
    case 'update': {
      const { service, digest } = action;
      return provider.ensureService(unit, { name, service, digest, configuration, secrets });
    }
    case 'restart':
      return provider.restartService(unit, name, configuration);
    case 'reload': {
      const { reload, user, group } = action.service;
      if (reload === null) return provider.restartService(unit, name, configuration);
      return provider.reloadService(unit, name, { reload, user, group, configuration });
    }
  }
}

/** Ids of the secrets whose values a call needs. */
export function secretsUsed(action: Action): readonly string[] {
  switch (action.kind) {
    case 'files.write':
      return secretsIn(action.files.map((file) => file.after.content).join('\n'));
    case 'command.run':
      return secretsOfProgram(action.command);
    case 'service.ensure':
      return 'digest' in action.action ? secretsOfProgram(action.action.service) : [];
    default:
      return [];
  }
}

function secretsOfProgram({ command, environment }: Pick<CommandIntent, 'command' | 'environment'>): readonly string[] {
  return secretsIn([...command, ...Object.values(environment)].join('\n'));
}
