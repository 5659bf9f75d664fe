// Devices that come and go, and what the app puts in their place: against a fake browser.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MediaEngine } from '../src/media/engine.ts';
import type { TrackProcessor } from '../src/types.ts';
import type { AppEvent, MediaEvent } from '../src/wire.ts';
import {
  type FakeBrowser,
  FakeElement,
  FakePeerConnection,
  FakeTrack,
  flushMicrotasks,
  stubBrowser,
} from './fakes.ts';

let browser: FakeBrowser;
let engine: MediaEngine;
let events: MediaEvent[];
let told: AppEvent[];

beforeEach(() => {
  vi.useFakeTimers();
  browser = stubBrowser();
  start();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Another page of the same browser. */
function start(): void {
  events = [];
  told = [];
  engine = new MediaEngine(
    (event) => events.push(event),
    {},
    { notify: (event) => told.push(event), self: () => undefined },
  );
}

const microphone = (deviceId: string, groupId = deviceId) => ({
  kind: 'audioinput' as const,
  deviceId,
  groupId,
  label: deviceId,
});
const camera = (deviceId: string) => ({
  kind: 'videoinput' as const,
  deviceId,
  groupId: deviceId,
  label: deviceId,
});
const speaker = (deviceId: string) => ({
  kind: 'audiooutput' as const,
  deviceId,
  groupId: deviceId,
  label: deviceId,
});

async function plug(...list: Partial<MediaDeviceInfo>[]): Promise<void> {
  browser.devices.plug(...list);
  await flushMicrotasks();
}

/** Opens the kind, whose device is this. */
async function open(kind: 'audio' | 'video', settings: MediaTrackSettings = {}): Promise<FakeTrack> {
  engine.apply({ command: 'capture', audio: kind === 'audio', video: kind === 'video' });
  return grant(kind, settings);
}

/** Grants what was asked for last. */
async function grant(kind: 'audio' | 'video', settings: MediaTrackSettings = {}): Promise<FakeTrack> {
  const track = browser.devices.asked(kind).grant(new FakeTrack(kind, settings));
  await flushMicrotasks();
  return track;
}

/** What the kind does now, and why. */
function now(kind: 'audio' | 'video'): (string | undefined)[] {
  const last = events.findLast((event) => event.event === 'device' && event.kind === kind);
  return last?.event === 'device' ? [last.state, ...(last.failure ? [last.failure] : [])] : [];
}

const asked = () => browser.devices.requests.length;
const chosen = (kind: 'audio' | 'video') => {
  const constraints = browser.devices.asked(kind).constraints[kind];
  return typeof constraints === 'object' ? constraints.deviceId : undefined;
};

describe('a device that has failed', () => {
  test.each([
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'busy'],
  ])('by %s is tried again when one is plugged in', async (name, failure) => {
    engine.apply({ command: 'capture', audio: true, video: false });
    browser.devices.asked('audio').refuse(name);
    await flushMicrotasks();
    expect(now('audio')).toEqual(['failed', failure]);
    await plug(microphone('headset'));
    expect(now('audio')).toEqual(['asking']);
    await grant('audio');
    expect(now('audio')).toEqual(['on']);
  });

  test('is tried again when the browser says that something is different, even if the list is not', async () => {
    await plug(microphone('headset'));
    engine.apply({ command: 'capture', audio: true, video: false });
    browser.devices.asked('audio').refuse('NotReadableError');
    await flushMicrotasks();
    await plug(microphone('headset'));
    expect(now('audio')).toEqual(['asking']);
  });

  test('because it was unplugged is opened again when it is back', async () => {
    const track = await open('audio');
    await vi.advanceTimersByTimeAsync(5_000);
    track.end();
    browser.devices.asked('audio').refuse('NotFoundError');
    await flushMicrotasks();
    expect(now('audio')).toEqual(['failed', 'ended']);
    await plug();
    expect(now('audio')).toEqual(['failed', 'ended']);
    await plug(microphone('headset'));
    await grant('audio');
    expect(now('audio')).toEqual(['on']);
  });

  test('because the person said no is not asked for again by itself, until the person allows it', async () => {
    engine.apply({ command: 'capture', audio: true, video: false });
    browser.devices.asked('audio').refuse('NotAllowedError');
    await flushMicrotasks();
    await plug(microphone('headset'));
    expect(asked()).toBe(1);
    browser.permit('microphone', 'granted');
    await flushMicrotasks();
    expect([asked(), now('audio')]).toEqual([2, ['asking']]);
  });

  test('is taken the place of by one that is chosen', async () => {
    engine.apply({ command: 'capture', audio: true, video: false });
    browser.devices.asked('audio').refuse('NotReadableError');
    await flushMicrotasks();
    const choosing = engine.devices.useMicrophone('headset');
    await grant('audio', { deviceId: 'headset' });
    await choosing;
    expect([now('audio'), engine.devices.inUse.microphone]).toEqual([['on'], 'headset']);
  });

  test('is not tried any more after the call', async () => {
    engine.apply({ command: 'capture', audio: true, video: false });
    browser.devices.asked('audio').refuse('NotFoundError');
    await flushMicrotasks();
    engine.apply({ command: 'close' });
    await plug(microphone('headset'));
    expect(asked()).toBe(1);
  });
});

describe('a device that is plugged in during a call', () => {
  test('is used when the system has made it the default, and the person has chosen none', async () => {
    await plug(microphone('default', 'built-in'), microphone('built-in'));
    const first = await open('audio', { deviceId: 'default', groupId: 'built-in' });
    await plug(microphone('default', 'headset'), microphone('built-in'), microphone('headset'));
    expect(first.readyState).toBe('ended');
    await grant('audio', { deviceId: 'default', groupId: 'headset' });
    expect(now('audio')).toEqual(['on']);
    await plug(microphone('default', 'built-in'), microphone('built-in'));
    expect(now('audio')).toEqual(['asking']);
  });

  test('is not used when it is just another one', async () => {
    const track = await open('audio', { deviceId: 'default', groupId: 'built-in' });
    await plug(microphone('default', 'built-in'), microphone('headset'));
    expect([asked(), track.readyState]).toEqual([1, 'live']);
  });

  test('is not used when the person has chosen another that is there', async () => {
    await engine.devices.useMicrophone('built-in');
    await open('audio', { deviceId: 'built-in', groupId: 'built-in' });
    await plug(microphone('default', 'headset'), microphone('built-in'), microphone('headset'));
    expect(asked()).toBe(1);
  });

  test('is used when it is the one that was chosen, in this page or one before', async () => {
    await engine.devices.useMicrophone('headset');
    start();
    const substitute = await open('audio', { deviceId: 'built-in' });
    expect(chosen('audio')).toEqual({ ideal: 'headset' });
    await plug(microphone('built-in'), microphone('headset'));
    expect(substitute.readyState).toBe('ended');
    expect(chosen('audio')).toEqual({ exact: 'headset' });
    await grant('audio', { deviceId: 'headset' });
    expect(engine.devices.inUse.microphone).toBe('headset');
  });

  test('is asked for by name when it is there, and makes no difference when it cannot be had', async () => {
    await engine.devices.useCamera('webcam');
    start();
    await plug(camera('built-in'), camera('webcam'));
    engine.apply({ command: 'capture', audio: false, video: true });
    expect(chosen('video')).toEqual({ exact: 'webcam' });
    browser.devices.asked('video').refuse('NotReadableError');
    await flushMicrotasks();
    expect(chosen('video')).toEqual({ ideal: 'webcam' });
    await grant('video', { deviceId: 'built-in' });
    expect([now('video'), engine.devices.inUse.camera]).toEqual([['on'], 'built-in']);
  });

  test('is left alone when it cannot be had: the other goes on, without end', async () => {
    await engine.devices.useMicrophone('headset');
    await open('audio', { deviceId: 'built-in' });
    await plug(microphone('built-in'), microphone('headset'));
    browser.devices.asked('audio').refuse('NotReadableError');
    await flushMicrotasks();
    expect(chosen('audio')).toEqual({ ideal: 'headset' });
    await grant('audio', { deviceId: 'built-in' });
    expect([now('audio'), asked(), engine.devices.inUse.microphone]).toEqual([['on'], 3, 'built-in']);
  });

  test('makes room for it again after it was pulled out', async () => {
    await engine.devices.useCamera('webcam');
    const webcam = await open('video', { deviceId: 'webcam' });
    await vi.advanceTimersByTimeAsync(5_000);
    webcam.end();
    await plug(camera('built-in'));
    await grant('video', { deviceId: 'built-in' });
    expect([now('video'), engine.devices.inUse.camera]).toEqual([['on'], 'built-in']);
    await plug(camera('built-in'), camera('webcam'));
    await grant('video', { deviceId: 'webcam' });
    expect(engine.devices.inUse.camera).toBe('webcam');
  });
});

describe('speaker', () => {
  const sink = () => FakeElement.all.find(({ playing }) => playing)?.sink;

  async function hear(): Promise<void> {
    engine.apply({ command: 'open', peer: 1, audio: 1, video: 1 });
    await flushMicrotasks();
    engine.apply({
      command: 'slots',
      peer: 1,
      slots: [{ mid: '0', kind: 'audio', accid: 'bob', muted: false }],
    });
    await flushMicrotasks();
  }

  test('that is unplugged gives way to the default, and is used again when it is back', async () => {
    await hear();
    await plug(speaker('default'), speaker('headset'));
    await engine.devices.useSpeaker('headset');
    expect(sink()).toBe('headset');
    await plug(speaker('default'));
    expect([sink(), engine.devices.inUse.speaker]).toEqual(['', '']);
    await plug(speaker('default'), speaker('headset'));
    expect([sink(), engine.devices.inUse.speaker]).toEqual(['headset', 'headset']);
  });

  test('that is not known yet, because no device was allowed, is left as it is', async () => {
    await hear();
    await engine.devices.useSpeaker('headset');
    await plug({ kind: 'audiooutput', deviceId: '', groupId: '', label: '' });
    expect(sink()).toBe('headset');
  });
});

describe('the app is told', () => {
  const news = () => told.flatMap((event) => (event.name === 'devicesChanged' ? [event.detail] : []));

  test('which devices there are and which are in use, once for each change', async () => {
    await plug(microphone('a'), microphone('b'));
    await plug(microphone('a'), microphone('b'));
    expect(news().map(({ devices }) => devices.microphones.length)).toEqual([2]);
    await open('audio', { deviceId: 'a' });
    expect(news().at(-1)).toMatchObject({ inUse: { microphone: 'a' } });
    const choosing = engine.devices.useMicrophone('b');
    await grant('audio', { deviceId: 'b' });
    await choosing;
    expect(news().map(({ inUse }) => inUse.microphone)).toEqual([undefined, 'a', 'b']);
  });

  test('their names, once the person has allowed one', async () => {
    await plug({ ...microphone('a'), label: '' });
    browser.devices.list = [microphone('a')];
    await open('audio', { deviceId: 'a' });
    expect(news().at(-1)?.devices.microphones[0]?.label).toBe('a');
  });

  test('nothing any more after the end', async () => {
    engine.destroy();
    await plug(microphone('a'));
    expect(told).toEqual([]);
  });
});

const asTrack = (track: FakeTrack) => track as unknown as MediaStreamTrack;

/** What flows out of a connection that lets all flow. */
async function flowing(): Promise<() => { audio: unknown; video: unknown }> {
  engine.apply({ command: 'open', peer: 1, audio: 1, video: 1 });
  await flushMicrotasks();
  engine.apply({ command: 'flow', peer: 1, audio: true, video: true });
  const { newest } = FakePeerConnection;
  return () => ({ audio: newest.track('audio').flowing, video: newest.track('video').flowing });
}

describe("an app's own track", () => {
  test('takes the place of the device, is not stopped, and gives the place back', async () => {
    const out = await flowing();
    const device = await open('video');
    const own = new FakeTrack('video');
    engine.devices.useTrack('video', asTrack(own));
    await flushMicrotasks();
    expect([out().video, device.readyState, now('video')]).toEqual([own, 'ended', ['on']]);
    expect(engine.devices.inUse.camera).toBeUndefined();
    engine.devices.useTrack('video', undefined);
    const again = await grant('video');
    expect([out().video, own.readyState]).toEqual([again, 'live']);
  });

  test('goes out while the device would be open, without asking the person', async () => {
    const out = await flowing();
    const own = new FakeTrack('audio');
    engine.devices.useTrack('audio', asTrack(own));
    expect(out().audio).toBeNull();
    engine.apply({ command: 'capture', audio: true, video: false });
    await flushMicrotasks();
    expect([out().audio, asked()]).toEqual([own, 0]);
    engine.apply({ command: 'close' });
    expect([own.readyState, now('audio')]).toEqual(['live', ['off']]);
  });

  test('that ends has failed, and no device is opened until somebody asks for it', async () => {
    engine.apply({ command: 'capture', audio: false, video: true });
    browser.devices.asked('video').grant();
    await flushMicrotasks();
    const own = new FakeTrack('video');
    engine.devices.useTrack('video', asTrack(own));
    await vi.advanceTimersByTimeAsync(5_000);
    const before = asked();
    own.end();
    await plug(camera('webcam'));
    expect([now('video'), asked()]).toEqual([['failed', 'ended'], before]);
    engine.apply({ command: 'retry', kind: 'video' });
    expect([now('video'), asked()]).toEqual([['asking'], before + 1]);
  });

  test('gives way to a device that is chosen', async () => {
    const out = await flowing();
    engine.apply({ command: 'capture', audio: false, video: true });
    engine.devices.useTrack('video', asTrack(new FakeTrack('video')));
    const choosing = engine.devices.useCamera('webcam');
    const webcam = await grant('video', { deviceId: 'webcam' });
    await choosing;
    expect([out().video, engine.devices.inUse.camera]).toEqual([webcam, 'webcam']);
  });
});

/** A processor that is started and fails as the test says. */
class FakeProcessor implements TrackProcessor {
  readonly inputs: unknown[] = [];
  readonly outputs: FakeTrack[] = [];
  stops = 0;
  #answers: { resolve(track: MediaStreamTrack): void; reject(error: Error): void }[] = [];

  start(track: MediaStreamTrack): Promise<MediaStreamTrack> {
    this.inputs.push(track);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  stop(): void {
    this.stops += 1;
  }

  async ready(): Promise<FakeTrack> {
    const output = new FakeTrack('video');
    this.outputs.push(output);
    this.#answers.shift()?.resolve(asTrack(output));
    await flushMicrotasks();
    return output;
  }

  async fail(): Promise<void> {
    this.#answers.shift()?.reject(new Error('no GPU'));
    await flushMicrotasks();
  }
}

describe('a processor', () => {
  const errors = () => told.flatMap((event) => (event.name === 'error' ? [event.detail.error.kind] : []));

  test('stands between the device and the others, who see nothing before it has started', async () => {
    const out = await flowing();
    const processor = new FakeProcessor();
    await engine.devices.setProcessor('video', processor);
    const device = await open('video');
    expect([out().video, now('video'), processor.inputs]).toEqual([null, ['asking'], [device]]);
    const blurred = await processor.ready();
    expect([out().video, now('video')]).toEqual([blurred, ['on']]);
    engine.apply({ command: 'close' });
    expect([device.readyState, processor.stops]).toEqual(['ended', 1]);
  });

  test('that is set while the device is open takes over without a gap, and so does none', async () => {
    const out = await flowing();
    const device = await open('video');
    const processor = new FakeProcessor();
    const setting = engine.devices.setProcessor('video', processor);
    await flushMicrotasks();
    expect(out().video).toBe(device);
    const blurred = await processor.ready();
    await setting;
    expect(out().video).toBe(blurred);
    const another = new FakeProcessor();
    const changing = engine.devices.setProcessor('video', another);
    await flushMicrotasks();
    expect([out().video, processor.stops]).toEqual([blurred, 0]);
    const other = await another.ready();
    await changing;
    expect([out().video, processor.stops]).toEqual([other, 1]);
    await engine.devices.setProcessor('video', undefined);
    expect([out().video, another.stops, device.readyState]).toEqual([device, 1, 'live']);
  });

  test('that does not start is done without, and whoever has set it learns it', async () => {
    const out = await flowing();
    const device = await open('video');
    const processor = new FakeProcessor();
    const setting = engine.devices.setProcessor('video', processor);
    const refused = expect(setting).rejects.toMatchObject({ kind: 'processor_failed', message: 'no GPU' });
    await flushMicrotasks();
    await processor.fail();
    await refused;
    expect([out().video, now('video'), errors()]).toEqual([device, ['on'], []]);
  });

  test('that fails when the device opens is done without, and told by an error', async () => {
    const out = await flowing();
    const processor = new FakeProcessor();
    await engine.devices.setProcessor('video', processor);
    const device = await open('video');
    await processor.fail();
    expect([out().video, now('video'), errors()]).toEqual([device, ['on'], ['processor_failed']]);
  });

  test('that takes too long is done without, and what it gives late is stopped', async () => {
    const out = await flowing();
    const processor = new FakeProcessor();
    await engine.devices.setProcessor('video', processor);
    const device = await open('video');
    await vi.advanceTimersByTimeAsync(10_000);
    expect([out().video, now('video'), errors()]).toEqual([device, ['on'], ['processor_failed']]);
    expect((await processor.ready()).readyState).toBe('ended');
    expect(out().video).toBe(device);
  });

  test('whose track ends is done without, and told by an error', async () => {
    const out = await flowing();
    const processor = new FakeProcessor();
    await engine.devices.setProcessor('video', processor);
    const device = await open('video');
    (await processor.ready()).end();
    await flushMicrotasks();
    expect([out().video, errors()]).toEqual([device, ['processor_failed']]);
  });

  test('that is still starting when the device closes lets nothing out, and is stopped', async () => {
    const out = await flowing();
    const processor = new FakeProcessor();
    await engine.devices.setProcessor('video', processor);
    await open('video');
    engine.apply({ command: 'capture', audio: false, video: false });
    engine.apply({ command: 'capture', audio: false, video: true });
    const second = await grant('video');
    const late = await processor.ready();
    expect([late.readyState, out().video, processor.inputs.at(-1)]).toEqual(['ended', null, second]);
    const blurred = await processor.ready();
    expect([out().video, now('video')]).toEqual([blurred, ['on']]);
  });

  test("works on an app's own track, too, which stays alive", async () => {
    const out = await flowing();
    const processor = new FakeProcessor();
    await engine.devices.setProcessor('video', processor);
    const own = new FakeTrack('video');
    engine.devices.useTrack('video', asTrack(own));
    engine.apply({ command: 'capture', audio: false, video: true });
    await flushMicrotasks();
    const blurred = await processor.ready();
    expect([processor.inputs, out().video]).toEqual([[own], blurred]);
    engine.apply({ command: 'close' });
    expect([own.readyState, processor.stops]).toEqual(['live', 1]);
  });
});
