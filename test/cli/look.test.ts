import { afterAll, describe, expect, it } from 'vitest';
import { writeCharms } from './charms.ts';
import { openProgram } from './program.ts';

const program = openProgram();
afterAll(() => program.remove());

const GOLDEN = '../golden/cli';

program.write('site/index.html', '<h1>hello</h1>\n');
writeCharms(program);
program.write(
  'environment.yaml',
  `environment: hello
applications:
  site:
    charm: ./charms/pages
    units: 2
    resources: {site: ./site}
    constraints: {cpu: 0.5, memory: 128M}
    storage: {cache: 1G}
  lb: {charm: ./charms/gate, expose: {http: 18080}}
relations: [[lb:backend, site:website]]
`,
);
program.write(
  'wrong.yaml',
  `environment: hello
applications:
  site:
    charm: nginx
    unit: two
    options: {prot: 80}
  lb: {charm: haprxy}
relations:
  - [lb:backend, stie:website]
`,
);

describe('what only looks', () => {
  it('plan shows everything down to the last line', async () => {
    const { out, err, status } = program.run(['plan']);
    expect([status, err]).toEqual([0, '']);
    await expect(out).toMatchFileSnapshot(`${GOLDEN}/plan.txt`);
  });

  it('plan --exit-code tells that there is something to do', () => {
    expect(program.run(['plan', '--exit-code']).status).toBe(3);
  });

  it('plan --json is JSON and says the same', () => {
    const plan = JSON.parse(program.run(['plan', '--json']).out);
    expect(plan).toMatchObject({ version: 1, environment: 'hello', empty: false });
    expect(plan.operations.map((one: { kind: string }) => one.kind)).toContain('machine.create');
  });

  it('plan finds the file above, and by name of file or folder', () => {
    const { out } = program.run(['plan']);
    expect(program.run(['plan', '-f', 'environment.yaml']).out).toBe(out);
    expect(program.run(['plan', '.']).out).toBe(out);
    expect(program.run(['plan'], { directory: 'site' }).out).toBe(
      out.replaceAll('environment.yaml', '../environment.yaml'),
    );
  });

  it('status before anything runs', async () => {
    const { out, status } = program.run(['status', '--relations']);
    expect(status).toBe(0);
    await expect(out).toMatchFileSnapshot(`${GOLDEN}/status.txt`);
  });

  it('status --json is JSON', () => {
    const report = JSON.parse(program.run(['status', '--json']).out);
    expect(report.units.map((unit: { name: string }) => unit.name)).toEqual(['lb/0', 'site/0', 'site/1']);
    expect(report.holder).toBeNull();
  });

  it('logs of what is not there', () => {
    expect(program.run(['logs'])).toEqual({ status: 0, out: '', err: '' });
    expect(program.run(['logs', 'site', '-f']).err).toContain('site has no units now');
  });

  it('validate of a right file', () => {
    expect(program.run(['validate'])).toEqual({ status: 0, out: 'environment.yaml is fine\n', err: '' });
    expect(program.run(['validate', '--json'])).toEqual({ status: 0, out: '[]\n', err: '' });
  });

  it('validate of a wrong file tells every fault', async () => {
    const { out, err, status } = program.run(['validate', 'wrong.yaml']);
    expect([status, out]).toEqual([2, '']);
    await expect(err).toMatchFileSnapshot(`${GOLDEN}/validate.txt`);
  });

  it('validate --json has exactly these keys', () => {
    const found = JSON.parse(program.run(['validate', 'wrong.yaml', '--json']).out);
    expect(found.length).toBeGreaterThan(3);
    for (const one of found) {
      expect(Object.keys(one)).toEqual(['code', 'severity', 'message', 'hint', 'file', 'line', 'column']);
    }
  });

  it('plan, status and up of a wrong file are refused with its faults', () => {
    for (const verb of ['plan', 'status', 'up']) {
      const { status, err } = program.run([verb, 'wrong.yaml']);
      expect(status, verb).toBe(2);
      expect(err, verb).toContain('wrong.yaml:9:18: error E1202: there is no application "stie"');
    }
  });

  it('config shows options', async () => {
    const { out, status } = program.run(['config', 'lb']);
    expect(status).toBe(0);
    await expect(out).toMatchFileSnapshot(`${GOLDEN}/config.txt`);
    expect(program.run(['config', 'lb', 'greeting']).out).toBe('welcome\n');
    expect(program.run(['config', 'lb', 'greting'])).toMatchObject({
      status: 2,
      err: 'error: lb has no option "greting"\n  hint: did you mean "greeting"?\n',
    });
  });
});

describe('colour', () => {
  const dressed = '\u001b[';
  it.each([
    ['not a terminal', {}, false],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, true],
    ['NO_COLOR over FORCE_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%s', (_title, variables, expected) => {
    expect(program.run(['plan'], { variables }).out.includes(dressed)).toBe(expected);
  });
});
