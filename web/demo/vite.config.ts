// Builds the demo page into dist/, which the server embeds and serves at its own address.
import { defineConfig } from 'vite';
import { fromSource } from '../vite.shared.ts';

export default defineConfig({
  resolve: fromSource,
  build: { target: 'es2022' },
});
