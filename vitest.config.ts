import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { softwareGraphicsEnvironment } from './test/support/test-tools.ts';

const SECOND = 1000;

export default defineConfig(({ mode }) => ({
  // The page's state is classes with runes, which have to be compiled.
  plugins: [svelte({ configFile: 'src/renderer/svelte.config.js' })],
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    // Native code (decoder, inference) stays in processes of its own: a crash names the file it happened in.
    pool: 'forks' as const,
    // Tests, like the application, send nothing anywhere.
    env: { ...softwareGraphicsEnvironment(), ORT_DISABLE_TELEMETRY: '1' },
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30 * SECOND },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/parity/**/*.test.ts'],
          testTimeout: 120 * SECOND,
          hookTimeout: 120 * SECOND,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.ts'],
          testTimeout: 120 * SECOND,
          hookTimeout: 120 * SECOND,
          // As long as a browser is waited for; the second that is usual is short on a busy machine.
          expect: { poll: { timeout: 30 * SECOND } },
          // A browser and an engine keep the machine busy: one file after the other.
          fileParallelism: false,
        },
      },
      ...(mode === 'full'
        ? [
            {
              extends: true as const,
              test: {
                name: 'full',
                include: ['test/full/**/*.test.ts'],
                testTimeout: 600 * SECOND,
                hookTimeout: 600 * SECOND,
              },
            },
          ]
        : []),
    ],
  },
}));
