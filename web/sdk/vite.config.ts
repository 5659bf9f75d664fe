// Builds @hullo/sdk: dist/index.js, and dist/wasm.js with the WebAssembly module in it, which index.js imports when it is
// needed. hullo.wasm beside them is the same module as a file, for `create({ wasm })`. Types come from tsc (tsconfig.build.json).
import { copyFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** The module as a file of its own. */
const packagedFile = {
  name: 'hullo-packaged-file',
  writeBundle: () => copyFileSync('wasm/hullo_wasm_bg.wasm', 'dist/hullo.wasm'),
};

/** A source map of the module would be as large as the module, and say nothing. */
const unmapped = {
  name: 'hullo-unmapped',
  transform: (code: string, id: string) =>
    id.endsWith('hullo_wasm_inline.js') ? { code, map: { mappings: '' as const } } : undefined,
};

export default defineConfig({
  plugins: [unmapped, packagedFile],
  build: {
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
    target: 'es2022',
    sourcemap: true,
    rolldownOptions: { output: { chunkFileNames: 'wasm.js', minify: true } },
  },
  test: { include: ['{src,test}/**/*.test.ts'] },
});
