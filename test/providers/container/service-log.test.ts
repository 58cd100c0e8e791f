import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loggedServices } from '../../../providers/container/log-files.ts';
import { openServiceLog, type ServiceLog } from '../../../providers/container/service-log.ts';

let directory: string;
let log: ServiceLog;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cantrip-logs-'));
  write('web.log', ['a', 'b', 'c']);
  log = openServiceLog(directory, { unit: 'web/0', service: 'web' });
});
afterEach(() => {
  log.close();
  rmSync(directory, { recursive: true });
});

function write(name: string, words: readonly string[]): void {
  appendFileSync(join(directory, name), words.map((word) => `2026-11-24T15:04:05.123Z o ${word}\n`).join(''));
}

function rotate(): void {
  renameSync(join(directory, 'web.log'), join(directory, 'web.log.1'));
  writeFileSync(join(directory, 'web.log'), '');
}

const kept = (tail: number | null): string =>
  log
    .kept(tail)
    .map((line) => line.text)
    .join('');
const added = (): string =>
  log
    .added()
    .map((line) => line.text)
    .join('');

test('kept lines, then what is added, each once', () => {
  expect(kept(2)).toBe('bc');
  write('web.log', ['d']);
  expect(added()).toBe('d');
  expect(added()).toBe('');
});

test('a line is whole or not yet there', () => {
  expect(kept(null)).toBe('abc');
  appendFileSync(join(directory, 'web.log'), '2026-11-24T15:04:05.123Z o ha');
  expect(added()).toBe('');
  appendFileSync(join(directory, 'web.log'), 'lf\n');
  expect(added()).toBe('half');
});

test('over a rotation nothing is lost or said twice', () => {
  expect(kept(null)).toBe('abc');
  write('web.log', ['d']);
  rotate();
  write('web.log', ['e']);
  expect(added()).toBe('de');
  write('web.log', ['f']);
  expect(added()).toBe('f');
});

test('the tail goes back into rotated files, newest first', () => {
  write('web.log.1', ['y', 'z']);
  write('web.log.2', ['w', 'x']);
  write('web.log.10', ['u', 'v']);
  write('web.log.gz', ['no']);
  expect(kept(4)).toBe('zabc');
  log.close();
  log = openServiceLog(directory, { unit: 'web/0', service: 'web' });
  expect(kept(null)).toBe('uvwxyzabc');
});

test('links and directories are not read', () => {
  symlinkSync('/etc/passwd', join(directory, 'link.log'));
  mkdirSync(join(directory, 'directory.log'));
  expect(loggedServices(directory)).toEqual(['directory', 'link', 'web']);
  for (const service of ['link', 'directory', 'missing']) {
    const other = openServiceLog(directory, { unit: 'web/0', service });
    expect(other.kept(null)).toEqual([]);
    other.close();
  }
});
