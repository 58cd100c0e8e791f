import { expect, expectTypeOf, test } from 'vitest';
import {
  application,
  charm,
  defineInterface,
  http,
  intent,
  postgresql,
  to,
  waiting,
  z,
} from '../../../charms/kit/index.ts';
import { viewOf } from '../../../charms/kit/testing.ts';

/**
 * What the compiler tells a charm's author. The functions run too, so that nothing here is only believed; a line marked
 * as an error that compiles would itself be an error.
 */
const queue = defineInterface('queue', {
  provider: {
    unit: z.object({ port: z.int() }),
    application: z.object({ name: z.string(), size: z.int().default(5) }),
  },
  requirer: { application: z.object({ topics: z.array(z.string()) }) },
});

test('what a charm sees is typed by its options, endpoints, storage and resources', () => {
  const typed = charm(
    {
      name: 'typed',
      summary: '',
      provides: { queue },
      requires: { backend: http, database: { interface: postgresql, limit: 1 } },
      peers: { cluster: queue },
      options: z.object({ mode: z.enum(['a', 'b']).default('a'), size: z.int().optional() }),
      storage: { data: '/data' },
      resources: { app: { target: '/srv/app' }, site: { target: '/srv/site', optional: true } },
    },
    (unit) => {
      expectTypeOf(unit.options.mode).toEqualTypeOf<'a' | 'b'>();
      expectTypeOf(unit.options.size).toEqualTypeOf<number | undefined>();
      expectTypeOf(unit.storage.data.path).toEqualTypeOf<string>();
      expectTypeOf(unit.resources.app.path).toEqualTypeOf<string>();
      expectTypeOf(unit.resources.site).toEqualTypeOf<{ readonly path: string; readonly digest: string } | null>();
      for (const relation of unit.relations('backend')) {
        expectTypeOf(relation.units[0]?.data.port).toEqualTypeOf<number | undefined>();
        expectTypeOf(relation.units[0]?.data.health).toEqualTypeOf<string | undefined>();
        // @ts-expect-error: the interface has no such field
        relation.units[0]?.data.prot;
      }
      expectTypeOf(unit.relation('database')?.data?.password).toEqualTypeOf<string | undefined>();
      expectTypeOf(unit.relation('queue')?.data?.topics).toEqualTypeOf<string[] | undefined>();
      expectTypeOf(unit.relation('cluster')?.data?.size).toEqualTypeOf<number | undefined>();
      // @ts-expect-error: no such endpoint
      expect(() => unit.relations('backends')).toThrow('no endpoint backends');
      // @ts-expect-error: no such option
      expect(unit.options.modus).toBeUndefined();
      // @ts-expect-error: no such storage
      expect(unit.storage.dat).toBeUndefined();
      return intent({});
    },
  );
  expect(typed.evaluate(viewOf(typed))).toMatchObject({ kind: 'intent' });
});

test('what a charm publishes is typed by its interfaces', () => {
  const definition = { name: 'typed', summary: '', provides: { queue, web: http }, requires: { source: queue } };
  const right = charm(definition, (unit) =>
    intent({
      publish: {
        web: { port: 80 },
        queue: unit.relations('queue').map((relation) => to(relation, application({ name: relation.application }))),
        source: { topics: ['news'] },
      },
    }),
  );
  expect(right.evaluate(viewOf(right))).toMatchObject({ kind: 'intent' });

  const wrong = [
    // @ts-expect-error: a port is a number
    charm(definition, () => intent({ publish: { web: { port: '80' } } })),
    // @ts-expect-error: the port is missing
    charm(definition, () => intent({ publish: { web: {} } })),
    // @ts-expect-error: units of the interface http publish, its application does not
    charm(definition, () => intent({ publish: { web: application({ port: 80 }) } })),
    // @ts-expect-error: the same for waiting
    charm(definition, () => waiting('for it', { publish: { web: { port: '80' } } })),
    // @ts-expect-error: who requires a queue publishes topics
    charm(definition, () => intent({ publish: { source: { port: 80 } } })),
  ];
  for (const each of wrong) expect(each.evaluate(viewOf(each))).toMatchObject({ fault: { part: 'publish' } });
});

test('a misspelt definition does not compile', () => {
  const definitions = [
    // @ts-expect-error: packages are a list
    () => charm({ name: 'x', summary: '', install: { packages: 'nginx' } }, () => intent({})),
    // @ts-expect-error: no such part of an intent
    () => charm({ name: 'x', summary: '' }, () => intent({ file: {} })),
    // @ts-expect-error: no summary
    () => charm({ name: 'x' }, () => intent({})),
    // @ts-expect-error: returns nothing
    () => charm({ name: 'x', summary: '' }, () => undefined),
  ];
  expect(definitions).toHaveLength(4);
});
