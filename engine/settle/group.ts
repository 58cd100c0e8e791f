import type { Intent, RelationView } from '../../model/charm.ts';
import type { UnitName } from '../../model/names.ts';
import type { Application } from '../resolve/application.ts';
import type { Published } from './published.ts';

/** An application while relation data settles. Changed in place by `settle`, seen by nobody else. */
export interface Group {
  readonly application: Application;
  readonly members: readonly Member[];
  /** By endpoint, sorted by relation id; every endpoint of the charm has an entry. */
  readonly ends: ReadonlyMap<string, readonly End[]>;
  readonly dirty: Set<Member>;
  /** Shared by all members while none of the views changed; null when it must be made again. */
  relations: Readonly<Record<string, readonly RelationView[]>> | null;
}

export interface Member {
  readonly name: UnitName;
  readonly number: number;
  readonly hostname: string;
  readonly address: string | null;
  readonly leader: boolean;
  intent: Intent | null;
  /** End's key → what was published there. */
  published: ReadonlyMap<string, Published>;
  evaluations: number;
  /** A charm fault or an oscillation: it is not asked again. */
  stopped: boolean;
  /** The last changes of what it published, kept only when it was asked suspiciously often. */
  readonly history: Change[];
}

export interface Change {
  readonly end: End;
  readonly text: string;
}

/** One end of a relation, seen from its own group. */
export interface End {
  /** Unique in the environment: `db:database web:database|web`. */
  readonly key: string;
  readonly id: string;
  readonly endpoint: string;
  readonly interface: string;
  readonly group: Group;
  readonly remote: Group;
  readonly remoteEndpoint: string;
  /** What the group sees there, shared by its members; null when it must be made again. Never used for peers. */
  view: RelationView | null;
  /** The far end; itself for peers. */
  opposite: End;
}

export function isPeers(end: End): boolean {
  return end.opposite === end;
}
