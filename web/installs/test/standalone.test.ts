// A page without a bundler: one file has everything, under the strictest content security policy that the documentation names.
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from '../../e2e/src/browser.ts';
import { Server } from '../../e2e/src/server.ts';
import { Project } from '../src/project.ts';
import { Site } from '../src/site.ts';
import { Visitor } from '../src/visitor.ts';

const example = resolve(import.meta.dirname, '../../../examples/plain-html');
let browser: Browser;
let server: Server;
let site: Site;
let policy: string;

/** The policy of the documentation, with what a test leaves out of it or puts in its place. */
function strict(other: Readonly<Record<string, string>> = {}): string {
  const directives = {
    'default-src': "'none'",
    'script-src': "'self' 'wasm-unsafe-eval'",
    'style-src': "'self'",
    'connect-src': `'self' ${server.url.replace('http', 'ws')}`,
    'img-src': "'self' data: https:",
    'require-trusted-types-for': "'script'",
    ...other,
  };
  return Object.entries(directives)
    .map((directive) => directive.join(' '))
    .join('; ');
}

beforeAll(async () => {
  let project: Project;
  [browser, server, project] = await Promise.all([launch(), Server.start(), Project.install('esbuild')]);
  const packaged = project.path('node_modules/@hullo/ui/dist');
  site = await Site.open([example, packaged], () => policy);
});
afterAll(async () => {
  site?.close();
  await browser?.close();
  await server?.stop();
});

test('two pages call each other, and the policy is not violated once', async () => {
  policy = strict();
  const [alice, bob] = await Promise.all(
    ['alice', 'bob'].map((accid) => Visitor.open(browser, server, site.url, accid)),
  );
  if (!alice || !bob) throw new Error('nobody came');
  await alice.signedIn();
  await bob.signedIn();
  await alice.page.getByLabel('Call').fill('bob');
  await alice.page.getByRole('button', { name: 'Video call' }).click();
  await bob.press('hullo-accept');
  await alice.seesTheOther();
  await bob.seesTheOther();
  await alice.page.getByTestId('hullo-hangup').click();
  await bob.page.getByTestId('hullo-remote-video').waitFor({ state: 'detached' });
  expect([...alice.complaints, ...bob.complaints]).toEqual([]);
  expect(await alice.downloads()).toEqual({ inScripts: 1, files: 0 });
  await Promise.all([alice.close(), bob.close()]);
});

test.each([
  ['script-src', "'self'", "add 'wasm-unsafe-eval' to script-src"],
  ['connect-src', "'self'", 'to connect-src'],
])('policy that lacks something in %s is named', async (directive, value, refusal) => {
  policy = strict({ [directive]: value });
  const alice = await Visitor.open(browser, server, site.url, 'alice');
  const alert = alice.page.locator('[role=alert]', { hasText: refusal });
  await alert.waitFor({ timeout: 5_000 });
  if (directive === 'connect-src')
    expect(await alert.textContent()).toContain(`add ${server.url.replace('http', 'ws')} to`);
  await alice.close();
});
