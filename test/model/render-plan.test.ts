import { describe, expect, it } from 'vitest';
import type { CommandIntent } from '../../model/charm.ts';
import type { Action, Operation, Plan, ServiceAction } from '../../model/plan.ts';
import { planJson } from '../../model/plan-json.ts';
import type { Painter } from '../../model/render-plan.ts';
import { renderPlan, summaryOf } from '../../model/render-plan.ts';
import { service } from '../engine/support/charms.ts';

const PLACE = { file: 'environment.yaml', line: 4, column: 3 };

function operation(id: string, action: Action, text = 'application web'): Operation {
  return { id, provider: 'container', action, cause: { text, place: PLACE }, dependsOn: [], expects: [] };
}

function plan(operations: readonly Operation[], more: Partial<Plan> = {}): Plan {
  return { environment: 'shop', operations, secretsToGenerate: [], waiting: [], retained: [], ...more };
}

const FILE = { content: 'a\nb\n', mode: '0644', owner: 'root', group: 'root', secrets: {} };
const COMMAND: CommandIntent = {
  name: 'c',
  key: '1',
  command: [],
  environment: {},
  directory: '/',
  user: 'root',
  group: 'root',
  timeoutMs: 1,
  when: 'before',
  requires: [],
};
const SERVICE = service('node server.js', { user: 'app', environment: { URL: '{{secret:db/url}}', PORT: '3000' } });
const STORAGE = { id: 'db/0/data', unit: 'db/0', name: 'data', path: '/data', bytes: 2 * 1024 ** 3 };

function write(unit: string, before: Partial<typeof FILE> | null, after: Partial<typeof FILE>): Operation {
  const file = {
    path: '/etc/x',
    before: before === null ? null : { ...FILE, ...before },
    after: { ...FILE, ...after },
  };
  return operation(`files.write ${unit}`, { kind: 'files.write', unit, files: [file], directories: {}, removed: {} });
}

const MARKS: Painter = {
  heading: (text) => `<b>${text}</b>`,
  sign: (sign, text) => `<${sign}>${text}</>`,
  dim: (text) => `<dim>${text}</dim>`,
};

