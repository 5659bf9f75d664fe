// Clients of one page in a real browser: made, destroyed, made again; and a reload keeps the call in each of these.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type App, becomes, hears, openApp, reload } from '../src/app_page.ts';
import { launch } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { watchScript } from '../src/residue.ts';
import { Server } from '../src/server.ts';

let server: Server;
let browser: Browser;
const pages: Page[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
afterEach(async () => {
  // The next test begins without a call.
  for (const page of pages) await page.evaluate(() => window.hullo.hangup().catch(() => {}));
  for (const page of pages.splice(0)) await page.context().close();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(app: App, before: string[] = []): Promise<Page> {
  const page = await openApp(browser, server, app, { before });
  pages.push(page);
  return page;
}

const bobAnswers: App = async ({ Hullo, signIn }) => {
  const client = await Hullo.create({ appKey: 'demo' });
  client.on('invited', () => void client.accept());
  await signIn(client, 'bob');
  return client;
};

/** As React's StrictMode does, with the cleanup that one writes: destroy what the effect has made. */
const mountedTwice: App = async ({ Hullo, signIn }) => {
  const effect = () => {
    const client = Hullo.create({ appKey: 'demo' }).then(async (made) => {
      await signIn(made, 'alice');
      return made;
    });
    client.catch(() => {});
    return { client, cleanup: () => void client.then((made) => made.destroy()) };
  };
  effect().cleanup();
  return effect().client;
};

/** The same with a signal: the first client never comes to be. */
const mountedTwiceBySignal: App = async ({ Hullo, signIn }) => {
  const effect = () => {
    const controller = new AbortController();
    const client = Hullo.create({ appKey: 'demo', signal: controller.signal });
    client.catch(() => {});
    return { client, cleanup: () => controller.abort() };
  };
  effect().cleanup();
  const client = await effect().client;
  await signIn(client, 'alice');
  return client;
};

/** A client that is thrown away without a word, and the one that is used. */
const oneUnused: App = async ({ Hullo, signIn }) => {
  await Hullo.create({ appKey: 'demo' });
  const client = await Hullo.create({ appKey: 'demo' });
  await signIn(client, 'alice');
  return client;
};

/** Both sign in, and stay. */
const twoAtOnce: App = async ({ Hullo, signIn }) => {
  const [first, second] = [await Hullo.create({ appKey: 'demo' }), await Hullo.create({ appKey: 'demo' })];
  await signIn(first, 'alice');
  await signIn(second, 'alice');
  if (first.deviceId === second.deviceId) throw new Error('two signed-in clients are one device');
  return second;
};

const callId = (page: Page) => page.evaluate(() => window.hullo.current?.callId);
const deviceId = (page: Page) => page.evaluate(() => window.hullo.deviceId);

describe('a reload keeps the call', () => {
  test.each<[string, App]>([
    ['of a client that was made after another was destroyed', mountedTwice],
    ['of a client whose first making was aborted', mountedTwiceBySignal],
    ['of a client beside one that is not used', oneUnused],
    ['of the second of two that are signed in', twoAtOnce],
  ])('%s', async (_, app) => {
    const alice = await open(app);
    const bob = await open(bobAnswers);
    await alice.evaluate(() => window.hullo.call('bob', { media: 'audio' }));
    await Promise.all([becomes(alice, 'in_call'), becomes(bob, 'in_call')]);
    await hears(bob, 'alice');
    const before = [await callId(bob), await deviceId(alice)];

    await reload(alice);
    await becomes(alice, 'in_call');
    await Promise.all([hears(bob, 'alice'), hears(alice, 'bob')]);
    expect([await callId(alice), await deviceId(alice)]).toEqual(before);
    expect(await callId(bob)).toBe(before[0]);
    expect(await alice.evaluate(() => window.hullo.elsewhere.length)).toBe(0);
  });
});

test('a client that takes the place of another in a call, as in a hot reload, goes on with it', async () => {
  const alice = await open(mountedTwice);
  const bob = await open(bobAnswers);
  await alice.evaluate(() => window.hullo.call('bob', { media: 'audio' }));
  await Promise.all([becomes(alice, 'in_call'), becomes(bob, 'in_call')]);
  await hears(bob, 'alice');
  const before = await callId(bob);
  await alice.evaluate(async () => {
    const { Hullo, signIn } = window.kit;
    await window.hullo.destroy();
    window.hullo = await Hullo.create({ appKey: 'demo' });
    await signIn(window.hullo, 'alice');
  });
  await becomes(alice, 'in_call');
  await Promise.all([hears(bob, 'alice'), hears(alice, 'bob')]);
  expect(await callId(alice)).toBe(before);
});

test('a destroyed client leaves nothing in the page: no lock, no open microphone, and the account is offline', async () => {
  const alice = await open(mountedTwice, [watchScript]);
  const bob = await open(bobAnswers);
  await alice.evaluate(() => window.hullo.call('bob', { media: 'audio' }));
  await becomes(alice, 'in_call');
  await hears(bob, 'alice');
  expect((await alice.evaluate(() => window.openNow())).tracks).toBeGreaterThan(0);
  await alice.evaluate(() => window.hullo.destroy());
  expect(await alice.evaluate(() => window.openNow())).toMatchObject({ tracks: 0, connections: 0 });
  const held = () => alice.evaluate(async () => (await navigator.locks.query()).held?.length);
  expect(await held()).toBe(0);
  await eventually('alice is offline', async () => {
    const [alicesPresence] = await bob.evaluate(() => window.hullo.watchPresence(['alice']));
    return alicesPresence?.online === false;
  });
});

test('what a framework does twice is harmless: sign in, attach, destroy', async () => {
  const alice = await open(mountedTwice);
  const bob = await open(bobAnswers);
  await alice.evaluate(async () => {
    const { hullo, kit } = window;
    await Promise.all([kit.signIn(hullo, 'alice'), kit.signIn(hullo, 'alice')]);
    const video = document.createElement('video');
    hullo.attachRemoteView('bob', video);
    hullo.attachRemoteView('BOB', video);
    await hullo.call('bob', { media: 'audio' });
  });
  await Promise.all([becomes(alice, 'in_call'), becomes(bob, 'in_call')]);
  await hears(bob, 'alice');
  await alice.evaluate(async () => {
    const { hullo } = window;
    await hullo.hangup();
    await hullo.hangup();
    await Promise.all([hullo.destroy(), hullo.destroy()]);
    window.hullo = await window.kit.Hullo.create({ appKey: 'demo' });
  });
  expect(await alice.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(1);
});
