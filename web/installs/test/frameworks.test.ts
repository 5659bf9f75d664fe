// React 18 and 19: one device for each page whatever the framework does twice, and calls that outlive reloads.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launch } from '../../e2e/src/browser.ts';
import { eventually } from '../../e2e/src/eventually.ts';
import { Server } from '../../e2e/src/server.ts';
import { Project } from '../src/project.ts';
import { Visitor } from '../src/visitor.ts';

let browser: Browser;
let server: Server;
const visitors: Visitor[] = [];
beforeAll(async () => {
  browser = await launch();
});
afterEach(async () => {
  for (const visitor of visitors.splice(0)) await visitor.close();
});
afterAll(async () => {
  await browser.close();
});

describe.each(['vite5-react18', 'vite8-react19', 'vite6-vue'])('%s', (name) => {
  let project: Project;
  let url: string;
  beforeAll(async () => {
    [project, server] = await Promise.all([Project.install(name), Server.start()]);
    url = await project.serve('vite', '--host', '127.0.0.1', '--strictPort', '--port');
  });
  afterAll(async () => {
    project?.stop();
    await server?.stop();
  });

  async function visit(accid: string): Promise<Visitor> {
    const visitor = await Visitor.open(browser, server, url, accid);
    visitors.push(visitor);
    await visitor.signedIn();
    return visitor;
  }

  /** Alice calls Bob, and both see each other. */
  async function callBetween(alice: Visitor, bob: Visitor): Promise<void> {
    await alice.page.getByLabel('Call').fill('bob');
    await alice.page.getByRole('button', { name: 'Video call' }).click();
    await bob.press('hullo-accept');
    await alice.seesTheOther();
    await bob.seesTheOther();
  }

  test('page that is mounted twice is one device', async () => {
    const alice = await visit('alice');
    expect(alice.sockets).toHaveLength(1);
  });

  test('call goes on through hot and whole reloads', async () => {
    const [alice, bob] = [await visit('alice'), await visit('bob')];
    await callBetween(alice, bob);

    const file = name.endsWith('vue') ? 'src/Calls.vue' : 'src/Calls.tsx';
    project.write(file, project.read(file).replace('You are', 'You really are'));
    await alice.reads('You really are');
    await alice.seesTheOther();
    expect(alice.sockets).toHaveLength(1);
    project.write(file, project.read(file).replace('You really are', 'You are'));
    await alice.reads('You are');

    await alice.page.reload();
    await alice.signedIn();
    await alice.seesTheOther();
    await bob.seesTheOther();
    // One more, of the page that came: whoever is another device for each load has no call.
    expect(alice.sockets).toHaveLength(2);

    await alice.press('hullo-hangup');
    await eventually('both screens close', async () => {
      const open = await Promise.all(
        [alice, bob].map(({ page }) => page.getByTestId('hullo-hangup').count()),
      );
      return open.every((count) => count === 0);
    });
  });
});
