import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ROOT } from '../tidy/files.ts';
import { runGuest } from './lib/guest.ts';
import { IMAGES, workspaceOf } from './lib/workspace.ts';

// On this machine cgroups are v1 controllers. Most users have nothing but v2, and a distribution's kernel that knows
// less
// than ours: the shop runs there too, in a guest.

const PARTS = ['dist', 'native/build', 'examples', 'package.json'];
const PACKAGES = ['node_modules/@photostructure', 'node_modules/node-gyp-build'];

const SCRIPT = `
cd /payload/repository
export CANTRIP_STATE_DIR=/payload/state CANTRIP_IMAGES_DIR=/payload/images NO_COLOR=1
cantrip() { node dist/cantrip.cjs "$@" < /dev/null; }
cantrip doctor | grep cgroups
cantrip up examples/shop/environment.yaml 2>&1 | cat || exit 3
curl -s -d item=from-the-guest http://127.0.0.1:8080/
for turn in $(seq 40); do curl -s http://127.0.0.1:8080/; done
for limit in memory.max pids.max cpu.max; do cat /sys/fs/cgroup/cantrip/*/$limit | sed "s/^/limit $limit /"; done
pid=$(head -n 1 /sys/fs/cgroup/cantrip/*/cgroup.procs | grep -m1 -E '^[0-9]+$')
nsenter -t "$pid" -a dd if=/dev/vda of=/dev/null count=1 2>&1 | sed 's/^/disk: /'
cantrip up examples/shop/environment.yaml 2>&1 | sed 's/^/again: /'
cantrip down --yes examples/shop/environment.yaml 2>&1 | cat
sleep 1
echo "left: $(ls -d /sys/fs/cgroup/cantrip/*/ 2>/dev/null | wc -l) groups, $(nft list tables | wc -l) tables,
 $(ip -br link | grep -c '^ct') bridges, $(grep -c cantrip /proc/mounts) mounts" | tr -d '\\n'
echo
`;

beforeAll(() => {
  const shop = workspaceOf('shop');
  try {
    const made = shop.cantrip('up', shop.file);
    if (made.status !== 0) throw new Error(made.stderr);
  } finally {
    shop.remove();
  }
}, 300_000);

test('the shop runs on a host with pure cgroup v2 and leaves nothing behind', () => {
  const here = [...PARTS, ...PACKAGES].map((path) => [join(ROOT, path), `repository/${path}`] as const);
  const copies = Object.fromEntries([...here, [IMAGES, 'images'] as const]);
  const { status, output } = runGuest({ copies, script: SCRIPT, timeoutMs: 240_000 });
  expect(output).toContain('version 2');
  expect(output.match(/1 from-the-guest/g)?.length ?? 0, output).toBeGreaterThanOrEqual(2);
  expect(output).toMatch(/served by web-0/);
  expect(output).toMatch(/served by web-1/);
  expect(output).toContain(`limit memory.max ${256 << 20}`);
  expect(output).toContain('limit pids.max 200');
  expect(output).toMatch(/again: .*no changes/);
  expect(output).toContain('left: 0 groups, 0 tables, 0 bridges, 0 mounts');
  expect(status).toBe(0);
});
