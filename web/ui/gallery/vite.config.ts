// Serves the gallery. It is for looking and for screenshots, and is not shipped.
import { defineConfig } from 'vite';
import { fromSource } from '../../vite.shared.ts';

export default defineConfig({
  root: import.meta.dirname,
  resolve: fromSource,
  build: { outDir: '../dist/gallery', target: 'es2022', cssTarget: 'chrome130', emptyOutDir: true },
});
