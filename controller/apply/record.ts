import type { Definition } from '../../model/allocation.ts';
import { canonicalJson, type JsonObject } from '../../model/json.ts';
import type { Observed, ObservedProvider } from '../../model/observed.ts';
import { byText } from '../../model/order.ts';
import { definitionKey, KEYS } from '../read/keys.ts';
import type { Actor, DefinitionRecord, Identity } from '../read/records.ts';
import type { EnvironmentSource, Situation } from '../read/situation.ts';
import type { Write } from './store.ts';

export interface RecordInput {
  readonly environment: string;
  readonly source: EnvironmentSource;
  readonly mode: 'up' | 'down';
  readonly actor: Actor;
  readonly situation: Situation;
  readonly nowMs: number;
}

/** Definitions before the last that many are dropped. */
const KEPT_DEFINITIONS = 200;

/**
 * What must be stored before the first effect: decisions that are to be kept, and who made the environment what it is.
 * Empty: all is stored.
 */
export function recordState(input: RecordInput): readonly Write[] {
  const { stored, allocation } = input.situation;
  const writes: Write[] = [];
  const identity = identityOf(input);
  if (!same(identity, stored?.identity)) writes.push(put(KEYS.identity, identity));
  if (!same(allocation, stored?.allocation)) writes.push(put(KEYS.allocation, allocation));
  if (input.mode === 'up' && isNewDefinition(input)) writes.push(...definitionWrites(input));
  return writes;
}

function identityOf({ environment, source, situation, nowMs }: RecordInput): Identity {
  const used = (situation.desired?.applications ?? []).map((application) => application.provider);
  return {
    name: environment,
    file: source.file,
    createdAtMs: situation.stored?.identity.createdAtMs ?? nowMs,
    providers: [...new Set([...used, ...inhabited(situation.observed)])].sort(byText),
  };
}

function isNewDefinition({ source, situation }: RecordInput): boolean {
  const last = situation.stored?.definition ?? null;
  return last === null || last.text !== source.text || last.file !== source.file;
}

function definitionWrites({ source, situation, actor, nowMs }: RecordInput): Write[] {
  const definition: Definition = {
    revision: (situation.stored?.definition?.revision ?? 0) + 1,
    file: source.file,
    text: source.text,
    resolved: (situation.declared.environment ?? {}) as JsonObject,
    appliedAtMs: nowMs,
  };
  const record: DefinitionRecord = { ...definition, actor };
  const old: Write = { kind: 'delete', key: definitionKey(definition.revision - KEPT_DEFINITIONS) };
  const drop = definition.revision > KEPT_DEFINITIONS ? [old] : [];
  return [put(KEYS.definition, record), put(definitionKey(definition.revision), record), ...drop];
}

/** Kinds of providers that have anything of the environment. */
export function inhabited(observed: Observed): string[] {
  return Object.entries(observed.providers).flatMap(([kind, provider]) => (isEmpty(provider) ? [] : [kind]));
}

function isEmpty({ network, machines, storage, routes }: ObservedProvider): boolean {
  return network === null && machines.length === 0 && storage.length === 0 && routes.length === 0;
}

function put(key: string, value: object): Write {
  return { kind: 'put', key, value: JSON.stringify(value) };
}

function same(next: object, before: object | undefined): boolean {
  return before !== undefined && canonicalJson(next as JsonObject) === canonicalJson(before as JsonObject);
}
