// Next with the app router: imported and rendered on the server, built, and signed in.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from '../../e2e/src/browser.ts';
import { Server } from '../../e2e/src/server.ts';
import { Project } from '../src/project.ts';
import { Visitor } from '../src/visitor.ts';

let browser: Browser;
let server: Server;
let project: Project;
let url: string;
beforeAll(async () => {
  [browser, server, project] = await Promise.all([launch(), Server.start(), Project.install('next')]);
  await project.run('next', 'build');
  url = await project.serve('next', 'start', '--hostname', '127.0.0.1', '--port');
});
afterAll(async () => {
  project?.stop();
  await browser?.close();
  await server?.stop();
});

test('page is rendered on the server, with the element in it', async () => {
  const html = await (await fetch(url)).text();
  expect(html).toContain('<hullo-call');
  expect(html).toContain('Signing in…');
});

test('SDK is imported on the server, where create says what it lacks', async () => {
  const answer = await (await fetch(`${url}/import-on-server`)).json();
  expect(answer).toEqual({ isTyped: true, message: expect.stringContaining('server is missing') });
});

test('page signs in, and brings the module once', async () => {
  const alice = await Visitor.open(browser, server, url, 'alice');
  await alice.signedIn();
  expect(await alice.downloads()).toEqual({ inScripts: 1, files: 0 });
  expect(alice.complaints).toEqual([]);
  await alice.close();
});
