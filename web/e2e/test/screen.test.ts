// Screens that are shared: pixels arrive at everyone, one shares at a time, and each way of ending ends it for all.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, Person, type PersonOptions } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import {
  allSee,
  attachScreen,
  ownScreen,
  share,
  stopSharing,
  watches,
  watchesNothing,
} from '../src/screen.ts';
import { Server } from '../src/server.ts';

let server: Server;
let browser: Browser;
let people: Person[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  people = [];
  server = await Server.start();
});
afterEach(async () => {
  await Promise.all(people.map((person) => person.close()));
  await server?.stop();
});

async function open(accid: string, options: PersonOptions = {}): Promise<Person> {
  const viewport = { width: 1024, height: 768 };
  const person = await Person.open(browser, server, accid, {
    viewport,
    smallCamera: people.length,
    ...options,
  });
  people.push(person);
  return person;
}

/** Alice has called bob, who has answered. */
async function talk(media: 'video' | 'voice'): Promise<[Person, Person]> {
  const [alice, bob] = [await open('alice', { connections: 'kept' }), await open('bob')];
  await alice.dial('bob', media);
  await bob.press('hullo-accept');
  await Promise.all([alice.becomes('in_call'), bob.becomes('in_call')]);
  await Promise.all([alice.hears('bob'), bob.hears('alice')]);
  return [alice, bob];
}

test('group sees the screen of whoever shares, another takes over, and it ends for all', {
  timeout: 240_000,
}, async () => {
  const [alice, bob, carol] = [await open('alice'), await open('bob'), await open('carol')];
  await alice.dialGroup(['bob', 'carol'], 'video');
  await Promise.all([bob.press('hullo-accept'), carol.press('hullo-accept')]);
  await carol.seesAndHearsAll(['alice', 'bob']);
  for (const person of people) for (const of of ['alice', 'bob']) await attachScreen(person, of);
  await carol.page.evaluate(() => {
    const news: string[] = [];
    Object.assign(window, { news });
    window.hullo.on('screenAvailable', ({ accid, available }) => news.push(`${accid} ${available}`));
  });

  await share(bob);
  await allSee(people, ['bob']);
  await Promise.all([watches(alice, 'bob'), watches(carol, 'bob'), watches(bob, 'bob')]);
  expect(await ownScreen(bob)).toEqual({ state: 'on' });
  // Cameras go on beside it.
  await carol.seesAndHearsAll(['alice', 'bob']);

  await share(alice);
  await allSee(people, ['alice']);
  await Promise.all([watches(bob, 'alice'), watches(carol, 'alice')]);
  await watchesNothing(carol, 'bob');
  await watchesNothing(bob, 'bob');
  expect(await ownScreen(bob)).toEqual({ state: 'off' });

  await stopSharing(alice);
  await allSee(people, []);
  await Promise.all([bob, carol].map((person) => watchesNothing(person, 'alice')));
  const news = await carol.page.evaluate(() => (window as unknown as { news: string[] }).news);
  expect(news).toEqual(['bob true', 'bob false', 'alice true', 'alice false']);
});

test('audio call with a screen stays an audio call, which lives through a restart of the server and a reload', {
  timeout: 240_000,
}, async () => {
  const [alice, bob] = await talk('voice');
  await attachScreen(bob, 'alice');
  await share(alice);
  await watches(bob, 'alice');
  expect(await bob.page.evaluate(() => window.hullo.current?.media)).toBe('audio');
  const { screen } = await eventually('bob has statistics of the screen', async () => {
    const { remotes } = await bob.page.evaluate(() => window.hullo.stats());
    const remote = remotes.find(({ accid }) => accid === 'alice');
    return (remote?.screen?.framesDecoded ?? 0) > 5 && remote;
  });
  expect(screen?.frameWidth).toBeGreaterThan(100);

  await server.kill();
  await server.restart();
  await eventually('the screen goes on', async () => (await ownScreen(alice)).state === 'on');
  await Promise.all([alice.hears('bob'), bob.hears('alice')]);
  await watches(bob, 'alice');

  await alice.page.reload();
  await alice.becomes('in_call');
  await allSee([alice, bob], []);
  await watchesNothing(bob, 'alice');
  expect(await ownScreen(alice)).toEqual({ state: 'off' });
});

test("browser's own button ends the share, and a refusal changes nothing", { timeout: 240_000 }, async () => {
  const [alice, bob] = await talk('video');
  await attachScreen(bob, 'alice');
  await share(alice);
  await watches(bob, 'alice');
  await alice.seesAndHears('bob');
  await alice.page.evaluate(() => {
    const { connections } = window as unknown as { connections: RTCPeerConnection[] };
    const tracks = connections.flatMap((connection) => connection.getSenders().map(({ track }) => track));
    const screen = tracks.find((track) => track?.contentHint === 'detail');
    // What the browser does when its button is pressed.
    screen?.stop();
    screen?.dispatchEvent(new Event('ended'));
  });
  await allSee([alice, bob], []);
  await watchesNothing(bob, 'alice');
  expect(await ownScreen(alice)).toEqual({ state: 'off' });

  const refused = await alice.page.evaluate(async () => {
    navigator.mediaDevices.getDisplayMedia = () =>
      Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
    return window.hullo.shareScreen(true).catch(({ kind }) => kind);
  });
  expect(refused).toBe('screen_denied');
  expect(await ownScreen(alice)).toEqual({ state: 'off' });
  // And the other way, on the line that is there.
  await attachScreen(alice, 'bob');
  await share(bob);
  await watches(alice, 'bob');
  await alice.press('hullo-hangup');
  await bob.becomes('idle');
  expect(await ownScreen(bob)).toEqual({ state: 'off' });
});
