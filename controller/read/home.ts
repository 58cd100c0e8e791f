import type { LockHolder } from './records.ts';
import type { StoreReader } from './store.ts';

/** Where the state of environments lives, for those who only look. */
export interface StateReader {
  /** Names of all environments that have state here, sorted. */
  environments(): Promise<readonly string[]>;
  /** Null when there is nothing stored; never creates or changes anything. */
  read(environment: string): Promise<StoreReader | null>;
  /** Who is changing the environment at this moment; null when nobody is. */
  holder(environment: string): Promise<LockHolder | null>;
}
