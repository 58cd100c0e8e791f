import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { intentIn } from '../../charms/kit/testing.ts';
import nodeApp from '../../charms/node-app/index.ts';
import { passwordOf, type Rig, startPostgresql } from '../charms/postgresql/rig.ts';
import { freePort, waitFor } from '../charms/programs.ts';

const run = promisify(execFile);

/** The shop's application as the charm runs it: its command, its environment, before there is a database for it. */
interface Unit {
  readonly url: string;
  readonly process: ChildProcess;
  readonly output: () => string;
}

let directory: string;
let database: Rig;
let units: readonly Unit[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cantrip-shop-'));
  cpSync(fileURLToPath(new URL('../../examples/shop/app', import.meta.url)), directory, { recursive: true });
  const [rig] = await Promise.all([
    startPostgresql(),
    run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: directory }),
  ]);
  database = rig;
  units = await Promise.all([startUnit(), startUnit()]);
});

afterAll(async () => {
  await Promise.all(units.map(stopUnit));
  await database?.stop();
  rmSync(directory, { recursive: true });
});

async function startUnit(): Promise<Unit> {
  const port = await freePort();
  const data = {
    host: '127.0.0.1',
    port: database.port,
    database: 'web',
    username: 'web',
    password: passwordOf('db/web-password', 1),
  };
  const relations = { database: [{ with: 'db:database', data }] };
  const service = intentIn(nodeApp, { application: 'web', options: { port, health: '/health' }, relations }).services
    .app;
  const [program = '', ...words] = service?.command ?? [];
  const env = { PATH: process.env.PATH, ...service?.environment };
  const child = spawn(program, words, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text));
  child.stderr.on('data', (text: Buffer) => (output += text));
  return { url: `http://127.0.0.1:${port}`, process: child, output: () => output };
}

async function stopUnit(unit: Unit): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => unit.process.once('exit', resolve));
  if (unit.process.exitCode !== null) return unit.process.exitCode;
  unit.process.kill('SIGTERM');
  return ended;
}

const url = (index: number) => units[index]?.url ?? '';
const status = async (index: number) => (await fetch(`${url(index)}/health`).catch(() => null))?.status;
const rows = async (index: number) => {
  const answer = await fetch(url(index), { headers: { accept: 'application/json' } });
  return ((await answer.json()) as { items: { name: string }[] }).items.map((item) => item.name);
};

test('without its database it runs and says that it is not ready', async () => {
  await waitFor(
    async () => (await status(0)) === 503 && (await status(1)) === 503,
    () => units.map((unit) => unit.output()).join(),
  );
  expect((await fetch(url(0))).status).toBe(503);
});

test('when the database is there, two units at once make the table', async () => {
  await database.apply({ web: 1 });
  await waitFor(
    async () => (await status(0)) === 200 && (await status(1)) === 200,
    () => units.map((unit) => unit.output()).join(),
  );
  expect(await rows(0)).toEqual([]);
});

test('a row added at one unit, as a form or as JSON, is shown by the other', async () => {
  const form = await fetch(url(0), { method: 'POST', body: new URLSearchParams({ item: 'apples' }) });
  expect([form.status, await form.text()]).toEqual([201, '1 apples\n']);
  const headers = { 'content-type': 'application/json' };
  const json = await fetch(url(1), { method: 'POST', headers, body: JSON.stringify({ item: '<pears>' }) });
  expect([json.status, await json.text()]).toEqual([201, '2 <pears>\n']);
  expect(await rows(0)).toEqual(['<pears>', 'apples']);
  expect(await rows(1)).toEqual(['<pears>', 'apples']);
});

test.each([
  ['a page, with what was typed escaped', 'text/html', '&lt;pears&gt;'],
  ['lines of text', '*/*', '1 apples'],
])('it lists the rows as %s', async (_name, accept, part) => {
  expect(await (await fetch(url(0), { headers: { accept } })).text()).toContain(part);
});

test.each([
  ['an empty form', new URLSearchParams(), 400],
  ['a form that is too long', new URLSearchParams({ item: 'x'.repeat(20_000) }), 400],
])('it refuses %s', async (_name, body, expected) => {
  expect((await fetch(url(0), { method: 'POST', body })).status).toBe(expected);
});

test('it outlives a restart of the database without being restarted itself', async () => {
  await database.restart();
  await waitFor(
    async () => (await fetch(url(0))).status === 200,
    () => units[0]?.output() ?? '',
  );
  expect(units.map((unit) => unit.process.exitCode)).toEqual([null, null]);
});

test('asked to stop it ends by itself', async () => {
  expect(await Promise.all(units.map(stopUnit))).toEqual([0, 0]);
});
