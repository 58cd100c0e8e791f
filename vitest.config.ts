import { defineConfig } from 'vitest/config';

// Three suites: `unit` mirrors the source tree and may use real containers of its own; `simulate` is the seeded
// simulator;
// `e2e` drives the built command on this host, one file at a time because published ports and timings are shared.
export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/simulate/**'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'simulate', include: ['test/simulate/**/*.test.ts'], isolate: false, testTimeout: 180_000 },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], fileParallelism: false, testTimeout: 300_000 },
      },
    ],
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
