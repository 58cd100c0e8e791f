import type { Charm } from '../model/charm.ts';

/** A charm that comes with Cantrip. */
export interface BuiltInCharm {
  readonly name: string;
  load(): Promise<Charm>;
}

/** Sorted by name. Adding one is a folder and a line here. */
export const builtInCharms: readonly BuiltInCharm[] = [
  { name: 'haproxy', load: async () => (await import('./haproxy/index.ts')).default },
  { name: 'nginx', load: async () => (await import('./nginx/index.ts')).default },
  { name: 'node-app', load: async () => (await import('./node-app/index.ts')).default },
  { name: 'postgresql', load: async () => (await import('./postgresql/index.ts')).default },
];
