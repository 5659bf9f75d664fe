// Builds @hullo/sdk as one ES module beside the generated wasm/, which it imports (so the .wasm stays a file of its
// own, found by import.meta.url with any bundler or none); the types come from tsc (tsconfig.build.json).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  build: {
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
    target: 'es2022',
    sourcemap: true,
    rolldownOptions: { external: [/\/wasm\/hullo_wasm\.js$/] },
  },
  test: { include: ['{src,test}/**/*.test.ts'] },
});
