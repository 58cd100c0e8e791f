import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the pure parts of init, under the sanitizers', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cantrip-init-units-'));
  try {
    const program = join(directory, 'units');
    const sources = ['init', 'common'].flatMap((folder) =>
      readdirSync(join(root, 'native', folder))
        .filter((name) => name.endsWith('.c') && name !== 'main.c')
        .map((name) => join(root, 'native', folder, name)),
    );
    const flags = ['-std=c11', '-D_GNU_SOURCE', '-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover'];
    execFileSync('gcc', [...flags, '-o', program, join(root, 'test/native/fixtures/init-units.c'), ...sources]);
    const { status, stdout, stderr } = spawnSync(program, { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
