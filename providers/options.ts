import type { ImageSpec } from '../model/image.ts';
import type { Provider } from '../model/provider.ts';

/** What every provider is opened with. */
export interface ProviderOptions {
  /** Survives a reboot; shared by all environments of the host. */
  readonly stateDirectory: string;
  /** Gone after a reboot. */
  readonly runDirectory: string;
  /** Where the programs of `native/` lie. */
  readonly nativeDirectory: string;
  /** Where machines get their file systems from; null for providers that start from images of their own. */
  readonly images: ImageStore | null;
  /** Things worth knowing that stop nothing: a refused nicety, a leftover that was cleared away. */
  readonly log: (line: string) => void;
}

export type OpenProvider = (options: ProviderOptions) => Provider;

/** Where machines' file systems come from. */
export interface ImageStore {
  /** All that were built, in the order of their keys. Changes nothing. */
  list(): Promise<{ readonly images: readonly { readonly key: string }[] }>;
  /** Builds what is missing; at once when all is there. */
  ensure(image: ImageSpec, onProgress: (line: string) => void): Promise<unknown>;
  /** Absolute paths of the image's layers, lowest first; null when it is not ready. */
  layersOf(key: string): Promise<readonly string[] | null>;
}
