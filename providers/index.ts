import type { OpenProvider } from './options.ts';

/** A kind of world; its code is loaded when an environment names it. */
export interface ProviderEntry {
  readonly kind: string;
  load(): Promise<{ readonly openProvider: OpenProvider }>;
}

/** Sorted. Adding a provider is a folder and a line here. */
export const PROVIDERS: readonly ProviderEntry[] = [{ kind: 'container', load: () => import('./container/index.ts') }];
