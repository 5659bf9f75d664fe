// The example of a processor, in a call: the others see a blurred room and a moving picture.
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, becomes, look, openApp } from '../src/app_page.ts';
import { launch } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { Server } from '../src/server.ts';

let server: Server;
let browser: Browser;
let example: string;

beforeAll(async () => {
  const file = new URL('../../../examples/background-blur/blur.js', import.meta.url);
  const source = (await readFile(file, 'utf8')).replaceAll(/^export /gm, '');
  example = `${source}; window.BackgroundBlur = BackgroundBlur;`;
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Shows what it gets, large, and answers by itself. */
const person: App = async ({ Hullo, signIn, accid }) => {
  const client = await Hullo.create({ appKey: 'demo' });
  client.on('invited', () => void client.accept());
  const video = document.createElement('video');
  document.body.append(video);
  client.attachRemoteView(accid === 'alice' ? 'bob' : 'alice', video);
  await signIn(client, accid);
  return client;
};

/** How sharp the left edge of the picture is: the differences of neighbours, 0 to 255. Chromium's camera has its clock there. */
const sharpness = (page: Page) =>
  look<number>(
    page,
    `(() => {
      const video = document.querySelector('video');
      const context = new OffscreenCanvas(video.videoWidth, video.videoHeight).getContext('2d');
      context.drawImage(video, 0, 0);
      const width = Math.floor(video.videoWidth / 6);
      const { data } = context.getImageData(0, 0, width, video.videoHeight);
      let sum = 0;
      for (let i = 4; i < data.length; i += 4) if (i / 4 % width) sum += Math.abs(data[i + 1] - data[i - 3]);
      return sum / (data.length / 4);
    })()`,
  );

const frames = (page: Page) =>
  look<number>(page, 'window.hullo.stats().then(({ remotes }) => remotes[0]?.framesDecoded ?? 0)');

test.each([
  ['streams of frames', ''],
  ['a canvas', 'delete window.MediaStreamTrackGenerator;'],
])('background is blurred by %s, and sharp again without', async (_, before) => {
  const alice = await openApp(browser, server, person, { as: 'alice', before: [before, example] });
  const bob = await openApp(browser, server, person, { as: 'bob' });
  await alice.evaluate(() => window.hullo.call('bob', { media: 'video' }));
  await Promise.all([becomes(alice, 'in_call'), becomes(bob, 'in_call')]);
  const sharp = await eventually(
    'bob sees alice',
    async () => (await frames(bob)) > 10 && (await sharpness(bob)),
  );

  await look(alice, "window.hullo.setProcessor('camera', new BackgroundBlur())");
  await eventually('her room is blurred', async () => (await sharpness(bob)) < sharp / 2);
  const seen = await frames(bob);
  await eventually('her picture goes on', async () => (await frames(bob)) > seen + 10);

  await look(alice, "window.hullo.setProcessor('camera', null)");
  await eventually('her room is sharp again', async () => (await sharpness(bob)) > sharp * 0.7);
  await alice.evaluate(() => window.hullo.hangup());
  await Promise.all([alice.context().close(), bob.context().close()]);
});

test("an app's own track is seen in place of the camera", async () => {
  const alice = await openApp(browser, server, person, { as: 'alice' });
  const bob = await openApp(browser, server, person, { as: 'bob' });
  await look(
    alice,
    `(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
      const context = canvas.getContext('2d');
      setInterval(() => {
        context.fillStyle = 'rgb(255 0 0)';
        context.fillRect(0, 0, 320, 180);
      }, 50);
      return window.hullo.useTrack('camera', canvas.captureStream(20).getVideoTracks()[0]);
    })()`,
  );
  await alice.evaluate(() => window.hullo.call('bob', { media: 'video' }));
  await Promise.all([becomes(alice, 'in_call'), becomes(bob, 'in_call')]);
  const colour = () =>
    look<number[]>(
      bob,
      `(() => {
        const context = new OffscreenCanvas(8, 8).getContext('2d');
        context.drawImage(document.querySelector('video'), 0, 0, 8, 8);
        return [...context.getImageData(4, 4, 1, 1).data];
      })()`,
    );
  await eventually('bob sees red', async () => {
    const [red = 0, green = 255, blue = 255] = await colour();
    return red > 200 && green < 60 && blue < 60;
  });
  expect(await look(alice, 'window.hullo.inUse.camera')).toBeUndefined();
  await alice.evaluate(() => window.hullo.hangup());
  await Promise.all([alice.context().close(), bob.context().close()]);
});