describe('text', () => {
  it('of an empty plan', () => expect(renderPlan(plan([]))).toEqual(['shop: no changes']));

  it('of a new file and the same in another unit', () => {
    expect(renderPlan(plan([write('web/0', null, {}), write('web/1', null, {})]))).toEqual([
      'web',
      '  web/0  # application web (environment.yaml:4:3)',
      '    + file /etc/x (0644 root:root)',
      '        +a',
      '        +b',
      '  web/1  # application web (environment.yaml:4:3)',
      '    + file /etc/x (0644 root:root, as in web/0)',
      '',
      'shop: 2 to add',
    ]);
  });

  it.each<[string, Partial<typeof FILE>, Partial<typeof FILE>, readonly string[]]>([
    [
      'content',
      {},
      { content: 'a\nc\n' },
      ['    ~ file /etc/x (0644 root:root)', '        @@ -1,2 +1,2 @@', '         a', '        -b', '        +c'],
    ],
    ['mode', {}, { mode: '0600' }, ['    ~ file /etc/x (0644 root:root → 0600 root:root)']],
    [
      'last newline',
      {},
      { content: 'a\nb' },
      ['    ~ file /etc/x (0644 root:root)', '        only the newline at its end changes'],
    ],
    [
      'a secret',
      { secrets: { 'db/key': '1' } },
      { secrets: { 'db/key': '2' } },
      ['    ~ file /etc/x (0644 root:root)', '        secret db/key has another value'],
    ],
  ])('of a changed file: %s', (_name, before, after, expected) => {
    expect(renderPlan(plan([write('web/0', before, after)])).slice(2, -2)).toEqual(expected);
  });

  it('of what waits, what is generated and what is kept', () => {
    const more = {
      secretsToGenerate: ['db/key'],
      waiting: [{ target: 'web/0', message: 'for a database' }],
      retained: [{ provider: 'container', storage: STORAGE }],
    };
    expect(renderPlan(plan([operation('storage.remove', { kind: 'storage.remove', storage: STORAGE })], more))).toEqual(
      [
        'db',
        '  db/0  # application web (environment.yaml:4:3)',
        '    - storage data of 2G and its data',
        '',
        'secrets',
        '  + db/key, generated',
        '',
        'waiting',
        '  web/0 waits: for a database',
        '',
        'kept data',
        '  storage db/0/data of 2G on container',
        '',
        'shop: 1 to remove, 1 to generate',
      ],
    );
  });

  it('of a service: what runs, as whom, and what it is told; the same once', () => {
    const start = { kind: 'start', service: SERVICE, digest: 'd', configuration: '' } as const;
    const restart = { kind: 'restart', configuration: '', because: ['/etc/x'] } as const;
    const ensure = (unit: string, action: ServiceAction): Operation => {
      return operation(`service.ensure ${unit}`, { kind: 'service.ensure', unit, name: 'app', action });
    };
    const lines = renderPlan(plan([ensure('web/0', start), ensure('web/1', start), ensure('web/2', restart)]));
    expect(lines.filter((line) => line.startsWith('    '))).toEqual([
      '    + service app',
      '        +node server.js',
      '        +user app',
      '        +PORT=3000',
      '        +URL={{secret:db/url}}',
      '    + service app (as in web/0)',
      '    ~ service app: restart, because of /etc/x',
    ]);
  });

  it('a cause of its own is told', () => {
    const remove: Action = { kind: 'machine.remove', unit: 'web/0', id: 'abc', graceMs: 1 };
    const lines = renderPlan(
      plan([
        operation('machine.remove web/0', remove),
        operation('x', { kind: 'service.remove', unit: 'web/0', names: ['s'] }, 'other'),
      ]),
    );
    expect(lines).toContain('    - service s  # other (environment.yaml:4:3)');
  });

  it('what charms write cannot command the terminal, and stays on its line', () => {
    const command = ['sh', '-c', 'one\ntwo'];
    const lines = renderPlan(
      plan([
        write('web/0', null, { content: 'a\u001b[2J\tb\r\n', owner: 'x\u0007' }),
        operation('c', { kind: 'command.run', unit: 'web/0', digest: '', command: { ...COMMAND, command } }),
      ]),
    );
    expect(lines.slice(2, 5)).toEqual([
      '    + file /etc/x (0644 x\\x07:root)',
      '        +a\\x1b[2J\tb\\x0d',
      '    > run c: sh -c one\\ntwo',
    ]);
  });

  it('has colours only through the painter', () => {
    expect(renderPlan(plan([write('web/0', {}, { content: 'a\n' })]), MARKS).slice(0, 6)).toEqual([
      '<b>web</b>',
      '  <b>web/0</b>  <dim># application web (environment.yaml:4:3)</dim>',
      '    <~>~ file /etc/x</> (0644 root:root)',
      '        <dim>@@ -1,2 +1,1 @@</dim>',
      '        <dim> a</dim>',
      '        <->-b</>',
    ]);
  });
});

describe('summary', () => {
  const await_: Action = { kind: 'unit.await', unit: 'web/0', services: [], timeoutMs: 1 };
  it('does not count waiting', () => {
    expect(summaryOf(plan([operation('unit.await web/0', await_)]))).toBe('shop: nothing to change, only to wait for');
  });
});

describe('json', () => {
  it('has the files with their diffs', () => {
    expect(planJson(plan([write('web/0', {}, { content: 'a\nc\n' })])).operations).toEqual([
      {
        id: 'files.write web/0',
        kind: 'files.write',
        sign: '~',
        provider: 'container',
        application: 'web',
        unit: 'web/0',
        summary: '/etc/x',
        cause: { text: 'application web', place: PLACE },
        dependsOn: [],
        files: [
          {
            path: '/etc/x',
            change: 'change',
            mode: '0644',
            owner: 'root',
            group: 'root',
            diff: '@@ -1,2 +1,2 @@\n a\n-b\n+c',
          },
        ],
        service: null,
      },
    ]);
  });
  it('of nothing is empty', () => {
    expect(planJson(plan([]))).toMatchObject({
      version: 1,
      empty: true,
      counts: { add: 0, change: 0, remove: 0, run: 0 },
    });
  });
});
