import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ObservedProvider } from '../../../model/observed.ts';
import { bringUp } from './bring-up.ts';
import { freePort, IMAGE_CACHE, type Lab, nativeDirectory, openLab, until } from './lab.ts';
import { removeAll } from './world.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

/** What is asked about after a crash: the whole but for ids, times and the host. */
function essence({ machines, host: _host, images: _images, ...rest }: ObservedProvider): unknown {
  const seen = machines.map(({ unit, state, spec, address, files, services }) => {
    const states = Object.entries(services).map(([name, service]) => [name, service.digest, service.state]);
    return { unit, state, spec, address, files, services: states };
  });
  return { ...rest, machines: seen };
}

async function expectEmptyHost(): Promise<void> {
  await until(() => lab.leftovers().length === 0, 'an empty host').catch(() => undefined);
  expect(lab.leftovers()).toEqual([]);
}

/** A command that is killed somewhere in the middle. */
const VICTIM = `
  import { openImages } from '../../../images/store.ts';
  import { openBuilder, openProvider } from '../../../providers/container/index.ts';
  import { bringUp } from './bring-up.ts';
  const [stateDirectory, runDirectory, nativeDirectory, directory, port] = process.argv.slice(2);
  const options = { stateDirectory, runDirectory, nativeDirectory, log: () => {} };
  const images = openImages({ directory, builder: openBuilder(options) });
  await bringUp(openProvider({ ...options, images }), Number(port));
`;

test('killed at any moment, the same calls again lead to the same, and removal leaves nothing', async () => {
  const port = await freePort();
  const victim = join(lab.run, 'victim.mjs');
  await build({
    stdin: { contents: VICTIM, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: victim,
    logLevel: 'error',
  });
  await bringUp(lab.provider, port);
  const whole = essence(await lab.provider.observe('left'));
  await removeAll(lab.provider, 'left');
  for (let round = 0; round < 12; round += 1) {
    const words = [victim, lab.state, lab.run, nativeDirectory, IMAGE_CACHE, String(port)];
    const child = spawn(process.execPath, words, { stdio: 'ignore' });
    const ended = once(child, 'exit');
    await sleep(60 + round * 15 + Math.random() * 15);
    child.kill('SIGKILL');
    await ended;
    const provider = lab.again();
    if (round % 2 === 0) {
      await bringUp(provider, port);
      expect(essence(await provider.observe('left'))).toEqual(whole);
    }
    await removeAll(provider, 'left');
    await expectEmptyHost();
  }
}, 120_000);

test('after a reboot the records are all there is, and the same calls start everything again', async () => {
  const port = await freePort();
  await bringUp(lab.provider, port);
  const before = await lab.provider.observe('left');
  await lab.reboot('left');
  const down = await lab.again().observe('left');
  expect(down).toMatchObject({ network: null, names: {}, storage: before.storage, routes: before.routes });
  expect(down.machines.map(({ id, state, spec }) => ({ id, state, spec }))).toEqual(
    before.machines.map(({ id, spec }) => ({ id, state: 'stopped', spec })),
  );
  const provider = lab.again();
  await bringUp(provider, port);
  expect(essence(await provider.observe('left'))).toEqual(essence(before));
  await removeAll(provider, 'left');
  await expectEmptyHost();
});
