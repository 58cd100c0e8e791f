import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

const CACHE = '/var/tmp/cantrip-bench';

/** A minimal Debian as a directory, made once a machine: every runtime starts from the same files. */
export function debianRoot(): string {
  const root = join(CACHE, 'debian');
  if (existsSync(root)) return root;
  mkdirSync(CACHE, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(CACHE, 'build-'));
  run('mmdebstrap', ['--variant=minbase', 'bookworm', `${folder}/root.tar`]);
  mkdirSync(`${folder}/root`);
  run('tar', ['xf', `${folder}/root.tar`, '-C', `${folder}/root`]);
  renameSync(`${folder}/root`, root);
  rmSync(folder, { recursive: true, force: true });
  return root;
}
