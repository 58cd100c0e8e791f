import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { command, linesOf, service, startInit, stopInits, until } from './init-container.ts';

afterEach(stopInits);

test('lines of both streams with time stamps in UTC, and init’s own words', async () => {
  const init = await startInit();
  const before = Date.now();
  await init.client.setService(
    service('web', 'echo hello; sleep 0.05; echo "  oops" >&2; printf "no end"; exit 0', { restart: 'never' }),
  );
  await until(() => init.log('web').some((line) => line.startsWith('i exit')), 'its end');
  const [first = ''] = readFileSync(join(init.logs, 'web.log'), 'utf8').split('\n');
  const stamp = Date.parse(first.slice(0, 24));
  expect(stamp).toBeGreaterThanOrEqual(before - 1);
  expect(stamp).toBeLessThanOrEqual(Date.now());
  expect(init.log('web').slice(1).sort()).toEqual([
    'e   oops',
    'i exit 0; it is not started again',
    'o hello',
    'o no end',
  ]);
  expect(init.log('web')[0]).toMatch(/^i started: process \d+$/);
  expect(statSync(join(init.logs, 'web.log')).mode & 0o777).toBe(0o640);
});

test('lines longer than 8 KiB are split, lines that come in pieces are joined', async () => {
  const init = await startInit();
  const letters = (letter: string, count: number) => `head -c ${count} /dev/zero | tr '\\0' ${letter}; echo`;
  const pieces = 'for i in 1 2 3; do printf $i; sleep 0.03; done; echo; echo; echo end; exec sleep 1000';
  const script = [letters('a', 8192), letters('b', 20000), pieces].join('; ');
  await init.client.setService(service('long', script));
  await until(() => init.log('long').includes('o end'), 'the last line');
  const lines = init.log('long').filter((line) => line.startsWith('o '));
  expect(
    lines.map((line) => line.slice(2)).map((text) => (text.length > 5 ? `${text[0]}${text.length}` : text)),
  ).toEqual(['a8192', 'b8192', 'b8192', 'b3616', '123', '', 'end']);
});

test('rotates by size, keeps as many files as asked, and loses no line', async () => {
  const init = await startInit();
  const script = 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i + 1)); done; echo end; exec sleep 1000';
  await init.client.setService(service('much', script, { logBytes: 40_000, logFiles: 9 }));
  await until(() => init.log('much').includes('o end'), 'the end');
  const files = readdirSync(init.logs).filter((name) => name.startsWith('much.log'));
  expect(files.length).toBeGreaterThan(2);
  expect(files.length).toBeLessThanOrEqual(10);
  for (const name of files) expect(statSync(join(init.logs, name)).size).toBeLessThanOrEqual(40_000);
  const newestLast = ['9', '8', '7', '6', '5', '4', '3', '2', '1']
    .map((number) => `much.log.${number}`)
    .concat('much.log');
  const lines = newestLast
    .flatMap((name) => linesOf(join(init.logs, name)))
    .filter((line) => line.startsWith('o line'));
  expect(lines).toEqual(Array.from({ length: 3000 }, (_, index) => `o line ${index}`));
});

test('the oldest go', async () => {
  const init = await startInit();
  const script = 'i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i + 1)); done; echo end; exec sleep 1000';
  await init.client.setService(service('much', script, { logBytes: 8192, logFiles: 2 }));
  await until(() => init.log('much').includes('o end'), 'the end');
  expect(readdirSync(init.logs).sort()).toEqual(['much.log', 'much.log.1', 'much.log.2']);
  await init.client.setService(service('one', script, { logBytes: 8192, logFiles: 0 }));
  await until(() => init.log('one').includes('o end'), 'the end');
  expect(readdirSync(init.logs).filter((name) => name.startsWith('one'))).toEqual(['one.log']);
});

test('a log that exists is gone on with; a link or a pipe in its place is never written to', async () => {
  const init = await startInit();
  writeFileSync(join(init.logs, 'old.log'), '2026-01-01T00:00:00.000Z o before\n');
  writeFileSync(join(init.directory, 'precious'), 'precious');
  symlinkSync(join(init.directory, 'precious'), join(init.logs, 'link.log'));
  await init.client.run(command('mkfifo /var/log/cantrip/pipe.log'));
  for (const name of ['old', 'link', 'pipe']) await init.client.setService(service(name, 'echo up; exec sleep 1000'));
  await until(() => init.log('old').includes('o up'), 'its output');
  expect(init.log('old')[0]).toBe('o before');
  expect(await init.client.await([], 2000)).toMatchObject({ result: 'ready' });
  expect(readFileSync(join(init.directory, 'precious'), 'utf8')).toBe('precious');
});

test('a full disk does not stop the service, and what was lost is counted', async () => {
  const init = await startInit();
  await init.client.run(command('mount -t tmpfs -o size=64k tmpfs /var/log/cantrip'));
  const inside = async () => {
    const [seen] = await init.client.readFiles(['/var/log/cantrip/web.log']);
    return (seen?.content?.toString() ?? '').split('\n').map((line) => line.slice(25));
  };
  const fill = 'i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i + 1)); done; touch "$1"';
  const script = `${fill}; while [ -e "$1" ]; do sleep 0.02; done; echo again; exec sleep 1000`;
  const flag = join(init.directory, 'filled');
  const filler = service('web', '', { arguments: ['sh', '-c', script, 'sh', flag] });
  await init.client.setService(filler);
  await until(async () => (await init.client.readFiles([flag]))[0]?.kind === 'file', 'the full disk');
  await init.client.run(command(`mount -o remount,size=1m /var/log/cantrip; rm ${flag}`));
  await until(async () => (await inside()).includes('o again'), 'writing again');

  const lines = await inside();
  const kept = lines.flatMap((line) => /^o line (\d+)$/.exec(line)?.[1] ?? []).map(Number);
  expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
  const lost = lines.flatMap((line) => /^i (\d+) lines lost: No space left on device$/.exec(line)?.[1] ?? []);
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.reduce((sum, count) => sum + Number(count), kept.length)).toBe(3000);
  expect(lines.every((line) => /^(o line \d+|o again|i .*|)$/.test(line))).toBe(true);
  await init.client.run(command('umount -l /var/log/cantrip'));
});

test('a service that writes without end does not keep others waiting', async () => {
  const init = await startInit();
  await init.client.setService(service('loud', 'exec yes', { logBytes: 100_000, logFiles: 1 }));
  await init.client.await([], 2000);
  const before = performance.now();
  for (let count = 0; count < 50; count++) await init.client.list();
  expect(performance.now() - before).toBeLessThan(1000);
  await init.client.removeServices(['loud']);
});
