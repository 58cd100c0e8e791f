import type { Publication, View } from '../../../model/charm.ts';
import { sortedEntries } from '../../../model/order.ts';
import { writeData } from '../data.ts';
import type { EndpointSides } from '../definition.ts';
import { ContractError } from '../fault.ts';
import { isAddressed, isForApplication } from '../spec.ts';

/** What the charm publishes, each checked by the interface's schema for this side. */
export function publicationsOf(
  publish: Readonly<Record<string, unknown>>,
  endpoints: ReadonlyMap<string, EndpointSides>,
  view: View,
): Publication[] {
  return sortedEntries(publish).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const endpoint = endpoints.get(name);
    if (endpoint === undefined)
      refuse(name, `is no endpoint of the charm: there are ${[...endpoints.keys()].join(', ')}`);
    const publications = (Array.isArray(value) ? value : [value]).map((item) => publication(endpoint, item, view));
    refuseTwice(name, publications);
    return publications;
  });
}

function publication(endpoint: EndpointSides, value: unknown, view: View): Publication {
  const name = endpoint.spec.name;
  const { relation, data: content } = isAddressed(value) ? value : { relation: null, data: value };
  if (relation !== null && !(view.relations[name] ?? []).some((known) => known.id === relation)) {
    refuse(name, `is given data for the relation '${relation}', which it does not have`);
  }
  const forApplication = isForApplication(content);
  const scope = forApplication || endpoint.own.unit === undefined ? 'application' : 'unit';
  const schema = endpoint.own[scope];
  if (schema === undefined) {
    refuse(name, `publishes data of the ${scope}, but the interface ${endpoint.spec.interface} has none on this side`);
  }
  const written = writeData(schema, forApplication ? content.data : content);
  if (written.kind === 'valid') return { endpoint: name, relation, scope, data: written.data };
  const field = written.fault.path.join('.');
  const path = field === '' ? name : `${name}.${field}`;
  return refuse(path, `${written.fault.message} (interface ${endpoint.spec.interface}, data of the ${scope})`);
}

function refuseTwice(name: string, publications: readonly Publication[]): void {
  const keys = publications.map((item) => `${item.relation ?? 'every relation'}, data of the ${item.scope}`);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) refuse(name, `is given data twice for ${twice}`);
}

function refuse(path: string, message: string): never {
  throw new ContractError({ part: 'publish', path: `publish.${path}`, message });
}
