import type { ApplicationInput, Nothing, Side, UnitInput } from './interface.ts';

/**
 * An argument list, or one line that is split as a shell would split it, without a shell: `haproxy -W -f '/etc/a
 * b.cfg'`.
 */
export type Command = string | readonly string[];

/** `500ms`, `30s`, `2m`, `1h`. */
export type Duration = string;

/** Content alone means 0644, root:root. The group is the owner's name unless said otherwise. */
export type FileSpec =
  | string
  | { readonly content: string; readonly mode?: string; readonly owner?: string; readonly group?: string };

export interface DirectorySpec {
  /** Octal, `0755` unless said otherwise. */
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
}

/** Exactly one of `http`, `tcp` and `exec`. */
export type CheckSpec =
  | { readonly http: string; readonly port: number; readonly expect?: number }
  | { readonly tcp: number }
  | { readonly exec: Command; readonly user?: string };

export type ProbeSpec = CheckSpec & {
  /** 1s unless said otherwise. */
  readonly interval?: Duration;
  /** 2s unless said otherwise. */
  readonly timeout?: Duration;
  /** 3 unless said otherwise. */
  readonly failures?: number;
};

export interface ServiceSpec {
  readonly command: Command;
  readonly environment?: Readonly<Record<string, string | number | boolean>>;
  readonly directory?: string;
  /** `root` unless said otherwise; the group is the user's name unless said otherwise. */
  readonly user?: string;
  readonly group?: string;
  readonly after?: readonly string[];
  readonly ready?: ProbeSpec;
  /** SIGTERM unless said otherwise. */
  readonly stopSignal?: string;
  /** 10s unless said otherwise. */
  readonly stopTimeout?: Duration;
  readonly restart?: 'always' | 'on-failure' | 'never';
  /** A signal's name or a command. */
  readonly reload?: Command;
  /** Files whose change restarts it. Unless said otherwise: every file when it cannot reload, else none. */
  readonly restartOn?: readonly string[];
  /** Files whose change reloads it. Unless said otherwise, when it can reload: every file that does not restart it. */
  readonly reloadOn?: readonly string[];
}

export interface CommandSpec {
  readonly name: string;
  readonly command: Command;
  /** Runs again when it changes (and when anything else here does). */
  readonly key?: string;
  readonly environment?: Readonly<Record<string, string | number | boolean>>;
  readonly directory?: string;
  readonly user?: string;
  readonly group?: string;
  /** 60s unless said otherwise. */
  readonly timeout?: Duration;
  /** `before` the services unless said otherwise. */
  readonly when?: 'before' | 'after';
  /** With `after`: the services that must be ready; all of them unless said otherwise. */
  readonly requires?: readonly string[];
}

/** All that a charm may ask for. `Published` is checked against the charm's endpoints by `charm()`. */
export interface IntentSpec<Published = Nothing> {
  readonly files?: Readonly<Record<string, FileSpec>>;
  readonly directories?: Readonly<Record<string, DirectorySpec>>;
  readonly services?: Readonly<Record<string, ServiceSpec>>;
  readonly commands?: readonly CommandSpec[];
  readonly publish?: Published;
  readonly ports?: Readonly<Record<string, number>>;
  readonly health?: ProbeSpec;
}

const APPLICATION = Symbol('application data');
const ADDRESSED = Symbol('data for one relation');

/** Data of the application as a whole; counts from the leader only. */
export interface ForApplication<Data> {
  readonly [APPLICATION]: true;
  readonly data: Data;
}

/** Data for one relation of an endpoint. */
export interface Addressed<Data> {
  readonly [ADDRESSED]: true;
  readonly relation: string;
  readonly data: Data;
}

/**
 * Publishes for the application instead of the unit, where an interface has both: `publish: { cluster:
 * application({...}) }`.
 */
export function application<Data>(data: Data): ForApplication<Data> {
  return { [APPLICATION]: true, data };
}

/** Publishes on one relation only: `publish: { database: unit.relations('database').map((r) => to(r, {...})) }`. */
export function to<Data>(relation: { readonly id: string }, data: Data): Addressed<Data> {
  return { [ADDRESSED]: true, relation: relation.id, data };
}

/**
 * What may be published on one relation of a side. Plain data are the unit's, or the application's where units publish
 * nothing.
 */
type Publishable<S extends Side> =
  | ([UnitInput<S>] extends [never] ? ApplicationInput<S> : UnitInput<S>)
  | ForApplication<ApplicationInput<S>>;

/** What may be published on an endpoint of a side. */
export type EndpointPublication<S extends Side> =
  | Publishable<S>
  | Addressed<Publishable<S>>
  | readonly (Publishable<S> | Addressed<Publishable<S>>)[];

export function isForApplication(value: unknown): value is ForApplication<unknown> {
  return typeof value === 'object' && value !== null && APPLICATION in value;
}

export function isAddressed(value: unknown): value is Addressed<unknown> {
  return typeof value === 'object' && value !== null && ADDRESSED in value;
}
