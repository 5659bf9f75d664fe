// The native client with Chromium and Firefox: `hullo answer` in a call of two and in a group.
import type { Browser } from 'playwright-core';
import type { Browser as Firefox } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, Person } from '../src/browser.ts';
import { FirefoxPerson, launchFirefox } from '../src/firefox.ts';
import { Phone } from '../src/phone.ts';
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
  return () => Promise.all([alice?.close(), bob?.close()]);
});

test('Firefox calls a telephone: both see and hear each other', async () => {
  const carol = await Phone.open(server, 'carol');
  try {
    await bob.dial('carol', 'video');
    await Promise.all([bob.seesAndHears('carol'), carol.seesAll(['bob'])]);
    await bob.hangUp();
    await carol.says(({ event, reason }) => event === 'call_end' && reason === 'hung_up', 'it is over');
  } finally {
    carol.close();
  }
});

test('a group of Chromium, Firefox and two telephones: all see each other', {
  timeout: 120_000,
}, async () => {
  const [carol, dave] = await Promise.all([Phone.open(server, 'carol'), Phone.open(server, 'dave')]);
  try {
    await alice.dialGroup(['bob', 'carol', 'dave'], 'video');
    await bob.press('hullo-accept');
    await Promise.all([
      alice.seesAndHearsAll(['bob', 'carol', 'dave']),
      bob.seesAndHears('carol'),
      bob.seesAndHears('dave'),
      carol.seesAll(['alice', 'bob', 'dave']),
      dave.seesAll(['alice', 'bob', 'carol']),
    ]);
    await alice.hangUp();
    await Promise.all(
      [carol, dave].map((phone) => phone.says(({ event }) => event === 'call_end', 'it is over')),
    );
    expect(await alice.page.evaluate(() => window.hullo.state)).toBe('idle');
  } finally {
    carol.close();
    dave.close();
  }
});
