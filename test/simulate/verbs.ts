import { CONTAINER_LIKE, SLOW_CLOUD } from '../../providers/simulated/settings.ts';
import type { Chance } from './chance.ts';
import { CHARMS } from './charms.ts';
import type { Declaration, DeclaredApplication } from './declaration.ts';

/** What a user does; plain data, so that a history can be shortened and told. */
export type Verb =
  | { readonly kind: 'deploy'; readonly application: DeclaredApplication }
  | { readonly kind: 'scale'; readonly name: string; readonly units: number }
  | { readonly kind: 'relate' | 'unrelate'; readonly ends: readonly [string, string] }
  | { readonly kind: 'config'; readonly name: string; readonly option: string; readonly value: string }
  | { readonly kind: 'constrain'; readonly name: string; readonly memory: number }
  | { readonly kind: 'image'; readonly name: string; readonly image: string }
  | { readonly kind: 'expose'; readonly name: string; readonly port: number | null }
  | { readonly kind: 'exchange'; readonly names: readonly [string, string] }
  | { readonly kind: 'move'; readonly name: string; readonly provider: string }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'up' }
  | { readonly kind: 'down' };

const NAMES = ['db', 'cache', 'web', 'api', 'lb', 'front'];
const PROVIDERS = [CONTAINER_LIKE.kind, CONTAINER_LIKE.kind, SLOW_CLOUD.kind];
const OPTION: Readonly<Record<string, string>> = { cluster: 'mode', haproxy: 'balance', web: 'greeting' };
const RELATIONS: readonly (readonly [string, string])[] = [
  ['web:database', 'postgresql:database'],
  ['haproxy:backend', 'web:http'],
  ['haproxy:backend', 'cluster:http'],
  ['haproxy:backend', 'haproxy:website'],
  ['cluster:upstream', 'web:http'],
  ['cluster:upstream', 'cluster:http'],
];

export function randomVerb(declaration: Declaration, chance: Chance): Verb {
  const { applications } = declaration;
  if (applications.length === 0) return randomDeploy(declaration, chance);
  const { name, charm, units } = chance.pick(applications);
  const roll = chance.below(100);
  if (roll < 18 || (applications.length < 3 && chance.happens(0.4))) return randomDeploy(declaration, chance);
  if (roll < 38) return { kind: 'scale', name, units: chance.below(5) };
  if (roll < 58) return randomRelate(declaration, chance);
  if (roll < 63 && declaration.relations.length > 0)
    return { kind: 'unrelate', ends: chance.pick(declaration.relations) };
  const option = OPTION[charm];
  if (roll < 71 && option !== undefined) return { kind: 'config', name, option, value: `v${chance.below(3)}` };
  if (roll < 75) return { kind: 'constrain', name, memory: 64 * (1 + chance.below(3)) };
  if (roll < 79) return { kind: 'image', name, image: chance.pick(['debian/12', 'debian/13']) };
  if (roll < 84 && charm !== 'postgresql') {
    return { kind: 'expose', name, port: chance.happens(0.3) ? null : 8080 + NAMES.indexOf(name) };
  }
  const exposed = applications.filter((application) => application.exposed !== null);
  if (roll < 90 && exposed.length > 1) {
    const one = chance.pick(exposed);
    return { kind: 'exchange', names: [one.name, chance.pick(exposed.filter((other) => other !== one)).name] };
  }
  if (roll < 91) return { kind: 'move', name, provider: chance.pick(PROVIDERS) };
  if (roll < 94 && units >= 0) return { kind: 'remove', name };
  return roll < 97 ? { kind: 'up' } : { kind: 'down' };
}

function randomDeploy({ applications }: Declaration, chance: Chance): Verb {
  const free = NAMES.filter((name) => applications.every((application) => application.name !== name));
  if (free.length === 0) return { kind: 'up' };
  const [main] = applications;
  const name = chance.pick(free);
  const charm = chance.pick(Object.keys(CHARMS));
  const port = 8080 + NAMES.indexOf(name);
  const isFree = applications.every(({ exposed }) => exposed !== port);
  const application: DeclaredApplication = {
    name,
    charm,
    provider: main === undefined || chance.happens(0.1) ? chance.pick(PROVIDERS) : main.provider,
    units: 1 + chance.below(3),
    options: {},
    memory: 64,
    image: 'debian/12',
    exposed: charm !== 'postgresql' && isFree && chance.happens(0.4) ? port : null,
  };
  return { kind: 'deploy', application };
}

