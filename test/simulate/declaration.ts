import { CONTAINER_LIKE, SLOW_CLOUD } from '../../providers/simulated/settings.ts';

/** An environment as the simulated user knows it; verbs change it, `declarationText` writes the file. */
export interface Declaration {
  readonly applications: readonly DeclaredApplication[];
  /** Ends as written. */
  readonly relations: readonly (readonly [string, string])[];
}

export interface DeclaredApplication {
  readonly name: string;
  readonly charm: string;
  readonly provider: string;
  readonly units: number;
  readonly options: Readonly<Record<string, string>>;
  readonly memory: number;
  readonly image: string;
  /** Port of the host; null: not exposed. */
  readonly exposed: number | null;
}

export const ENVIRONMENT = 'sim';
export const FILE = '/sim/environment.yaml';

/** Applications without units name both providers: with the store lost, only where the file leads is looked. */
const ANCHORS = [CONTAINER_LIKE, SLOW_CLOUD].map(
  ({ kind }) => `  at-${kind}: {charm: cluster, provider: ${kind}, units: 0}`,
);

export function declarationText({ applications, relations }: Declaration): string {
  const body = ['applications:', ...ANCHORS, ...applications.map(applicationText)];
  const tail = relations.length === 0 ? [] : ['relations:', ...relations.map(([a, b]) => `  - [${a}, ${b}]`)];
  return `${[`environment: ${ENVIRONMENT}`, ...body, ...tail].join('\n')}\n`;
}

function applicationText(application: DeclaredApplication): string {
  const { name, charm, provider, units, options, memory, image, exposed } = application;
  const parts = [
    `charm: ${charm}`,
    `provider: ${provider}`,
    `units: ${units}`,
    `image: ${image}`,
    `constraints: {memory: ${memory}M}`,
    ...(Object.keys(options).length === 0 ? [] : [`options: ${JSON.stringify(options)}`]),
    ...(exposed === null ? [] : [`expose: {http: ${exposed}}`]),
  ];
  return `  ${name}: {${parts.join(', ')}}`;
}
