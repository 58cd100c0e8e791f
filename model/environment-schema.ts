import { z } from 'zod';
import { MAX_PIDS, MAX_UNITS } from './environment-application.ts';
import type { JsonObject } from './json.ts';
import { MAX_NAME_LENGTH } from './names.ts';

/**
 * JSON Schema (draft 7, which editors know best) of the environment file: for completion and first checks while typing.
 * What concerns several
 * parts at once (relations to unknown applications, ports given twice) only `parseEnvironment` finds.
 */
export function environmentJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(environmentSchema(), { target: 'draft-7', io: 'input' });
  return { ...(schema as JsonObject), title: 'Cantrip environment file' };
}

const NAME = new RegExp(`^(?!.*--)(?!.*-\\d+$)(?=.{1,${MAX_NAME_LENGTH}}$)[a-z]([a-z0-9-]*[a-z0-9])?$`);
const CHARM_NAME = /^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/;
const END = /^[a-z][a-z0-9-]*(:[a-z][a-z0-9_-]*)?$/;
const SIZE = /^\d+(\.\d+)?[KMGT]i?$/;
const CPU = /^(\d+m|\d+(\.\d{1,3})?)$/;
const CHARM = /^([a-z][a-z0-9]*(-[a-z0-9]+)*|\.{0,2}\/.*)$/;
const IMAGE = /^[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*$/;
const PUBLISHED = /^((\d{1,3}\.){3}\d{1,3}:)?\d{1,5}$/;
const ADDRESS = /^(\d{1,3}\.){3}\d{1,3}$/;

function environmentSchema() {
  return z.strictObject({
    environment: z
      .string()
      .regex(NAME)
      .describe("The environment's name: its identity on a host. Lower case, digits, hyphens."),
    defaults: z
      .strictObject({ provider: provider(), image: image() })
      .partial()
      .nullish()
      .describe('What counts for applications that do not say otherwise.'),
    applications: z
      .record(z.string().regex(NAME), applicationSchema())
      .nullish()
      .describe('What runs: a name, and how it is installed, configured and reached.'),
    relations: z
      .array(z.tuple([end(), end()]))
      .nullish()
      .describe('What knows what: [web:database, db:database], or [web, db] where only one pair of endpoints fits.'),
  });
}

function applicationSchema() {
  return z.strictObject({
    charm: z.string().regex(CHARM).describe('Built-in name (postgresql) or path that begins with ./'),
    units: z.int().min(0).max(MAX_UNITS).optional().describe('How many instances; 1 unless said otherwise.'),
    provider: provider().optional(),
    image: image().optional(),
    options: z
      .record(z.string(), z.json())
      .nullish()
      .describe("The charm's options; cantrip config APPLICATION lists them."),
    constraints: constraints().nullish().describe("Limits of each unit's machine."),
    storage: z
      .record(z.string().regex(CHARM_NAME), size())
      .nullish()
      .describe('Size of what the charm keeps: {data: 2G}'),
    resources: z
      .record(z.string().regex(CHARM_NAME), z.string().min(1))
      .nullish()
      .describe('Directories handed to the charm: {app: ./app}, relative to this file.'),
    expose: z
      .record(z.string().regex(CHARM_NAME), published())
      .nullish()
      .describe("The charm's ports that are reachable from outside, and where: {http: 8080}"),
  });
}

function constraints() {
  return z
    .strictObject({
      cpu: z.union([z.number().min(0.01).max(1024), z.string().regex(CPU)]).describe('Processors: 0.5, 2, 500m'),
      memory: size().describe('Memory, with a unit: 512M, 2G'),
      pids: z.int().min(1).max(MAX_PIDS).describe('Processes and threads at a time.'),
    })
    .partial();
}

function published() {
  const port = z.int().min(1).max(65_535).describe('The port of the host.');
  return z.union([
    port,
    z.string().regex(PUBLISHED),
    z.strictObject({
      port,
      address: z.string().regex(ADDRESS).nullish().describe('The address of the host; every one when left out.'),
    }),
  ]);
}

function provider() {
  return z.string().describe('The kind of world its machines are made in: container.');
}

function image() {
  return z.string().regex(IMAGE).describe('What machines start from: debian/12');
}

function size() {
  return z.string().regex(SIZE);
}

function end() {
  return z.string().regex(END).describe('APPLICATION or APPLICATION:ENDPOINT');
}
