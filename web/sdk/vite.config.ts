// Builds @hullo/sdk as one ES module; the types beside it come from tsc (tsconfig.build.json).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  build: {
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
    target: 'es2022',
    sourcemap: true,
  },
  test: { include: ['{src,test}/**/*.test.ts'] },
});
