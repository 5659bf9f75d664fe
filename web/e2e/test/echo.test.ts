// One person with one window: Echo answers by itself and sends back what it hears and sees, through the SFU.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, Person } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { Server } from '../src/server.ts';

let server: Server;
let browser: Browser;
let alice: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  alice = await Person.open(browser, server, 'alice');
});
afterEach(async () => {
  await alice?.hangUp();
  await alice?.close();
});

test('one person alone sees and hears himself in a video call with Echo', async () => {
  await alice.dial('echo', 'video');
  await alice.sees('hullo-outgoing');
  await alice.seesAndHears('echo');

  // A camera that is off is off at Echo, too, and so is what comes back.
  await alice.press('hullo-mute-video');
  await alice.sees('hullo-remote-camera-off');
  await alice.press('hullo-mute-video');
  await alice.seesAndHears('echo');
});

test('Echo agrees when a voice call becomes a video call', async () => {
  await alice.dial('echo', 'voice');
  await alice.becomes('in_call');
  expect(await alice.page.evaluate(() => window.hullo.switchCallType('video'))).toBe(true);
  await alice.seesAndHears('echo');
});

test('Echo can be called again after the window was closed in a call', async () => {
  await alice.dial('echo', 'voice');
  await alice.becomes('in_call');
  await alice.close();
  const bob = await Person.open(browser, server, 'bob');
  await eventually(
    'Echo has hung up',
    async () => {
      await bob.dial('echo', 'voice');
      await eventually('the dial is over', async () => (await bob.state()) !== 'calling');
      return (await bob.state()) === 'in_call';
    },
    30_000,
  );
  await bob.page.evaluate(() => window.hullo.hangup());
  await bob.close();
  alice = await Person.open(browser, server, 'alice');
});

test('nobody is asked to sign in as Echo', async () => {
  await alice.press('switch-account');
  await alice.sees('picker');
  expect(await alice.part('pick-bob').count()).toBe(1);
  expect(await alice.part('pick-echo').count()).toBe(0);
});
