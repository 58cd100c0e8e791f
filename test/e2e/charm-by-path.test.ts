import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processesIn } from './lib/host.ts';
import { getTimes } from './lib/http.ts';
import { workspaceOf } from './lib/workspace.ts';

// A charm that somebody wrote beside the file, and goes on writing.

describe('the charm of the example', () => {
  const custom = workspaceOf('custom-charm');
  const CHARM = 'charms/greeter/charm.ts';
  beforeAll(() => {
    custom.succeed('up', custom.file);
  });
  afterAll(() => custom.remove());
  const machines = () => custom.status().units.map(({ name, machine }) => `${name} ${machine?.id}`);
  const texts = async (): Promise<readonly string[]> => {
    return [...new Set((await getTimes(custom.url, 4)).map(({ text }) => text.trim()))].sort();
  };

  test('runs, one unit after the other behind the balancer', async () => {
    expect(await texts()).toEqual(['greeter/0', 'greeter/1'].map((unit) => `Hello from a charm of our own, ${unit}`));
  });

  test('an option changes a file, shown as a diff, and reloads the service', async () => {
    const before = machines();
    const words = ['config', 'greeter', 'greeting=Welcome', '-f', custom.file];
    const { stdout } = custom.succeed(...words, '--dry-run');
    expect(stdout).toMatch(/^ *-Hello from a charm of our own, greeter\/0$/m);
    expect(stdout).toMatch(/^ *\+Welcome, greeter\/0$/m);
    expect(stdout).toMatch(/reload/);
    expect(await texts(), 'nothing was done yet').toHaveLength(2);
    custom.succeed(...words);
    expect(await texts()).toEqual(['Welcome, greeter/0', 'Welcome, greeter/1']);
    expect(machines()).toEqual(before);
  });

  test('an edit of the charm shows up in the plan and is applied to running machines', async () => {
    const before = machines();
    const inits = custom.status().units.map(({ machine }) => processesIn(machine?.id ?? '')[0]);
    expect(custom.plan().empty).toBe(true);
    custom.change(
      /\$\{unit\.options\.greeting\}, \$\{unit\.name\}/,
      `\${unit.options.greeting} from \${unit.name}`,
      CHARM,
    );
    const { stdout } = custom.cantrip('plan', custom.file, '--exit-code');
    expect(stdout).toMatch(/^ *-Welcome, greeter\/1$/m);
    expect(stdout).toMatch(/^ *\+Welcome from greeter\/1$/m);
    custom.succeed('up', custom.file);
    expect(await texts()).toEqual(['Welcome from greeter/0', 'Welcome from greeter/1']);
    expect(machines()).toEqual(before);
    expect(custom.status().units.map(({ machine }) => processesIn(machine?.id ?? '')[0])).toEqual(inits);
    expect(custom.plan().empty).toBe(true);
  });

  test('an edit of what it installs is another image: machines are replaced', async () => {
    const before = machines();
    custom.change('response.end(greeting)', "response.end('2: ' + greeting)", CHARM);
    custom.succeed('up', custom.file);
    expect(await texts()).toEqual(['2: Welcome from greeter/0', '2: Welcome from greeter/1']);
    expect(machines().filter((machine) => before.includes(machine))).toEqual([expect.stringMatching(/^lb\/0 /)]);
  });
});

describe('a charm with storage', () => {
  const keeper = workspaceOf('hello', { name: 'keeper' });
  afterAll(() => keeper.remove());
  const charmOf = (installed: string): string => `import { charm, intent } from 'cantrip/kit';

export default charm(
  {
    name: 'keeper',
    summary: 'Writes a line at each of its starts',
    storage: { lines: { path: '/var/lib/keeper', summary: 'The lines' } },
    install: { files: { '/etc/installed': ${JSON.stringify(installed)} } },
  },
  () =>
    intent({
      commands: [{ name: 'line', command: ['sh', '-c', 'cat /etc/installed >> /var/lib/keeper/lines'] }],
      services: { keeper: { command: 'sleep 100000' } },
    }),
);
`;
  const deploy = (installed: string): void => {
    mkdirSync(join(keeper.folder, 'charm'), { recursive: true });
    writeFileSync(join(keeper.folder, 'charm/charm.ts'), charmOf(installed));
    const text = 'environment: keeper\napplications:\n  keeper: {charm: ./charm, storage: {lines: 10M}}\n';
    writeFileSync(keeper.file, text);
    keeper.succeed('up', keeper.file);
  };
  const lines = (): string => keeper.succeed('exec', 'keeper/0', '--', 'cat', '/var/lib/keeper/lines').stdout;
  const machine = (): string | undefined => keeper.status().units[0]?.machine?.id;

  test('its lines outlive its machine, which another installation replaces', () => {
    deploy('first\n');
    const before = machine();
    deploy('second\n');
    expect(machine()).not.toBe(before);
    expect(lines()).toBe('first\nsecond\n');
  });

  test('and they outlive a down that keeps them, but not one that does not', () => {
    keeper.succeed('down', keeper.file, '--keep-data');
    deploy('third\n');
    expect(lines()).toBe('first\nsecond\nthird\n');
    keeper.succeed('down', keeper.file, '--yes');
    deploy('fourth\n');
    expect(lines()).toBe('fourth\n');
  });
});
