// Runs the browser tests: one file at a time, because each drives real Chromium pages with media.
import { defineConfig } from 'vitest/config';
import { Failures } from './src/failures.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    fileParallelism: false,
    reporters: ['default', new Failures()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
