// The shared screen against a fake browser: captured while it is wanted, on a line of its own, shown where it is wanted.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MediaEngine } from '../src/media/engine.ts';
import { withScreenMark } from '../src/media/screen_mark.ts';
import { StatsReader } from '../src/media/stats.ts';
import type { MediaEvent, RemoteSlot } from '../src/wire.ts';
import {
  type FakeBrowser,
  FakeElement,
  FakePeerConnection,
  type FakeTrack,
  flushMicrotasks,
  stubBrowser,
} from './fakes.ts';

let browser: FakeBrowser;
let events: MediaEvent[];
let engine: MediaEngine;

beforeEach(() => {
  vi.useFakeTimers();
  browser = stubBrowser();
  events = [];
  engine = new MediaEngine((event) => events.push(event), {}, { notify: () => {}, self: () => 'Alice' });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const view = () => new FakeElement() as unknown as HTMLVideoElement & FakeElement;
const want = (screen: boolean) => engine.apply({ command: 'capture', audio: false, video: false, screen });
const flow = (screen: boolean) =>
  engine.apply({ command: 'flow', peer: 1, audio: false, video: false, screen });
const deviceEvents = () => events.filter(({ event }) => event === 'device');

async function connect(screen: boolean): Promise<FakePeerConnection> {
  engine.apply({ command: 'open', peer: 1, audio: 1, video: 1, screen });
  await flushMicrotasks();
  engine.apply({ command: 'answer', peer: 1, sdp: 'answer' });
  await flushMicrotasks();
  return FakePeerConnection.newest;
}

/** The person has chosen. */
async function share(): Promise<FakeTrack> {
  want(true);
  const track = browser.devices.asked('screen').grant();
  await flushMicrotasks();
  return track;
}

describe('capture', () => {
  test('asks for a sharp picture without sound, within the gesture', async () => {
    want(true);
    const { constraints } = browser.devices.asked('screen');
    expect(constraints).toMatchObject({
      audio: false,
      video: { frameRate: { max: 15 } },
      surfaceSwitching: 'include',
      selfBrowserSurface: 'exclude',
    });
    const track = browser.devices.asked('screen').grant();
    await flushMicrotasks();
    expect(track.contentHint).toBe('detail');
    expect(deviceEvents()).toEqual([{ event: 'device', kind: 'screen', state: 'on' }]);
  });

  test.each([
    ['NotAllowedError', 'denied'],
    ['InvalidStateError', 'denied'],
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'busy'],
  ])('that fails with %s is reported as %s', async (name, failure) => {
    want(true);
    browser.devices.asked('screen').refuse(name);
    await flushMicrotasks();
    const failed = { event: 'device', kind: 'screen', state: 'failed', failure, message: 'screen refused' };
    expect(deviceEvents()).toEqual([failed]);
  });

  test('is missing in a browser that cannot do it', async () => {
    Object.assign(browser.devices, { getDisplayMedia: undefined });
    want(true);
    await flushMicrotasks();
    expect(deviceEvents()).toMatchObject([{ state: 'failed', failure: 'missing' }]);
  });

  test("ends with the browser's own button, and says so", async () => {
    const connection = await connect(true);
    const track = await share();
    flow(true);
    expect(connection.line('2').flowing).toBe(track);
    track.end();
    expect(connection.line('2').flowing).toBeNull();
    expect(deviceEvents().at(-1)).toEqual({ event: 'device', kind: 'screen', state: 'off' });
  });

  test('ends when it is not wanted any more, and when the call closes', async () => {
    const first = await share();
    want(false);
    expect(first.readyState).toBe('ended');
    const second = await share();
    engine.apply({ command: 'close' });
    expect(second.readyState).toBe('ended');
    expect(deviceEvents()).toHaveLength(2);
  });

  test('that the person chooses too late is stopped and not reported', async () => {
    want(true);
    const { grant } = browser.devices.asked('screen');
    want(false);
    want(true);
    const late = grant();
    await flushMicrotasks();
    expect(late.readyState).toBe('ended');
    expect(deviceEvents()).toEqual([]);
    browser.devices.asked('screen').grant();
    await flushMicrotasks();
    expect(deviceEvents()).toHaveLength(1);
  });
});

describe('line', () => {
  test('is not there before it is needed', async () => {
    const connection = await connect(false);
    expect(connection.transceivers).toHaveLength(2);
    engine.apply({ command: 'grow', peer: 1, audio: 1, video: 1, screen: true });
    await flushMicrotasks();
    expect(connection.transceivers).toHaveLength(3);
    const { kind, init, parameters } = connection.line('2');
    expect(parameters).toMatchObject({ degradationPreference: 'maintain-resolution' });
    expect([kind, init.direction]).toEqual(['video', 'sendrecv']);
    expect(init.sendEncodings).toMatchObject([{ maxFramerate: 15, priority: 'high' }]);
    expect(connection.offers).toHaveLength(2);
  });

  test('is made once, and is none of the lines for cameras', async () => {
    const connection = await connect(true);
    for (const video of [1, 2]) {
      engine.apply({ command: 'grow', peer: 1, audio: 1, video, screen: true });
      await flushMicrotasks();
      engine.apply({ command: 'answer', peer: 1, sdp: 'answer' });
      await flushMicrotasks();
    }
    const directions = connection.transceivers.map(({ kind, init }) => [kind, init.direction]);
    expect(directions).toEqual([
      ['audio', 'sendrecv'],
      ['video', 'sendrecv'],
      ['video', 'sendrecv'],
      ['video', 'recvonly'],
    ]);
  });

  test('carries what was captured before it was there', async () => {
    const connection = await connect(false);
    const track = await share();
    flow(true);
    engine.apply({ command: 'grow', peer: 1, audio: 1, video: 1, screen: true });
    await flushMicrotasks();
    expect(connection.line('2').flowing).toBe(track);
    flow(false);
    expect(connection.line('2').flowing).toBeNull();
  });

  test('is marked in the text that goes to the server', () => {
    const sdp = ['m=video 9', 'a=mid:1', 'm=video 9', 'a=mid:12', 'm=video 9', 'a=mid:2', ''].join('\r\n');
    expect(withScreenMark(sdp, '2').split('\r\n')).toEqual([
      ...['m=video 9', 'a=mid:1', 'm=video 9', 'a=mid:12', 'm=video 9', 'a=mid:2'],
      ...['a=content:slides', ''],
    ]);
    expect(withScreenMark(sdp, undefined)).toBe(sdp);
    expect(withScreenMark(sdp, null)).toBe(sdp);
  });
});

describe('views', () => {
  const slot = (mid: string, kind: RemoteSlot['kind'], accid = 'bob'): RemoteSlot => ({
    mid,
    kind,
    accid,
    muted: false,
  });

  test('show the screen of an account beside its camera', async () => {
    const connection = await connect(true);
    const [camera, screen, another] = [view(), view(), view()];
    engine.attachRemoteView('bob', camera);
    engine.attachScreenView('BOB', screen);
    const slots = [slot('0', 'audio'), slot('1', 'video'), slot('2', 'screen')];
    engine.apply({ command: 'slots', peer: 1, slots });
    engine.attachScreenView('bob', another);
    expect(camera.playing).toBe(connection.line('1').receiver.track);
    for (const shown of [screen, another]) expect(shown.playing).toBe(connection.line('2').receiver.track);
    engine.apply({ command: 'slots', peer: 1, slots: slots.slice(0, 2) });
    expect(screen.playing).toBeUndefined();
    expect(camera.playing).toBeDefined();
    engine.apply({ command: 'slots', peer: 1, slots });
    engine.attachScreenView('bob', null);
    expect([screen.playing, another.playing]).toEqual([undefined, undefined]);
  });

  test('show the screen of whoever took over in the same line', async () => {
    const connection = await connect(true);
    const [bob, carol] = [view(), view()];
    engine.attachScreenView('bob', bob);
    engine.attachScreenView('carol', carol);
    engine.apply({ command: 'slots', peer: 1, slots: [slot('2', 'screen', 'bob')] });
    engine.apply({ command: 'slots', peer: 1, slots: [slot('2', 'screen', 'carol')] });
    expect(bob.playing).toBeUndefined();
    expect(carol.playing).toBe(connection.line('2').receiver.track);
    engine.apply({ command: 'close' });
    expect(carol.playing).toBeUndefined();
  });

  test("show this device's screen while it is captured", async () => {
    const own = view();
    engine.attachScreenView('alice', own);
    const track = await share();
    expect(own.playing).toBe(track);
    track.end();
    expect(own.playing).toBeUndefined();
  });
});

test('stats of a screen stand beside those of the camera', () => {
  const inbound = (mid: string, framesDecoded: number, frameWidth: number) => ({
    type: 'inbound-rtp',
    kind: 'video',
    mid,
    framesDecoded,
    frameWidth,
    frameHeight: 100,
    packetsLost: 1,
  });
  const entries = [inbound('1', 30, 960), inbound('2', 9, 1_920)];
  const report = new Map(entries.map((entry) => [entry.mid, entry])) as unknown as RTCStatsReport;
  const slots = (['video', 'screen'] as const).map((kind, index) => ({
    mid: String(index + 1),
    kind,
    accid: 'bob',
    muted: false,
  }));
  const { remotes } = new StatsReader().read('connected', report, slots);
  expect(remotes).toMatchObject([
    {
      accid: 'bob',
      framesDecoded: 30,
      frameWidth: 960,
      packetsLost: 2,
      screen: { framesDecoded: 9, frameWidth: 1_920, frameHeight: 100 },
    },
  ]);
});
