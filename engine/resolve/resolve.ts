import type { Charm } from '../../model/charm.ts';
import type { DesiredRelation } from '../../model/desired.ts';
import type { Environment } from '../../model/environment.ts';
import type { Observed } from '../../model/observed.ts';
import type { Application, ApplicationContext } from './application.ts';
import { resolveApplication } from './application.ts';
import { checkHostPorts } from './ports.ts';
import { resolveRelations } from './relations.ts';
import { checkEndpoints } from './required.ts';

export interface Resolved {
  /** By name, sorted. */
  readonly applications: ReadonlyMap<string, Application>;
  readonly relations: readonly DesiredRelation[];
  /** False: something is missing, and what there is only serves to find more faults. */
  readonly complete: boolean;
}

export interface ResolveInput extends ApplicationContext {
  readonly environment: Environment;
  readonly charms: ReadonlyMap<string, Charm>;
  readonly observed: Observed;
}

/**
 * The environment against its charms. An application without a charm was reported by whoever looked for it and is
 * left out.
 */
export function resolve(input: ResolveInput): Resolved {
  const { environment, charms, report } = input;
  const applications = new Map<string, Application>();
  for (const spec of environment.applications) {
    const charm = charms.get(spec.name);
    const application = charm === undefined ? null : resolveApplication(spec, charm, input);
    if (application !== null) applications.set(spec.name, application);
  }
  const relations = resolveRelations(environment.relations, applications, report);
  const complete = applications.size === environment.applications.length;
  if (complete) checkEndpoints(applications, relations, report);
  checkHostPorts(applications, input.observed, report);
  return { applications, relations, complete };
}
