// Builds dist/hullo.standalone.js: SDK, screens, Lit and the WebAssembly module in one file.
import { defineConfig } from 'vite';
import { fromSource } from '../vite.shared.ts';

export default defineConfig({
  resolve: fromSource,
  build: {
    emptyOutDir: false,
    lib: { entry: 'src/standalone.ts', formats: ['es'], fileName: () => 'hullo.standalone.js' },
    target: 'es2022',
    rolldownOptions: { output: { codeSplitting: false, minify: true, comments: { legal: true } } },
  },
});
