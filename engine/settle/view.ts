import type { RelationView, RemoteUnit, View } from '../../model/charm.ts';
import { sortedBy } from '../../model/order.ts';
import type { Application } from '../resolve/application.ts';
import type { End, Group, Member } from './group.ts';
import { isPeers } from './group.ts';

/** What the members of a group have in common in their views. */
export type CommonView = Omit<View, 'unit' | 'leader' | 'address' | 'relations'>;

export function commonView(environment: string, group: Group): CommonView {
  const { name, spec, options, image } = group.application;
  const resources = image.directories.map(({ name: key, target, digest }) => [key, { path: target, digest }] as const);
  return Object.freeze({
    environment,
    application: Object.freeze({ name, units: Object.freeze(group.members.map((member) => member.name)) }),
    options,
    storage: storageView(group.application),
    resources: Object.freeze(Object.fromEntries(resources)),
    constraints: Object.freeze({
      memoryBytes: spec.constraints.memoryBytes,
      cpuMillicores: spec.constraints.cpuMillicores,
    }),
  });
}

function storageView({ spec, charm }: Application): View['storage'] {
  const entries = charm.metadata.storage.map(({ name, path }) => {
    return [name, Object.freeze({ path, bytes: spec.storage[name]?.bytes ?? null })] as const;
  });
  return Object.freeze(Object.fromEntries(entries));
}

export function viewOf(member: Member, group: Group, common: CommonView): View {
  const { name, number, hostname, address, leader } = member;
  return { ...common, unit: { name, number, hostname }, leader, address, relations: relationsOf(member, group) };
}

/** All members share the record; only peers make each one's different, because nobody is his own peer. */
function relationsOf(member: Member, group: Group): View['relations'] {
  group.relations ??= Object.freeze(Object.fromEntries(sharedRelations(group)));
  const peers = [...group.ends].filter(([, ends]) => ends.some(isPeers));
  if (peers.length === 0) return group.relations;
  const own = peers.map(([endpoint, ends]) => [endpoint, ends.map((end) => peersView(end, member))] as const);
  return { ...group.relations, ...Object.fromEntries(own) };
}

function sharedRelations(group: Group): [string, readonly RelationView[]][] {
  return [...group.ends].map(([endpoint, ends]) => {
    const joined = ends.filter((end) => !isPeers(end));
    return [endpoint, Object.freeze(joined.map(sharedView))];
  });
}

function sharedView(end: End): RelationView {
  end.view ??= relationView(end, end.remote.members);
  return end.view;
}

function peersView(end: End, member: Member): RelationView {
  return relationView(
    end,
    end.group.members.filter((other) => other !== member),
  );
}

function relationView(end: End, members: readonly Member[]): RelationView {
  const key = end.opposite.key;
  const leader = end.remote.members[0];
  return Object.freeze({
    id: end.id,
    endpoint: end.endpoint,
    interface: end.interface,
    application: end.remote.application.name,
    remoteEndpoint: end.remoteEndpoint,
    data: leader?.published.get(key)?.application ?? null,
    units: Object.freeze(members.map((member) => remoteUnit(member, key))),
  });
}

function remoteUnit(member: Member, key: string): RemoteUnit {
  const { name, hostname, address } = member;
  return Object.freeze({ name, hostname, address, data: member.published.get(key)?.unit ?? null });
}

/** The relations of a group as its members see them, for checks after everything settled. */
export function settledViews(group: Group): readonly RelationView[] {
  const all = [...group.ends.values()].flat().map((end) => relationView(end, end.remote.members));
  return sortedBy(all, ({ id }) => id);
}
