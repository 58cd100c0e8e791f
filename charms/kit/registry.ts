import type { Charm } from '../../model/charm.ts';
import type { CharmDefinition } from './definition.ts';

const definitions = new WeakMap<Charm, CharmDefinition>();

export function rememberDefinition(charm: Charm, definition: CharmDefinition): void {
  definitions.set(charm, definition);
}

/** What a charm was made of, for the testing helpers, which need its interfaces' schemas. */
export function definitionOf(charm: Charm): CharmDefinition {
  const definition = definitions.get(charm);
  if (definition === undefined) throw new Error(`${charm.metadata.name} was not made by charm()`);
  return definition;
}
