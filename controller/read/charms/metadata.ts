type Shape = 'string' | 'array' | 'object';

/** Parts of a charm's metadata and what they are: the kit always makes them so, another module may not. */
const PARTS: Readonly<Record<string, Shape>> = {
  name: 'string',
  summary: 'string',
  description: 'string',
  endpoints: 'array',
  options: 'object',
  storage: 'array',
  resources: 'array',
  ports: 'array',
  base: 'string',
};

/** Why something is no charm's metadata, or null when it is. */
export function metadataProblem(metadata: unknown): string | null {
  if (shapeOf(metadata) !== 'object') return 'its metadata is not an object';
  const parts = metadata as Record<string, unknown>;
  const wrong = Object.keys(PARTS).find((name) => shapeOf(parts[name]) !== PARTS[name]);
  return wrong === undefined
    ? null
    : `its metadata has no ${PARTS[wrong]} ${JSON.stringify(wrong)}: use charm() of the kit`;
}

function shapeOf(value: unknown): Shape | null {
  if (typeof value === 'string') return 'string';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' && value !== null ? 'object' : null;
}
