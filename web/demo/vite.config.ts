// Builds the demo page into dist/, which the server embeds and serves at its own address. `npm run dev` serves it from
// source beside a running `hullo demo`.
import { defineConfig } from 'vite';
import { fromSource } from '../vite.shared.ts';

const server = process.env.HULLO_SERVER ?? 'http://127.0.0.1:7880';

export default defineConfig({
  resolve: fromSource,
  // Relative: behind a proxy the page may be under a path.
  base: './',
  build: { target: 'es2022' },
  server: { proxy: { '/demo/': server, '/v1/': { target: server, ws: true } } },
});
