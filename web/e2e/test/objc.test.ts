// The Objective-C component and Chromium in one call: pixels and samples at both ends.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, Person } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { Face } from '../src/face.ts';
import { Server } from '../src/server.ts';

const HERTZ = 1000;

let server: Server;
let browser: Browser;
let alice: Face;
let bob: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  [alice, bob] = await Promise.all([
    Face.open(server, 'alice', { hertz: HERTZ, luma: 100 }),
    Person.open(browser, server, 'bob', { connections: 'kept' }),
  ]);
});
afterAll(async () => {
  alice?.close();
  await browser?.close();
  await server?.stop();
});

/** The loudest frequency of what the page receives in its newest connection, in hertz; 0 until some of it was listened to. */
function loudest(page: Page): Promise<number> {
  return page.evaluate(() => {
    const kept = window as unknown as { connections: RTCPeerConnection[]; listening?: AnalyserNode };
    const receivers = kept.connections.at(-1)?.getReceivers() ?? [];
    const track = receivers.map((receiver) => receiver.track).find(({ kind }) => kind === 'audio');
    if (!track) return 0;
    if (!kept.listening) {
      const context = new AudioContext();
      kept.listening = new AnalyserNode(context, { fftSize: 8192 });
      context.createMediaStreamSource(new MediaStream([track])).connect(kept.listening);
    }
    const { context, fftSize, frequencyBinCount } = kept.listening;
    const levels = new Float32Array(frequencyBinCount);
    kept.listening.getFloatFrequencyData(levels);
    return (levels.indexOf(Math.max(...levels)) * context.sampleRate) / fftSize;
  });
}

/** Chromium's camera and microphone, which beeps. */
async function seesAndHearsChromium(): Promise<void> {
  await eventually('pictures come and it beeps', async () => {
    const { seen, loudness } = await alice.senses();
    const [pictures = 0, width = 0] = seen;
    return pictures > 10 && width > 0 && loudness > 0.005;
  });
}

test('a page calls the component: both see and hear each other, and it ends once', async () => {
  await alice.does('look', { user: 'bob' });
  await bob.dial('alice', 'video');
  await alice.hearsOf('onInvited');
  await alice.does('accept');
  await bob.seesAndHears('alice');
  await eventually('the tone is the loudest that is heard', async () => {
    return Math.abs((await loudest(bob.page)) - HERTZ) < 20;
  });
  await seesAndHearsChromium();
  await bob.hangUp();
  await alice.hearsOf('onCallEnd');
  expect(alice.count('onCallEnd')).toBe(1);
});

test('the component calls a page and hangs up', async () => {
  await bob.becomes('idle');
  const calling = alice.does('call', { user: 'bob', type: 0 });
  await bob.becomes('called');
  await calling;
  await bob.page.evaluate(() => window.hullo.accept());
  await bob.seesAndHears('alice');
  await alice.does('hangup');
  await bob.becomes('idle');
  expect(alice.count('onCallEnd')).toBe(2);
});
