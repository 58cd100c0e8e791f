import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentLab, groupsOf } from './agent-lab.ts';

describe('an image that wants out', () => {
  let lab: AgentLab;
  let mountsBefore: string;
  beforeAll(async () => {
    lab = await AgentLab.open();
    mountsBefore = hostMounts();
  });
  afterAll(() => lab.close());

  /** A layer with links in it, below the usual one or instead of it. */
  function layerOf(name: string, links: Readonly<Record<string, string>>): string {
    const layer = join(lab.directory, name);
    mkdirSync(layer, { recursive: true });
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(layer, path));
    return layer;
  }

  test.each(['dev', 'proc', 'sys'])('by a link in the place of /%s is not started', async (name) => {
    const base = join(lab.directory, 'base');
    const layer = layerOf(`link-${name}`, { [name]: '/etc' });
    const config = lab.config({ layers: [base, layer] });
    await expect(lab.agent.start(config)).rejects.toMatchObject({ stage: 'attach' });
    expect(groupsOf(config.id)).toEqual([]);
    expect(hostMounts()).toBe(mountsBefore);
  });

  test.each([
    ['absolute', '/inner'],
    ['upwards', '../../../../../../inner'],
  ])('by a link in the way of a volume stays inside (%s)', async (name, target) => {
    const secret = join(lab.directory, 'volume');
    mkdirSync(secret, { recursive: true });
    writeFileSync(join(secret, 'file'), 'x');
    const layer = layerOf(`volume-${name}`, { way: target });
    mkdirSync(join(layer, 'inner'));
    const mounts = [{ source: secret, target: '/way/there', readOnly: true, optional: false }];
    const { id } = await lab.start({ layers: [join(lab.directory, 'base'), layer], mounts });
    expect(lab.probe(id, ['size', '/inner/there/file']).output).toBe('1\n');
    expect(existsSync('/inner')).toBe(false);
    expect(hostMounts()).toBe(mountsBefore);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('by a volume on a link to /proc does not cover the real one', async () => {
    const volume = join(lab.directory, 'fake');
    mkdirSync(join(volume, 'sys'), { recursive: true });
    const layer = layerOf('fake-proc', { data: '/proc' });
    const mounts = [{ source: volume, target: '/data', readOnly: false, optional: false }];
    const { id } = await lab.start({ layers: [join(lab.directory, 'base'), layer], mounts });
    expect(lab.probe(id, ['size', '/proc/self/status']).output).toBe('64\n');
    expect(lab.probe(id, ['size', '/proc/timer_list']).output).toBe('0\n');
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('by its own /dev/null is masked all the same', async () => {
    const layer = layerOf('null', {});
    mkdirSync(join(layer, 'dev'));
    symlinkSync('/proc/sys/kernel/core_pattern', join(layer, 'dev/null'));
    const { id } = await lab.start({ layers: [join(lab.directory, 'base'), layer] });
    expect(lab.probe(id, ['size', '/proc/timer_list']).output).toBe('0\n');
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('by what it left in its own upper directory gains nothing at the next start', async () => {
    const config = lab.config();
    await lab.agent.start(config);
    await lab.agent.stop(config.id, 1000);
    rmSync(join(config.upper, 'dev'), { recursive: true, force: true });
    symlinkSync('/etc', join(config.upper, 'dev'));
    await expect(lab.agent.start(config)).rejects.toMatchObject({ stage: 'attach' });
    expect(hostMounts()).toBe(mountsBefore);
    await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
  });
});

/** The host's mounts where the links lead. */
function hostMounts(): string {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => / \/(etc|inner)\S* /.test(line))
    .join('\n');
}
