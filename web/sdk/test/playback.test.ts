// The others' sound and pictures against a fake browser: who is heard how loud, what a blocked page does, which view shows what.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MediaEngine } from '../src/media/engine.ts';
import type { AppEvent } from '../src/wire.ts';
import { type FakeBrowser, FakeElement, FakePeerConnection, flushMicrotasks, stubBrowser } from './fakes.ts';

let browser: FakeBrowser;
let engine: MediaEngine;
let told: AppEvent[];

beforeEach(() => {
  browser = stubBrowser();
  told = [];
  engine = new MediaEngine(() => {}, {}, { notify: (event) => told.push(event), self: () => undefined });
});
afterEach(() => vi.unstubAllGlobals());

const view = () => new FakeElement() as unknown as HTMLVideoElement & FakeElement;

/** An open connection with the sound and the picture of each of these accounts. */
async function hearing(...accids: string[]): Promise<FakePeerConnection> {
  engine.apply({ command: 'open', peer: 1, audio: accids.length, video: accids.length });
  await flushMicrotasks();
  const lines = FakePeerConnection.newest.transceivers;
  const slots = accids.flatMap((accid, index) =>
    (['audio', 'video'] as const).map((kind) => {
      const mid = lines.filter((line) => line.kind === kind)[index]?.mid ?? '';
      return { mid, kind, accid, muted: false };
    }),
  );
  engine.apply({ command: 'slots', peer: 1, slots });
  await flushMicrotasks();
  return FakePeerConnection.newest;
}

/** The elements that have sound. */
const sounds = () => FakeElement.all.filter(({ playing }) => playing?.kind === 'audio');
const gesture = async (type: string) => {
  browser.document.dispatchEvent(new Event(type));
  await flushMicrotasks();
};

describe('sound that the browser blocks', () => {
  const blocks = () => told.flatMap(({ name, detail }) => (name === 'soundBlocked' ? [detail.blocked] : []));

  test('is a fact that the app is told of, once when it begins and once when it ends', async () => {
    FakeElement.blocked = true;
    await hearing('bob', 'carol');
    expect([engine.sounds.isBlocked, blocks()]).toEqual([true, [true]]);
    FakeElement.blocked = false;
    await gesture('pointerup');
    expect(sounds().map(({ paused }) => paused)).toEqual([false, false]);
    expect([engine.sounds.isBlocked, blocks()]).toEqual([false, [true, false]]);
  });

  test('plays with the first gesture that counts, whatever came before it', async () => {
    FakeElement.blocked = true;
    await hearing('bob');
    for (const useless of ['keydown', 'pointerup', 'keydown']) await gesture(useless);
    expect(sounds()[0]?.paused).toBe(true);
    FakeElement.blocked = false;
    await gesture('click');
    expect(sounds()[0]?.paused).toBe(false);
  });

  test('plays when the app says so in a gesture of its own, and not outside of one', async () => {
    FakeElement.blocked = true;
    await hearing('bob');
    expect(await engine.sounds.start()).toBe(false);
    FakeElement.blocked = false;
    expect(await engine.sounds.start()).toBe(true);
    expect(sounds()[0]?.paused).toBe(false);
  });

  test('plays when the person has allowed a device: a page that captures may sound', async () => {
    FakeElement.blocked = true;
    await hearing('bob');
    engine.apply({ command: 'capture', audio: true, video: false });
    FakeElement.blocked = false;
    browser.devices.asked('audio').grant();
    await flushMicrotasks();
    expect([sounds()[0]?.paused, engine.sounds.isBlocked]).toEqual([false, false]);
  });

  test('is over with the call, and the page is not listened to any more', async () => {
    const added = vi.spyOn(browser.document, 'addEventListener');
    FakeElement.blocked = true;
    await hearing('bob');
    const signals = added.mock.calls.map(([, , options]) => (options as AddEventListenerOptions).signal);
    engine.apply({ command: 'close' });
    await flushMicrotasks();
    expect(blocks()).toEqual([true, false]);
    expect(signals.length).toBeGreaterThan(0);
    expect(signals.every((signal) => signal?.aborted)).toBe(true);
  });
});

describe('volume of a person', () => {
  test('holds for this person alone, from line to line, in whatever case the app writes it', async () => {
    await hearing('bob', 'carol');
    engine.setVolume('BOB', 0.25);
    expect(sounds().map(({ volume }) => volume)).toEqual([0.25, 1]);
    expect([engine.sounds.volumeOf('Bob'), engine.sounds.volumeOf('carol')]).toEqual([0.25, 1]);
    await hearing('carol', 'bob');
    expect(sounds().map(({ volume }) => volume)).toEqual([1, 0.25]);
  });

  test('may be set before the person is there, and holds in the next call', async () => {
    engine.setVolume('bob', 0.5);
    await hearing('bob');
    engine.apply({ command: 'close' });
    await hearing('bob');
    expect(sounds().map(({ volume }) => volume)).toEqual([0.5]);
  });
});

describe('views', () => {
  test('show their account, whether they are attached before or after it comes', async () => {
    const [early, late] = [view(), view()];
    engine.attachRemoteView('bob', early);
    const picture = (await hearing('bob')).track('video').receiver.track;
    expect([early.playing, early.muted]).toEqual([picture, true]);
    engine.attachRemoteView('Bob', late);
    expect([early.playing, late.playing]).toEqual([picture, picture]);
  });

  test('of one account are taken away one by one, or all at once', async () => {
    const [tile, small, large] = [view(), view(), view()];
    const picture = (await hearing('bob')).track('video').receiver.track;
    for (const one of [tile, small, large]) engine.attachRemoteView('bob', one);
    engine.detachView(small);
    expect([tile.playing, small.srcObject, large.playing]).toEqual([picture, null, picture]);
    engine.attachRemoteView('BOB', null);
    expect([tile.srcObject, large.srcObject, engine.viewed]).toEqual([null, null, []]);
  });

  test('keep the place of their account while it has one left', () => {
    const [first, second] = [view(), view()];
    engine.attachRemoteView('bob', first);
    engine.attachRemoteView('carol', view());
    engine.attachRemoteView('bob', second);
    engine.detachView(first);
    expect(engine.viewed).toEqual(['bob', 'carol']);
  });

  test('that are attached or taken away twice are attached or taken away', async () => {
    const one = view();
    const picture = (await hearing('bob')).track('video').receiver.track;
    engine.attachRemoteView('bob', one);
    engine.attachRemoteView('bob', one);
    expect([one.playing, engine.viewed]).toEqual([picture, ['bob']]);
    engine.detachView(one);
    engine.detachView(one);
    engine.attachRemoteView('bob', null);
    expect([one.srcObject, engine.viewed]).toEqual([null, []]);
  });

  test('show the account that they were given to last', async () => {
    const one = view();
    const connection = await hearing('bob', 'carol');
    engine.attachRemoteView('bob', one);
    engine.attachRemoteView('carol', one);
    const [, , , second] = connection.transceivers;
    expect(second?.kind).toBe('video');
    expect([one.playing, engine.viewed]).toEqual([second?.receiver.track, ['carol']]);
  });
});
