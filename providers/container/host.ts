import { join, resolve } from 'node:path';
import type { ImageStore, ProviderOptions } from '../options.ts';
import { type Containers, openContainers } from './containers.ts';
import { type Layout, layoutOf } from './layout.ts';
import { AgentClient } from './native/agent.ts';
import { InitClient } from './native/init.ts';

/** What the parts of the provider share. */
export interface Host {
  readonly layout: Layout;
  readonly containers: Containers;
  readonly images: ImageStore | null;
  readonly nativeDirectory: string;
  readonly log: ProviderOptions['log'];
  /** The runtime's agent; started when it does not run. */
  agent(): Promise<AgentClient>;
  /** Process 1 of a running container. */
  init(id: string): Promise<InitClient>;
}

/** Everything but images, which builders do without. */
export type HostOptions = Omit<ProviderOptions, 'images'>;

export function openHost(options: HostOptions, images: ImageStore | null = null): Host {
  const layout = layoutOf(resolve(options.stateDirectory), resolve(options.runDirectory));
  const program = join(options.nativeDirectory, 'cantrip-agent');
  const inits = keepOpen((id) => openInit(join(layout.run, 'containers', id, 'control.sock')));
  const agents = keepOpen(() => AgentClient.open({ program, runDirectory: layout.run }));
  return {
    layout,
    containers: openContainers(layout),
    images,
    nativeDirectory: options.nativeDirectory,
    log: options.log,
    agent: () => agents(''),
    init: inits,
  };
}

async function openInit(socket: string): Promise<InitClient> {
  try {
    return await InitClient.open(socket);
  } catch (error) {
    throw new Error('its machine does not run', { cause: error });
  }
}

/**
 * One connection for each key, opened when it is asked for and again when it was lost. Idle ones do not keep the
 * process alive.
 */
function keepOpen<T extends { readonly closed: boolean }>(
  open: (key: string) => Promise<T>,
): (key: string) => Promise<T> {
  const connections = new Map<string, Promise<T>>();
  const reopen = (key: string): Promise<T> => {
    const opening = open(key);
    connections.set(key, opening);
    opening.catch(() => connections.delete(key));
    return opening;
  };
  return async (key) => {
    const kept = connections.get(key);
    const connection = await (kept ?? reopen(key));
    if (!connection.closed) return connection;
    const newer = connections.get(key);
    return newer === undefined || newer === kept ? reopen(key) : newer;
  };
}
