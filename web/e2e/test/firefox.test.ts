// Firefox and Chromium with each other, both ways. The picture of Firefox's made-up camera is of one colour, so that what comes
// from it is counted, not looked at.
import type { Browser } from 'playwright-core';
import type { Browser as Firefox } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, Person } from '../src/browser.ts';
import { FirefoxPerson, launchFirefox } from '../src/firefox.ts';
import { ownScreen, seesScreenOf, share } from '../src/screen.ts';
import { Server } from '../src/server.ts';

let server: Server;
let chromium: Browser;
let firefox: Firefox;
let alice: Person;
let bob: FirefoxPerson;

beforeAll(async () => {
  [server, chromium, firefox] = await Promise.all([Server.start(), launch(), launchFirefox()]);
});
afterAll(async () => {
  await Promise.all([chromium?.close(), firefox?.close()]);
  await server?.stop();
});
beforeEach(async () => {
  [alice, bob] = await Promise.all([
    Person.open(chromium, server, 'alice'),
    FirefoxPerson.open(firefox, server, 'bob'),
  ]);
});
afterEach(async () => {
  await Promise.all([alice?.hangUp(), bob?.hangUp()]);
  await Promise.all([alice?.close(), bob?.close()]);
});

test('Firefox answers a video call of Chromium, and goes on in it after a reload', async () => {
  await alice.dial('bob', 'video');
  await bob.press('hullo-accept');
  await Promise.all([alice.seesAndHearsAll(['bob']), bob.seesAndHears('alice')]);
  await bob.reload();
  await bob.becomes('in_call');
  await Promise.all([alice.seesAndHearsAll(['bob']), bob.seesAndHears('alice')]);
});

test('Chromium answers a video call of Firefox, and goes on in it after a reload', async () => {
  await bob.dial('alice', 'video');
  await alice.press('hullo-accept');
  await Promise.all([alice.seesAndHearsAll(['bob']), bob.seesAndHears('alice')]);
  await alice.page.reload();
  await alice.becomes('in_call');
  await Promise.all([alice.seesAndHearsAll(['bob']), bob.seesAndHears('alice')]);
});

test('group of both browsers: all see and hear each other', { timeout: 120_000 }, async () => {
  const carol = await FirefoxPerson.open(firefox, server, 'carol');
  try {
    await alice.dialGroup(['bob', 'carol'], 'video');
    await Promise.all([bob.press('hullo-accept'), carol.press('hullo-accept')]);
    await Promise.all([
      alice.seesAndHearsAll(['bob', 'carol']),
      bob.seesAndHears('alice'),
      bob.seesAndHears('carol'),
      carol.seesAndHears('alice'),
      carol.seesAndHears('bob'),
    ]);
  } finally {
    await carol.close();
  }
});

test('a call moves from Firefox to Chromium and back', { timeout: 120_000 }, async () => {
  const desk = await Person.open(chromium, server, 'bob');
  try {
    await alice.dial('bob', 'video');
    await bob.press('hullo-accept');
    await alice.seesAndHearsAll(['bob']);
    const callId = await alice.page.evaluate(() => window.hullo.current?.callId ?? '');
    await desk.page.evaluate((id) => window.hullo.continueHere(id), callId);
    await bob.becomes('idle');
    await Promise.all([alice.seesAndHearsAll(['bob']), desk.seesAndHears('alice')]);
    await bob.page.evaluate((id) => window.hullo.continueHere(id), callId);
    await desk.becomes('idle');
    await Promise.all([alice.seesAndHearsAll(['bob']), bob.seesAndHears('alice')]);
    expect(await alice.state()).toBe('in_call');
  } finally {
    await desk.close();
  }
});

test('a screen is shared from Chromium to Firefox, and Firefox takes over', async () => {
  await alice.dial('bob', 'voice');
  await bob.press('hullo-accept');
  await Promise.all([alice.becomes('in_call'), bob.becomes('in_call')]);
  await share(alice);
  await bob.seesScreenOf('alice');
  await bob.share();
  await seesScreenOf(alice, 'bob');
  expect(await ownScreen(alice)).toEqual({ state: 'off' });
});
