import type { DesiredRelation } from '../../model/desired.ts';
import type { UnitName } from '../../model/names.ts';
import { hostname, unitParts } from '../../model/names.ts';
import { sortedBy } from '../../model/order.ts';
import type { Application } from '../resolve/application.ts';
import type { End, Group, Member } from './group.ts';

export interface GroupsInput {
  readonly applications: ReadonlyMap<string, Application>;
  readonly relations: readonly DesiredRelation[];
  /** Application → its units by number. */
  readonly units: ReadonlyMap<string, readonly UnitName[]>;
  readonly addressOf: (unit: UnitName) => string | null;
}

/**
 * One group an application, their ends joined; who provides stands before who requires, so that data mostly flow
 * forward.
 */
export function openGroups(input: GroupsInput): readonly Group[] {
  const groups = new Map<string, Group>();
  const ends = new Map<string, Map<string, End[]>>();
  for (const [name, application] of input.applications) {
    const byEndpoint = new Map(
      application.charm.metadata.endpoints.map((endpoint): [string, End[]] => [endpoint.name, []]),
    );
    ends.set(name, byEndpoint);
    groups.set(name, openGroup(application, byEndpoint, input));
  }
  const add = (end: End) => ends.get(end.group.application.name)?.get(end.endpoint)?.push(end);
  for (const relation of sortedBy(input.relations, ({ id }) => id))
    for (const end of joinEnds(relation, groups)) add(end);
  for (const group of groups.values()) for (const end of peerEnds(group)) add(end);
  return providersFirst([...groups.values()]);
}

function openGroup(application: Application, ends: ReadonlyMap<string, readonly End[]>, input: GroupsInput): Group {
  const names = input.units.get(application.name) ?? [];
  const members = names.map((name, index) => openMember(name, index === 0, input.addressOf(name)));
  return { application, members, ends, dirty: new Set(members), relations: null };
}

function openMember(name: UnitName, leader: boolean, address: string | null): Member {
  return {
    name,
    number: unitParts(name).number,
    hostname: hostname(name),
    address,
    leader,
    intent: null,
    published: new Map(),
    evaluations: 0,
    stopped: false,
    history: [],
  };
}

function joinEnds(relation: DesiredRelation, groups: ReadonlyMap<string, Group>): readonly End[] {
  const provider = groups.get(relation.provider.application);
  const requirer = groups.get(relation.requirer.application);
  if (provider === undefined || requirer === undefined) throw new Error(`relation ${relation.id} has no application`);
  const common = { id: relation.id, interface: relation.interface };
  const there = openEnd(common, [provider, relation.provider.endpoint], [requirer, relation.requirer.endpoint]);
  const here = openEnd(common, [requirer, relation.requirer.endpoint], [provider, relation.provider.endpoint]);
  there.opposite = here;
  here.opposite = there;
  return [there, here];
}

function peerEnds(group: Group): readonly End[] {
  return group.application.charm.metadata.endpoints
    .filter(({ role }) => role === 'peers')
    .map((endpoint) => {
      const common = { id: `${group.application.name}:${endpoint.name}`, interface: endpoint.interface };
      return openEnd(common, [group, endpoint.name], [group, endpoint.name]);
    });
}

type Side = readonly [group: Group, endpoint: string];

/** An end that is its own opposite until it is joined. */
function openEnd(
  common: { id: string; interface: string },
  [group, endpoint]: Side,
  [remote, remoteEndpoint]: Side,
): End {
  const key = `${common.id}|${group.application.name}`;
  const end = { ...common, key, group, endpoint, remote, remoteEndpoint, view: null };
  return Object.assign(end, { opposite: end as unknown as End });
}

/** Providers before those who require; cycles are cut where they are met, in the order of names. */
function providersFirst(groups: readonly Group[]): readonly Group[] {
  const ordered: Group[] = [];
  const entered = new Set<Group>();
  const enter = (group: Group): void => {
    if (entered.has(group)) return;
    entered.add(group);
    for (const provider of providersOf(group)) enter(provider);
    ordered.push(group);
  };
  for (const group of groups) enter(group);
  return ordered;
}

function providersOf(group: Group): readonly Group[] {
  return group.application.charm.metadata.endpoints
    .filter(({ role }) => role === 'requires')
    .flatMap(({ name }) => (group.ends.get(name) ?? []).map((end) => end.remote));
}
