// Browsers as people have them: a page is silent until somebody has done something on it.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, becomes, hears, look, openApp, reload } from '../src/app_page.ts';
import { launch } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { Server } from '../src/server.ts';

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch('asShipped')]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const alice: App = async ({ Hullo, signIn }) => {
  const client = await Hullo.create({ appKey: 'demo' });
  await signIn(client, 'alice');
  return client;
};

/** Answers by itself, and has said no to the microphone: a page that captures may sound. */
const listener: App = async ({ Hullo, signIn }) => {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException('Permission denied', 'NotAllowedError');
  };
  const played = new Set<HTMLMediaElement>();
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    if (this instanceof HTMLAudioElement) played.add(this);
    return play.call(this);
  };
  const told: boolean[] = [];
  Object.assign(window, { played, told });
  const client = await Hullo.create({ appKey: 'demo' });
  client.on('invited', () => void client.accept());
  client.on('soundBlocked', ({ blocked }) => told.push(blocked));
  await signIn(client, 'bob');
  return client;
};

const sounds = (page: Page) => look(page, '[...window.played].some(({ paused }) => !paused)');
const blocked = (page: Page) => look<boolean>(page, 'window.hullo.soundBlocked');
const told = (page: Page) => look(page, 'window.told');

test('sound that is blocked after a reload is told, survives Escape, and plays with the next click', async () => {
  const from = await openApp(browser, server, alice);
  const bob = await openApp(browser, server, listener);
  await from.evaluate(() => window.hullo.call('bob', { media: 'audio' }));
  await Promise.all([becomes(from, 'in_call'), becomes(bob, 'in_call')]);
  await reload(bob);
  await becomes(bob, 'in_call');
  await hears(bob, 'alice');
  await eventually('the sound is blocked', () => blocked(bob));
  await bob.keyboard.press('Escape');
  expect([await sounds(bob), await blocked(bob), await told(bob)]).toEqual([false, true, [true]]);
  const refused = await look(bob, 'window.hullo.startSound().catch((error) => error.kind)');
  expect(refused).toBe('sound_blocked');
  await bob.mouse.click(5, 5);
  await eventually('the sound plays', () => sounds(bob));
  expect([await blocked(bob), await told(bob)]).toEqual([false, [true, false]]);
  await from.evaluate(() => window.hullo.hangup());
});
