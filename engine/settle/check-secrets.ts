import type { Intent, RelationView } from '../../model/charm.ts';
import type { JsonObject } from '../../model/json.ts';
import type { EngineReport } from '../report.ts';
import { placeOf } from '../resolve/place-of.ts';
import type { Group, Member } from './group.ts';
import { secretsInData, secretsOf } from './secrets-of.ts';
import { settledViews } from './view.ts';

/** A unit may use only its own application's secrets and those that stand in relation data it was given. */
export function checkSecrets(group: Group, report: EngineReport): void {
  let given: ReadonlySet<string> | null = null;
  for (const member of group.members) {
    if (member.intent === null) continue;
    for (const [id, field] of usedBy(member.intent)) {
      if (id.startsWith(`${group.application.name}/`)) continue;
      given ??= secretsGiven(settledViews(group));
      if (!given.has(id)) reportSecret(group, member, { id, field }, report);
    }
  }
}

function usedBy(intent: Intent): ReadonlyMap<string, string> {
  const used = new Map(secretsOf(intent));
  for (const { endpoint, data } of intent.publish) {
    for (const id of secretsInData(data)) if (!used.has(id)) used.set(id, `publish.${endpoint}`);
  }
  return used;
}

function secretsGiven(views: readonly RelationView[]): ReadonlySet<string> {
  const data: (JsonObject | null)[] = views.flatMap((view) => [view.data, ...view.units.map((unit) => unit.data)]);
  return new Set(data.flatMap(secretsInData));
}

function reportSecret(
  group: Group,
  member: Member,
  { id, field }: { id: string; field: string },
  report: EngineReport,
) {
  const { spec, charm, name } = group.application;
  const message = `charm ${charm.metadata.name} of "${name}" uses the secret ${id} in ${field} of ${member.name}`;
  report.error('E2204', placeOf(spec, 'charm'), message, 'only its own secrets and those in its relation data');
}
