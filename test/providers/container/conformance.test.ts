import { expect } from 'vitest';
import { providerConformance } from '../../conformance/provider.ts';
import { BASE_IMAGE } from './bring-up.ts';
import { freePort, openLab, until } from './lab.ts';

providerConformance('container', async () => {
  const lab = await openLab();
  return {
    provider: lab.provider,
    image: BASE_IMAGE,
    subnet: '10.214.7.0/24',
    freePort: await freePort(),
    runsPrograms: true,
    drive: (call) => call,
    async close() {
      await until(() => lab.leftovers().length === 0, 'an empty host').catch(() => undefined);
      expect(lab.leftovers()).toEqual([]);
      await lab.close();
    },
  };
});
