import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openProgram } from './program.ts';

const program = openProgram();
afterAll(() => program.remove());

const FILE = `# my shop
environment: shop
applications:
  site:
    charm: nginx   # the pages
    resources: {site: ./site}
  lb: {charm: haproxy}
relations:
  - [lb:backend, site:website]
`;

beforeEach(() => {
  program.write('site/index.html', 'hello\n');
  program.write('environment.yaml', FILE);
});

/** Lines of the diff that a dry run shows, and that it changed nothing. */
function dryRun(line: string): string[] {
  const { status, out, err } = program.run([...line.split(' '), '--dry-run']);
  expect(status, err).toBe(0);
  expect(program.read('environment.yaml')).toBe(FILE);
  const diff = out.slice(0, out.indexOf('\n\n')).split('\n');
  return diff.filter((text) => /^[+-]/.test(text));
}

describe('a dry run shows the edit and the plan, and changes nothing', () => {
  it.each<[string, string[]]>([
    ['scale site 3', ['+    units: 3']],
    ['scale site=+1', ['+    units: 2']],
    ['add-unit site -n 2', ['+    units: 3']],
    ['expose lb http=18080', ['-  lb: {charm: haproxy}', '+  lb: {charm: haproxy, expose: {http: 18080}}']],
    [
      'config lb balance=leastconn',
      ['-  lb: {charm: haproxy}', '+  lb: {charm: haproxy, options: {balance: leastconn}}'],
    ],
    ['unrelate lb site', ['-relations:', '-  - [lb:backend, site:website]', '+relations: []']],
    ['remove lb', ['-  lb: {charm: haproxy}', '-relations:', '-  - [lb:backend, site:website]', '+relations: []']],
    [
      'deploy postgresql db --storage data=1G --constraint memory=256M',
      ['+  db: {charm: postgresql, constraints: {memory: 256M}, storage: {data: 1G}}'],
    ],
    [
      'deploy nginx blog -n 2 --resource site=./site --expose http=127.0.0.1:18081 --relate lb:backend',
      [
        '+  blog: {charm: nginx, units: 2, resources: {site: ./site}, expose: {http: "127.0.0.1:18081"}}',
        '+  - [blog, lb:backend]',
      ],
    ],
  ])('%s', (line, expected) => {
    expect(dryRun(line)).toEqual(expected);
  });

  it('the plan stands below the edit', () => {
    const { out } = program.run(['expose', 'lb', 'http=18080', '--dry-run']);
    const [edit = '', plan = ''] = out.split(/\n\n(?=environment\n)/);
    expect(edit.split('\n').slice(0, 2)).toEqual(['environment.yaml', '@@ -4,6 +4,6 @@']);
    expect(plan).toContain(
      '  + port 18080 of the host for lb:http → lb/0:80  # lb exposes http (environment.yaml:7:33)',
    );
  });

  it('an edit that changes nothing shows the plan alone', () => {
    const { out } = program.run(['relate', 'lb:backend', 'site:website', '--dry-run']);
    expect(out.startsWith('environment\n')).toBe(true);
  });

  it('paths are written relative to the file', () => {
    const { out } = program.run(['deploy', 'nginx', 'blog', '--resource', 'site=.', '--dry-run'], {
      directory: 'site',
    });
    expect(out).toContain('+  blog: {charm: nginx, resources: {site: ./site}}');
  });
});

describe('an edit that would leave a wrong file changes nothing', () => {
  it.each([
    ['scale sit 3', 'error: there is no application "sit"\n  hint: did you mean "site"?\n'],
    ['scale site=-2', 'error: site cannot have -1 units\n  hint: it has 1 now; 0 to 100000 are possible\n'],
    ['relate lb db', 'error: there is no application "db"\n  hint: did you mean "lb"?\n'],
    ['deploy nginx site', 'error: there is an application "site" already\n  hint: give the new one another name\n'],
    ['deploy nginx Blog', 'environment.yaml:8:3: error E1105: "Blog" is not a valid name of an application'],
    ['deploy ngnix blog', 'E3001'],
    ['deploy ./nowhere', 'error: there is no WORK/nowhere\n'],
    ['config lb balance=leastcon', 'E2001'],
    ['config lb balanc=leastconn', 'E2001'],
    ['expose lb htp=80', 'E2005'],
    ['unrelate lb db', 'error: there is no relation lb db\n  hint: declared: lb:backend site:website\n'],
  ])('%s', (line, expected) => {
    const { status, out, err } = program.run(line.split(' '));
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(expected);
    expect(program.read('environment.yaml')).toBe(FILE);
  });

  it('nor is a file edited that has errors already', () => {
    program.write('environment.yaml', FILE.replace('charm: haproxy', 'chram: haproxy'));
    const { status, err } = program.run(['scale', 'site', '3']);
    expect(status).toBe(2);
    expect(err).toContain('did you mean "charm"?');
    expect(err).toContain('the file has errors: nothing was changed');
  });
});

describe('init', () => {
  it('writes a file that is fine, and never over another', () => {
    const first = program.run(['init', 'fresh-1']);
    expect(first).toEqual({
      status: 0,
      out: 'wrote fresh-1/environment.yaml\nnext: cantrip plan, then cantrip up\n',
      err: '',
    });
    expect(program.run(['validate', 'fresh-1'])).toMatchObject({ status: 0, err: '' });
    expect(program.read('fresh-1/environment.yaml')).toContain('environment: fresh1\n');
    const again = program.run(['init', 'fresh-1']);
    expect(again).toMatchObject({
      status: 2,
      err: expect.stringContaining('there is fresh-1/environment.yaml already: nothing was changed'),
    });
  });
});

describe('a word that nothing knows is told, not taken for done', () => {
  it.each<[string, string]>([
    ['unrelate lb site:websit', 'did you mean "website"?'],
    ['unexpose lb htp', 'did you mean "http"?'],
    ['config lb --reset balanc', 'did you mean "balance"?'],
    ['help scal', 'did you mean "scale"?'],
    ['scal site 2', 'did you mean "scale"?'],
    ['scale', 'cantrip help scale shows how it is used'],
    ['scale site 1000000', '0 to 100000 are possible'],
  ])('%s', (line, expected) => {
    program.write('environment.yaml', FILE.replace('[lb:backend, site:website]', '[lb:backend, site]'));
    const words = line.split(' ');
    const { status, err } = program.run(words[0] === 'help' ? words : [...words, '--dry-run']);
    expect(status).toBe(2);
    expect(err).toContain(expected);
  });

  it('an endpoint that the file leaves to be inferred may be named', () => {
    program.write('environment.yaml', FILE.replace('[lb:backend, site:website]', '[lb:backend, site]'));
    const { status, err } = program.run(['unrelate', 'lb:backend', 'site:website', '--dry-run']);
    expect(status, err).toBe(0);
  });

  it('what is not exposed need not be unexposed', () => {
    expect(program.run(['unexpose', 'lb', 'http', '--dry-run']).status).toBe(0);
  });
});

describe('--json', () => {
  it('a dry run prints the plan as JSON, the edit beside it', () => {
    const { status, out, err } = program.run(['scale', 'site', '3', '--dry-run', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ version: 1, environment: 'shop', empty: false });
    expect(err).toContain('+    units: 3');
  });

  it('an edit that is refused prints why', () => {
    const { status, out } = program.run(['expose', 'lb', 'htp=18080', '--dry-run', '--json']);
    expect(status).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'refused', diagnostics: [{ code: 'E2005' }] });
  });
});
