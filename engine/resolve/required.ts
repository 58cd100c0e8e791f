import type { EndpointSpec } from '../../model/charm.ts';
import type { DesiredRelation } from '../../model/desired.ts';
import { byText } from '../../model/order.ts';
import type { EngineReport } from '../report.ts';
import type { Application } from './application.ts';

/**
 * Too many relations on an endpoint is an error; a missing one a warning, because applications are often deployed
 * before they are related.
 */
export function checkEndpoints(
  applications: ReadonlyMap<string, Application>,
  relations: readonly DesiredRelation[],
  report: EngineReport,
): void {
  const byEnd = groupByEnd(relations);
  for (const application of applications.values()) {
    for (const endpoint of application.charm.metadata.endpoints) {
      const here = byEnd.get(`${application.name}:${endpoint.name}`) ?? [];
      checkLimit(application, endpoint, here, report);
      if (here.length === 0) checkRequired(application, endpoint, applications, report);
    }
  }
}

function groupByEnd(relations: readonly DesiredRelation[]): ReadonlyMap<string, readonly DesiredRelation[]> {
  const groups = new Map<string, DesiredRelation[]>();
  for (const relation of relations) {
    for (const end of [relation.provider, relation.requirer]) {
      const key = `${end.application}:${end.endpoint}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [relation]);
      else group.push(relation);
    }
  }
  return groups;
}

function checkLimit(
  application: Application,
  endpoint: EndpointSpec,
  relations: readonly DesiredRelation[],
  report: EngineReport,
): void {
  if (endpoint.limit === null) return;
  for (const relation of relations.slice(endpoint.limit)) {
    const message = `${application.name}:${endpoint.name} takes ${count(endpoint.limit)} at most, and this is one more`;
    report.error('E2106', relation.place, message, `there already: ${relations[0]?.id ?? 'none is allowed'}`);
  }
}

function checkRequired(
  application: Application,
  endpoint: EndpointSpec,
  applications: ReadonlyMap<string, Application>,
  report: EngineReport,
): void {
  if (endpoint.role !== 'requires' || endpoint.optional) return;
  const message = `"${application.name}" needs a relation for ${endpoint.name} (${endpoint.interface})`;
  const ends = providersOf(endpoint.interface, applications);
  const target = ends.length === 1 ? `${ends[0]}` : 'APPLICATION';
  const hint = `add [${application.name}:${endpoint.name}, ${target}] to relations`;
  report.warning('E2108', application.spec.places.self, message, hint);
}

function providersOf(spoken: string, applications: ReadonlyMap<string, Application>): string[] {
  const ends: string[] = [];
  for (const { name, charm } of applications.values()) {
    for (const endpoint of charm.metadata.endpoints) {
      if (endpoint.role === 'provides' && endpoint.interface === spoken) ends.push(`${name}:${endpoint.name}`);
    }
  }
  return ends.sort(byText);
}

function count(limit: number): string {
  return limit === 1 ? '1 relation' : `${limit} relations`;
}
