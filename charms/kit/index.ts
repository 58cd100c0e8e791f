/** All that a charm's author needs: `import { charm, intent, waiting, z } from 'cantrip/kit'`. */

export * from '../interfaces/index.ts';
export { charm } from './charm.ts';
export type { CharmDefinition, EndpointDeclaration, InstallRecipe, ResourceSpec } from './definition.ts';
export { defineInterface, type Interface, type Side } from './interface.ts';
export { blocked, intent, maintenance, type Outcome, waiting } from './outcome.ts';
export type {
  CheckSpec,
  Command,
  CommandSpec,
  Duration,
  FileSpec,
  IntentSpec,
  ProbeSpec,
  ServiceSpec,
} from './spec.ts';
export { application, to } from './spec.ts';
export type { RelatedUnit, Relation, Unit } from './unit.ts';
export * as z from './zod.ts';
