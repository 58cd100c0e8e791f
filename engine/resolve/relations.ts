import type { EndpointSpec } from '../../model/charm.ts';
import type { DesiredRelation } from '../../model/desired.ts';
import type { RelationEnd, RelationSpec } from '../../model/environment.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { EngineReport } from '../report.ts';
import type { Application } from './application.ts';

/** The relations with both endpoints known, in the order of the file. Faulty ones are reported and left out. */
export function resolveRelations(
  specs: readonly RelationSpec[],
  applications: ReadonlyMap<string, Application>,
  report: EngineReport,
): readonly DesiredRelation[] {
  const found = new Map<string, DesiredRelation>();
  for (const spec of specs) {
    const relation = resolveRelation(spec, applications, report);
    if (relation === null) continue;
    const first = found.get(relation.id);
    if (first === undefined) found.set(relation.id, relation);
    else {
      const message = `the relation ${relation.id} is declared twice: first on line ${first.place.line}`;
      report.error('E2107', spec.place, message, 'remove one of the two');
    }
  }
  return [...found.values()];
}

interface Pair {
  readonly left: EndpointSpec;
  readonly right: EndpointSpec;
}

function resolveRelation(
  { ends, place }: RelationSpec,
  applications: ReadonlyMap<string, Application>,
  report: EngineReport,
): DesiredRelation | null {
  const left = applications.get(ends[0].application);
  const right = applications.get(ends[1].application);
  if (left === undefined || right === undefined) return null;
  const lefts = endpointsOf(left, ends[0], report);
  const rights = endpointsOf(right, ends[1], report);
  if (lefts.length === 0 || rights.length === 0) return null;
  const pairs = lefts.flatMap((one) =>
    rights.filter((other) => fits(one, other)).map((two) => ({ left: one, right: two })),
  );
  const [pair] = pairs;
  if (pair === undefined) {
    reportNoFit({ place, left, right, lefts, rights }, report);
    return null;
  }
  if (pairs.length > 1) {
    const candidates = pairs.map((one) => `[${left.name}:${one.left.name}, ${right.name}:${one.right.name}]`);
    const message = `"${left.name}" and "${right.name}" can be related in ${pairs.length} ways`;
    report.error('E2103', place, message, `write one of ${candidates.join(', ')}`);
    return null;
  }
  return relationOf(left.name, right.name, pair, place);
}

function relationOf(left: string, right: string, pair: Pair, place: RelationSpec['place']): DesiredRelation {
  const one = { application: left, endpoint: pair.left.name };
  const other = { application: right, endpoint: pair.right.name };
  const [provider, requirer] = pair.left.role === 'provides' ? [one, other] : [other, one];
  const id = `${provider.application}:${provider.endpoint} ${requirer.application}:${requirer.endpoint}`;
  return { id, interface: pair.left.interface, provider, requirer, place };
}

/** The endpoints an end may mean; an unknown name is reported. Peers relate by themselves. */
function endpointsOf({ name, charm }: Application, end: RelationEnd, report: EngineReport): readonly EndpointSpec[] {
  const { endpoints, name: charmName } = charm.metadata;
  if (end.endpoint === null) {
    const usable = endpoints.filter(({ role }) => role !== 'peers');
    if (usable.length === 0) {
      report.error('E2102', end.place, `charm ${charmName} of "${name}" has no endpoints to relate`);
    }
    return usable;
  }
  const named = endpoints.filter((endpoint) => endpoint.name === end.endpoint);
  if (named.length === 0) {
    const known = endpoints.map((endpoint) => endpoint.name);
    const hint = didYouMean(end.endpoint, known) ?? `known: ${known.join(', ')}`;
    report.error('E2101', end.place, `charm ${charmName} of "${name}" has no endpoint "${end.endpoint}"`, hint);
  }
  return named;
}

function fits(one: EndpointSpec, other: EndpointSpec): boolean {
  return one.interface === other.interface && oppositeRoles(one, other);
}

function oppositeRoles(one: EndpointSpec, other: EndpointSpec): boolean {
  return (
    (one.role === 'provides' && other.role === 'requires') || (one.role === 'requires' && other.role === 'provides')
  );
}

interface NoFit {
  readonly place: RelationSpec['place'];
  readonly left: Application;
  readonly right: Application;
  readonly lefts: readonly EndpointSpec[];
  readonly rights: readonly EndpointSpec[];
}

function reportNoFit({ place, left, right, lefts, rights }: NoFit, report: EngineReport): void {
  const [one] = lefts;
  const [other] = rights;
  if (one === undefined || other === undefined || lefts.length > 1 || rights.length > 1) {
    const hint = `${describeAll(left, lefts)}; ${describeAll(right, rights)}`;
    report.error('E2102', place, `no endpoints of "${left.name}" and "${right.name}" fit each other`, hint);
    return;
  }
  const ends = `${describe(left, one)} and ${describe(right, other)}`;
  if (one.interface !== other.interface) {
    report.error('E2104', place, `${ends} speak different interfaces`, 'both ends must have the same interface');
  } else {
    report.error('E2105', place, `${ends} have no opposite roles`, 'one end must provide what the other requires');
  }
}

function describeAll(application: Application, endpoints: readonly EndpointSpec[]): string {
  return `"${application.name}": ${endpoints.map((endpoint) => describeEndpoint(endpoint)).join(', ')}`;
}

function describe(application: Application, endpoint: EndpointSpec): string {
  return `${application.name}:${describeEndpoint(endpoint)}`;
}

function describeEndpoint({ name, role, interface: spoken }: EndpointSpec): string {
  return `${name} (${role} ${spoken})`;
}
