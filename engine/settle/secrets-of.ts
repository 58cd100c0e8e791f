import type { CommandIntent, Intent, ServiceIntent } from '../../model/charm.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { sortedEntries } from '../../model/order.ts';
import { secretsIn } from '../../model/secret.ts';

/** Ids of the secrets of an intent that become values inside its unit, with the field that first uses each. */
export function secretsOf(intent: Intent): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const collect = (text: string, field: string) => {
    for (const id of secretsIn(text)) if (!found.has(id)) found.set(id, field);
  };
  for (const [path, { content }] of sortedEntries(intent.files)) collect(content, `files.${path}`);
  for (const [name, service] of sortedEntries(intent.services)) collectProgram(service, `services.${name}`, collect);
  for (const command of intent.commands) collectProgram(command, `commands.${command.name}`, collect);
  return found;
}

type Collect = (text: string, field: string) => void;

function collectProgram(program: ServiceIntent | CommandIntent, field: string, collect: Collect): void {
  for (const word of program.command) collect(word, `${field}.command`);
  for (const [name, value] of sortedEntries(program.environment)) collect(value, `${field}.environment.${name}`);
}

/** Ids of all secrets anywhere in published data. */
export function secretsInData(data: JsonObject | null): readonly string[] {
  if (data === null) return [];
  return [...new Set(textsOf(data).flatMap(secretsIn))];
}

function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value as Readonly<Record<string, Json>>).flatMap(textsOf);
}
