import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MachineSpec } from '../../../model/desired.ts';
import { openContainers } from '../../../providers/container/containers.ts';
import { layoutOf } from '../../../providers/container/layout.ts';

const SPEC: MachineSpec = {
  environment: 'shop',
  unit: 'web/0',
  hostname: 'web-0',
  image: { key: 'image', base: 'debian/12', install: { packages: [], files: {}, commands: [] }, directories: [] },
  limits: { cpuMillicores: null, memoryBytes: null, pids: null },
  storage: [],
  address: null,
};

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'cantrip-containers-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

test('what a killed command had begun goes when the next container is made; that of a living one stays', () => {
  const layout = layoutOf(state, state);
  const own = `.00112233445566aa.${process.pid}.01234567`;
  // No process has this id: it is above the kernel's highest.
  for (const name of [own, '.00112233445566bb.4194305.01234567']) {
    mkdirSync(join(layout.containers, name, 'upper'), { recursive: true });
  }
  const { id } = openContainers(layout).create(SPEC);
  expect(readdirSync(layout.containers).sort()).toEqual([own, id].sort());
});
