import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../charms/programs.ts';
import { openProgram, type Program } from '../cli/program.ts';

/** What `cantrip plan` says of each example where there is nothing yet: `plan.txt` beside it is for readers, too. */
const root = fileURLToPath(new URL('../../examples/', import.meta.url));
const examples = readdirSync(root).filter((name) => existsSync(join(root, name, 'environment.yaml')));

let program: Program;

beforeAll(() => {
  program = openProgram();
  cpSync(root, program.path('examples'), { recursive: true });
});

afterAll(() => program.remove());

describe.each(examples)('%s', (name) => {
  const file = `examples/${name}/environment.yaml`;

  test('the plan is as expected', async () => {
    const restore = await useFreePort(file);
    const { status, out, err } = program.run(['plan', file]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    await expect(restore(out).replaceAll('WORK/', '')).toMatchFileSnapshot(join(root, name, 'plan.txt'));
  });

  test('the file is valid and has no warnings', () => {
    const { out, status } = program.run(['validate', '--json', file]);
    expect({ status, faults: JSON.parse(out) }).toEqual({ status: 0, faults: [] });
  });

  test('it has a README', () => {
    expect(existsSync(join(root, name, 'README.md'))).toBe(true);
  });
});

/** The example's own port may be taken here, by the example itself for one. The result puts it back into a text. */
async function useFreePort(file: string): Promise<(text: string) => string> {
  const text = program.read(file);
  const own = /expose: \{http: (\d+)\}/.exec(text)?.[1] ?? '';
  const free = String(await freePort());
  program.write(file, text.replace(`http: ${own}}`, `http: ${free}}`));
  return (output) => output.replaceAll(`port ${free} `, `port ${own} `);
}