function randomRelate({ applications }: Declaration, chance: Chance): Verb {
  const left = chance.pick(applications);
  const right = chance.pick(applications);
  const fitting = RELATIONS.filter(([a, b]) => a.startsWith(`${left.charm}:`) && b.startsWith(`${right.charm}:`));
  if (left === right || fitting.length === 0) return { kind: 'up' };
  const [a, b] = chance.pick(fitting);
  return { kind: 'relate', ends: [renamed(a, left.name), renamed(b, right.name)] };
}

function renamed(end: string, name: string): string {
  return `${name}:${end.split(':')[1]}`;
}

/** The declaration after the verb. A verb that does not fit (any more) changes nothing. */
export function perform(declaration: Declaration, verb: Verb): Declaration {
  const { applications, relations } = declaration;
  const change = (name: string, part: Partial<DeclaredApplication>): Declaration => {
    return { relations, applications: applications.map((one) => (one.name === name ? { ...one, ...part } : one)) };
  };
  switch (verb.kind) {
    case 'deploy':
      if (applications.some(({ name }) => name === verb.application.name)) return declaration;
      return { relations, applications: [...applications, verb.application] };
    case 'scale':
      return change(verb.name, { units: verb.units });
    case 'relate':
      return isRelatable(declaration, verb.ends) ? { applications, relations: [...relations, verb.ends] } : declaration;
    case 'unrelate':
      return { applications, relations: relations.filter((ends) => ends.join() !== verb.ends.join()) };
    case 'config':
      return change(verb.name, { options: { [verb.option]: verb.value } });
    case 'constrain':
      return change(verb.name, { memory: verb.memory });
    case 'image':
      return change(verb.name, { image: verb.image });
    case 'expose':
      if (verb.port !== null && applications.some(({ exposed }) => exposed === verb.port)) return declaration;
      return change(verb.name, { exposed: verb.port });
    case 'exchange': {
      const [one, other] = verb.names.map((wanted) => applications.find(({ name }) => name === wanted));
      if (one === undefined || other === undefined || other.charm === 'postgresql') return declaration;
      const ports = new Map([
        [one.name, other.exposed],
        [other.name, one.exposed],
      ]);
      const exchanged = applications.map((each) => ({
        ...each,
        exposed: ports.has(each.name) ? (ports.get(each.name) ?? null) : each.exposed,
      }));
      return { relations, applications: exchanged };
    }
    case 'move':
      return change(verb.name, { provider: verb.provider });
    case 'remove': {
      const left = relations.filter((ends) => ends.every((end) => !end.startsWith(`${verb.name}:`)));
      return { applications: applications.filter(({ name }) => name !== verb.name), relations: left };
    }
    case 'up':
    case 'down':
      return declaration;
  }
}

function isRelatable({ applications, relations }: Declaration, ends: readonly [string, string]): boolean {
  const known = ends.every((end) => applications.some(({ name }) => end.startsWith(`${name}:`)));
  return known && !relations.some((other) => other.join() === ends.join());
}

/** `scale web 3`. */
export function verbText(verb: Verb): string {
  switch (verb.kind) {
    case 'deploy': {
      const { name, charm, units, provider } = verb.application;
      return `deploy ${name} (${charm} × ${units} on ${provider})`;
    }
    case 'scale':
      return `scale ${verb.name} ${verb.units}`;
    case 'relate':
    case 'unrelate':
      return `${verb.kind} ${verb.ends.join(' ')}`;
    case 'config':
      return `config ${verb.name} ${verb.option}=${verb.value}`;
    case 'constrain':
      return `constrain ${verb.name} memory=${verb.memory}M`;
    case 'image':
      return `image ${verb.name} ${verb.image}`;
    case 'expose':
      return verb.port === null ? `unexpose ${verb.name}` : `expose ${verb.name} ${verb.port}`;
    case 'exchange':
      return `exchange the ports of ${verb.names.join(' and ')}`;
    case 'move':
      return `move ${verb.name} to ${verb.provider}`;
    case 'remove':
      return `remove ${verb.name}`;
    case 'up':
    case 'down':
      return verb.kind;
  }
}
