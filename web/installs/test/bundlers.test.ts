// webpack 5, esbuild and Rollup carry SDK and UI with no configuration for them.
import { copyFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from '../../e2e/src/browser.ts';
import { Server } from '../../e2e/src/server.ts';
import { Project } from '../src/project.ts';
import { Site } from '../src/site.ts';
import { Visitor } from '../src/visitor.ts';

let browser: Browser;
let server: Server;
beforeAll(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** Signs in at what was built as `main.js` of `folder`; what came is counted. */
async function downloadsOf(folder: string): Promise<{ inScripts: number; files: number }> {
  const site = await Site.open([folder]);
  const alice = await Visitor.open(browser, server, site.url, 'alice');
  await alice.signedIn();
  expect(alice.complaints).toEqual([]);
  const downloads = await alice.downloads();
  await alice.close();
  site.close();
  return downloads;
}

test.each([
  ['webpack5', 'webpack', ['./main.js', '--mode=production', '--output-path=dist']],
  ['esbuild', 'esbuild', ['main.js', '--bundle', '--format=esm', '--outdir=dist']],
  ['rollup', 'rollup', ['main.js', '--plugin=node-resolve', '--format=es', '--dir=dist']],
])('%s builds the ten lines, and they sign in', async (name, tool, args) => {
  const project = await Project.install(name);
  await project.run(tool, ...args);
  copyFileSync(project.path('index.html'), project.path('dist/index.html'));
  expect(await downloadsOf(project.path('dist'))).toEqual({ inScripts: 1, files: 0 });
});

const address = "import wasm from '@hullo/sdk/hullo.wasm?url';";
const file = "const wasm = new URL('@hullo/sdk/hullo.wasm', import.meta.url);";
const loaded = "import path from '@hullo/sdk/hullo.wasm'; const wasm = new URL(path, import.meta.url);";

test.each([
  ['vite7', 'vite', address, ['build']],
  ['webpack5', 'webpack', file, ['./main.js', '--mode=production', '--output-path=dist']],
  [
    'esbuild',
    'esbuild',
    loaded,
    ['main.js', '--bundle', '--splitting', '--format=esm', '--loader:.wasm=file', '--outdir=dist'],
  ],
])('%s: packaged file can be named, and then it alone is fetched', async (name, tool, line, args) => {
  const project = await Project.install(name);
  const main = project.read('main.js').replace('{ appKey, server }', '{ appKey, server, wasm }');
  project.write('main.js', `${line}\n${main}`);
  await project.run(tool, ...args);
  if (tool !== 'vite') copyFileSync(project.path('index.html'), project.path('dist/index.html'));
  expect(await downloadsOf(project.path('dist'))).toEqual({ inScripts: 0, files: 1 });
});
