import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../../../cli/write/replace-file.ts';

let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cantrip-replace-'));
  file = join(folder, 'environment.yaml');
  writeFileSync(file, 'before');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('keeps mode and owner', () => {
  chmodSync(file, 0o640);
  chownSync(file, 1234, 2345);
  replaceFile(file, 'before', 'after');
  expect(readFileSync(file, 'utf8')).toBe('after');
  expect(statSync(file)).toMatchObject({ uid: 1234, gid: 2345, mode: 0o100640 });
  expect(readdirSync(folder)).toEqual(['environment.yaml']);
});

test('a link stays a link', () => {
  const link = join(folder, 'link.yaml');
  symlinkSync('environment.yaml', link);
  replaceFile(link, 'before', 'after');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('after');
});

test("somebody else's change is not overwritten", () => {
  writeFileSync(file, 'theirs');
  expect(() => replaceFile(file, 'before', 'after')).toThrow(/changed by somebody else/);
  expect(readFileSync(file, 'utf8')).toBe('theirs');
  expect(readdirSync(folder)).toEqual(['environment.yaml']);
});

test('two commands do not write at a time; what a killed one left does not block', () => {
  const draft = `${file}.cantrip-draft`;
  writeFileSync(draft, 'half');
  expect(() => replaceFile(file, 'before', 'after')).toThrow(/another command is writing/);
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(draft, longAgo, longAgo);
  replaceFile(file, 'before', 'after');
  expect(readFileSync(file, 'utf8')).toBe('after');
});
