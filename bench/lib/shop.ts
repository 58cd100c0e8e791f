import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentClient } from '../../providers/container/native/agent.ts';
import { freePorts } from './http.ts';
import { finish } from './run.ts';

/** A way to run the shop: HAProxy in front of web units in front of PostgreSQL. Web starts with two units. */
export interface Shop {
  /** Where it answers on 127.0.0.1. */
  readonly port: number;
  up(): Promise<unknown>;
  down(): Promise<unknown>;
}

export interface ScalableShop extends Shop {
  scale(units: number): Promise<unknown>;
}

/** What our shop consists of, so that others can be given the very same. */
export interface Ingredients {
  /** Roots of each application's image layers, lowest first. */
  readonly layers: Readonly<Record<Application, readonly string[]>>;
  /** Path in the unit → text, of every file that its charm writes. */
  readonly files: Readonly<Record<Application, Readonly<Record<string, string>>>>;
  /** Address on the environment's network, as the files have it. */
  readonly address: Readonly<Record<Application, string>>;
}

export type Application = 'db' | 'web' | 'lb';

export interface CantripShop extends ScalableShop {
  /** Only while it is up. */
  ingredients(): Ingredients;
  /** Removes what a measurement that failed left behind. */
  destroy(): Promise<void>;
}

/** Images are built once a machine. */
const IMAGES = '/var/tmp/cantrip-bench/images';

/** examples/shop by the command of this checkout, with state and run directories of its own. */
export async function prepareCantripShop(): Promise<CantripShop> {
  const [port] = (await freePorts(1)) as [number];
  const folder = mkdtempSync('/var/tmp/cantrip-bench-shop-');
  const [state, runDirectory, example] = [join(folder, 'state'), join(folder, 'run'), join(folder, 'shop')];
  cpSync('examples/shop', example, { recursive: true });
  const file = join(example, 'environment.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('http: 8080', `http: ${port}`));
  const places = { CANTRIP_STATE_DIR: state, CANTRIP_RUN_DIR: runDirectory, CANTRIP_IMAGES_DIR: IMAGES };
  const cantrip = (...args: string[]) =>
    finish('./cantrip', [...args, '-f', file], { env: { ...process.env, ...places } });
  const down = () => cantrip('down', '--yes');
  return {
    port,
    up: () => cantrip('up'),
    scale: (units) => cantrip('scale', 'web', String(units)),
    down,
    ingredients: () => readIngredients(join(state, 'containers')),
    destroy: async () => {
      await down();
      await stopAgent(runDirectory);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function stopAgent(runDirectory: string): Promise<void> {
  mkdirSync(runDirectory, { recursive: true });
  const agent = await AgentClient.open({ runDirectory, program: join(process.cwd(), 'native/build/cantrip-agent') });
  await agent.shutdown();
  agent.close();
}

function readIngredients(containers: string): Ingredients {
  const units = new Map(readdirSync(containers).map((id) => readUnit(join(containers, id))));
  const each = <T>(pick: (unit: UnitParts) => T): Record<Application, T> => {
    const of = (unit: string): T => pick(units.get(unit) as UnitParts);
    return { db: of('db/0'), web: of('web/0'), lb: of('lb/0') };
  };
  return {
    layers: each((unit) => unit.layers),
    files: each((unit) => unit.files),
    address: each((unit) => unit.address),
  };
}

interface UnitParts {
  readonly layers: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly address: string;
}

function readUnit(directory: string): [string, UnitParts] {
  const { spec } = JSON.parse(readFileSync(join(directory, 'record.json'), 'utf8'));
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
  const image = JSON.parse(readFileSync(join(IMAGES, 'ready', `${spec.image.key}.json`), 'utf8'));
  const texts = Object.keys(manifest.files).map((path) => [path, readFileSync(join(directory, 'upper', path), 'utf8')]);
  const layers = image.layers.map((key: string) => join(IMAGES, 'layers', key, 'root'));
  return [spec.unit, { layers, files: Object.fromEntries(texts), address: spec.address }];
}
