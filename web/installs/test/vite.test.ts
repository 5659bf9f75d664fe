// Vite 5 to 8 find everything with no configuration for it, in the dev server and in a build.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launch } from '../../e2e/src/browser.ts';
import { Server } from '../../e2e/src/server.ts';
import { Project } from '../src/project.ts';
import { Site } from '../src/site.ts';
import { Visitor } from '../src/visitor.ts';

let browser: Browser;
let server: Server;
const visitors: Visitor[] = [];
beforeAll(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});
afterEach(async () => {
  for (const visitor of visitors.splice(0)) await visitor.close();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

async function visit(url: string, accid: string): Promise<Visitor> {
  const visitor = await Visitor.open(browser, server, url, accid);
  visitors.push(visitor);
  await visitor.signedIn();
  return visitor;
}

describe.each(['vite5-react18', 'vite6-vue', 'vite7', 'vite8-react19', 'vite8-svelte'])('%s', (name) => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.install(name);
  });
  afterAll(() => project?.stop());

  test('dev server signs in, and brings the module once', async () => {
    const url = await project.serve('vite', '--host', '127.0.0.1', '--strictPort', '--port');
    const alice = await visit(url, 'alice');
    expect(await alice.downloads()).toEqual({ inScripts: 1, files: 0 });
    expect(alice.complaints).toEqual([]);
  });

  test('build signs in, and brings the module once', async () => {
    await project.run('vite', 'build');
    const site = await Site.open([project.path('dist')]);
    const alice = await visit(site.url, 'alice');
    expect(await alice.downloads()).toEqual({ inScripts: 1, files: 0 });
    expect(alice.complaints).toEqual([]);
    site.close();
  });
});
