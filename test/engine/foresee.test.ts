import { describe, expect, it } from 'vitest';
import { foresee } from '../../engine/foresee.ts';
import type { ChangeOptions } from './support/bench.ts';
import { bench, deployed, formatDiagnostic, planFor, UNDEPLOYED } from './support/bench.ts';
import { SHOP, shop } from './support/shop.ts';

function foreseen(text: string, { from = UNDEPLOYED, ...options }: ChangeOptions = {}) {
  const { input } = bench(text, { ...from, ...options });
  return foresee({ ...input, secretVersions: from.secretVersions, data: 'keep' });
}

const CLOUD_SHOP = shop({ 'environment: shop\n': 'environment: shop\ndefaults: {provider: cloud}\n' });

describe('what the loop will do', () => {
  it('is one plan where we give the addresses', () => {
    expect(foreseen(SHOP).plan).toEqual(planFor(SHOP).plan);
  });
  it('is nothing when nothing is to do', () => {
    expect(foreseen(SHOP, { from: deployed(SHOP) }).plan).toMatchObject({ operations: [], secretsToGenerate: [] });
  });
  it('leaves out what only the world can tell, and says so', () => {
    const { plan } = foreseen(CLOUD_SHOP);
    expect(plan?.waiting).toEqual([
      { target: 'lb/0', message: 'for a backend' },
      { target: 'web/0', message: 'for a database' },
      { target: 'web/1', message: 'for a database' },
    ]);
    expect(plan?.operations.map(({ id }) => id)).toContain('machine.create web/1');
    expect(plan?.operations.map(({ id }) => id)).not.toContain('files.write web/1');
  });
  it('has no plan but the faults of a wrong environment', () => {
    const { plan, diagnostics } = foreseen(shop({ 'data: 2G': 'date: 2G' }));
    expect(plan).toBe(null);
    expect(diagnostics.map(formatDiagnostic)).toHaveLength(1);
  });
});
