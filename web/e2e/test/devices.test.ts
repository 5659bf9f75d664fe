// Devices in a real browser: the one that was chosen is used after a reload, and one that has failed comes back by itself.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type App, becomes, hears, look, openApp, reload } from '../src/app_page.ts';
import { launch } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { Server } from '../src/server.ts';

let server: Server;
let browser: Browser;
const pages: Page[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
afterEach(async () => {
  for (const page of pages) await page.evaluate(() => window.hullo.hangup());
  for (const page of pages.splice(0)) await page.context().close();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const person: App = async ({ Hullo, signIn, accid }) => {
  const client = await Hullo.create({ appKey: 'demo' });
  client.on('invited', () => void client.accept());
  await signIn(client, accid);
  return client;
};

async function open(as: string, ...before: string[]): Promise<Page> {
  const page = await openApp(browser, server, person, { as, before });
  pages.push(page);
  return page;
}

test('camera that was chosen is the one in use, here and after a reload', async () => {
  const [alice, bob] = [await open('alice'), await open('bob')];
  await alice.evaluate(() => window.hullo.call('bob', { media: 'video' }));
  await Promise.all([becomes(alice, 'in_call'), becomes(bob, 'in_call')]);
  const inUse = () => look<string | undefined>(alice, 'window.hullo.inUse.camera');
  await eventually('a camera is in use', inUse);
  const chosen = await alice.evaluate(async () => {
    const { cameras } = await window.hullo.devices();
    // Chromium's second one sees depth, and its third gives JPEG.
    const other = cameras.slice(3).find(({ deviceId }) => deviceId !== window.hullo.inUse.camera);
    await window.hullo.useCamera(other?.deviceId ?? '');
    return other?.deviceId;
  });
  expect(await inUse()).toBe(chosen);
  await reload(alice);
  await becomes(alice, 'in_call');
  await eventually('the chosen camera is in use', async () => (await inUse()) === chosen);
});

test('microphone that another program had is opened when a device comes, and is heard', async () => {
  const busyOnce = `{
    const media = navigator.mediaDevices;
    const real = media.getUserMedia.bind(media);
    let isBusy = true;
    media.getUserMedia = async (constraints) => {
      if (!isBusy || !constraints.audio) return real(constraints);
      window.wasRefused = true;
      throw new DOMException('busy', 'NotReadableError');
    };
    window.plug = () => {
      isBusy = false;
      media.dispatchEvent(new Event('devicechange'));
    };
  }`;
  const [alice, bob] = [await open('alice'), await open('bob', busyOnce)];
  await alice.evaluate(() => window.hullo.call('bob', { media: 'audio' }));
  await Promise.all([becomes(alice, 'in_call'), becomes(bob, 'in_call')]);
  await eventually('the microphone has failed', () => look(bob, 'window.wasRefused'));
  await look(bob, 'window.plug()');
  await hears(alice, 'bob');
});
