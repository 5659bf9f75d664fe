// The media engine with many lines: who comes through which may change at any time.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MediaEngine } from '../src/media/engine.ts';
import { withStartBitrate } from '../src/media/start_bitrate.ts';
import type { MediaEvent, RemoteSlot } from '../src/wire.ts';
import { type FakeBrowser, FakeElement, FakePeerConnection, flushMicrotasks, stubBrowser } from './fakes.ts';

let browser: FakeBrowser;
let events: MediaEvent[];
let engine: MediaEngine;

beforeEach(() => {
  vi.useFakeTimers();
  browser = stubBrowser();
  events = [];
  engine = new MediaEngine((event) => events.push(event));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const view = () => new FakeElement() as unknown as HTMLVideoElement & FakeElement;
const sound = (mid: number, accid: string, muted = false): RemoteSlot => ({
  mid: String(mid),
  kind: 'audio',
  accid,
  muted,
});
const picture = (mid: number, accid: string): RemoteSlot => ({
  mid: String(mid),
  kind: 'video',
  accid,
  muted: false,
});
const put = (...slots: RemoteSlot[]) => engine.apply({ command: 'slots', peer: 1, slots });
const offers = () => events.filter(({ event }) => event === 'offered').length;

async function answer(): Promise<void> {
  engine.apply({ command: 'answer', peer: 1, sdp: 'v=0\r\n' });
  await flushMicrotasks();
}

/** Lines 0 and 1 send and receive; 2 to 4 receive sound, 5 to 7 pictures. */
async function connect(): Promise<FakePeerConnection> {
  engine.apply({ command: 'open', peer: 1, audio: 4, video: 4 });
  await flushMicrotasks();
  await answer();
  return FakePeerConnection.newest;
}

describe('connection of a group', () => {
  test('sends through the first line of each kind and only receives through the others, with few codecs', async () => {
    const { transceivers } = await connect();
    expect(transceivers.map(({ kind, init }) => `${kind} ${init.direction}`)).toEqual([
      'audio sendrecv',
      'video sendrecv',
      ...Array(3).fill('audio recvonly'),
      ...Array(3).fill('video recvonly'),
    ]);
    expect(transceivers[4]?.codecs).toEqual([{ mimeType: 'audio/opus' }]);
    expect(transceivers[7]?.codecs).toMatchObject([
      { mimeType: 'video/VP8' },
      { mimeType: 'video/rtx' },
      { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=1;profile-level-id=42e01f' },
    ]);
    expect(offers()).toBe(1);
  });

  test('sends nothing through a line that only receives', async () => {
    const connection = await connect();
    engine.apply({ command: 'capture', audio: true, video: true });
    engine.apply({ command: 'flow', peer: 1, audio: true, video: true });
    const { microphone } = browser.devices.asked('audio').grantBoth();
    await flushMicrotasks();
    expect(connection.line('0').flowing).toBe(microphone);
    expect(connection.transceivers.filter(({ flowing }) => flowing).map(({ mid }) => mid)).toEqual([
      '0',
      '1',
    ]);
  });

  test('grows by lines and offers them, and what there was stays', async () => {
    const connection = await connect();
    const before = [...connection.transceivers];
    engine.apply({ command: 'grow', peer: 1, audio: 4, video: 8 });
    await flushMicrotasks();
    expect(connection.transceivers.slice(0, 8)).toEqual(before);
    expect(connection.transceivers).toHaveLength(12);
    expect(connection.line('11').init.direction).toBe('recvonly');
    expect([offers(), connection.offers.at(-1)]).toEqual([2, {}]);
  });

  test('takes less for the sent picture the more pictures everyone receives', async () => {
    const connection = await connect();
    const encoding = () => connection.line('1').parameters.encodings[0];
    expect(encoding()).toMatchObject({ maxBitrate: 600_000, scaleResolutionDownBy: 1.5 });
    engine.apply({ command: 'grow', peer: 1, audio: 8, video: 15 });
    await flushMicrotasks();
    expect(encoding()).toMatchObject({ maxBitrate: 200_000, scaleResolutionDownBy: 3 });
    expect(connection.line('0').parameters.encodings[0]).toEqual({ maxBitrate: 48_000 });
  });

  test('that is large enough offers nothing', async () => {
    await connect();
    engine.apply({ command: 'grow', peer: 1, audio: 2, video: 4 });
    engine.apply({ command: 'grow', peer: 9, audio: 8, video: 8 });
    await flushMicrotasks();
    expect(offers()).toBe(1);
  });

  test('grows after the offer that waits for its answer', async () => {
    const connection = await connect();
    engine.apply({ command: 'restart', peer: 1 });
    engine.apply({ command: 'grow', peer: 1, audio: 8, video: 4 });
    await flushMicrotasks();
    expect(connection.offers).toEqual([{}, { iceRestart: true }]);
    await answer();
    expect(connection.offers).toEqual([{}, { iceRestart: true }, {}]);
    await answer();
    expect([offers(), connection.signalingState]).toEqual([3, 'stable']);
  });

  test('that restarts while it waits to grow does both in one offer', async () => {
    const connection = await connect();
    engine.apply({ command: 'restart', peer: 1 });
    engine.apply({ command: 'grow', peer: 1, audio: 8, video: 4 });
    engine.apply({ command: 'restart', peer: 1 });
    await flushMicrotasks();
    await answer();
    expect(connection.offers).toEqual([{}, { iceRestart: true }, { iceRestart: true }]);
    expect(connection.line('11').kind).toBe('audio');
  });

  test('that is closed while it grows says nothing any more', async () => {
    await connect();
    engine.apply({ command: 'grow', peer: 1, audio: 8, video: 8 });
    engine.apply({ command: 'close' });
    await flushMicrotasks();
    expect(events).toHaveLength(1);
  });

  test('tells the encoder the same on every line, once on each', () => {
    const line = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n';
    const told = `${line}a=fmtp:96 x-google-start-bitrate=800\r\n`;
    expect(withStartBitrate(`v=0\r\n${line}m=audio 9 x 111\r\n${line}`)).toBe(
      `v=0\r\n${told}m=audio 9 x 111\r\n${told}`,
    );
  });
});

describe('sound of many', () => {
  const playing = () => FakeElement.all.filter(({ playing }) => playing?.kind === 'audio');

  test('comes through one element for each line, which plays on when the line goes to somebody else', async () => {
    const connection = await connect();
    put(sound(0, 'bob'), sound(2, 'carol'), sound(3, 'dave'));
    const elements = playing();
    expect(elements.map(({ playing }) => playing)).toEqual(
      ['0', '2', '3'].map((mid) => connection.line(mid).receiver.track),
    );
    put(sound(0, 'erin'), sound(2, 'bob'), sound(3, 'dave'));
    put(sound(2, 'bob'));
    put(sound(2, 'bob'), sound(3, 'carol'));
    expect(playing()).toEqual(elements);
    expect(elements.every(({ paused, muted }) => !paused && !muted)).toBe(true);
    engine.apply({ command: 'close' });
    expect(elements.every(({ paused, srcObject }) => paused && srcObject === null)).toBe(true);
  });

  test('is muted by account, whichever line it comes through', async () => {
    await connect();
    put(sound(0, 'bob', true), sound(2, 'carol'));
    const [first, second] = playing();
    expect([first?.muted, second?.muted]).toEqual([true, false]);
    put(sound(0, 'carol'), sound(2, 'bob', true));
    expect([first?.muted, second?.muted]).toEqual([false, true]);
    put(sound(0, 'carol'), sound(2, 'dave'));
    expect([first?.muted, second?.muted]).toEqual([false, false]);
  });

  test('goes to the chosen speaker on every line, also on those that come later', async () => {
    await connect();
    put(sound(0, 'bob'), sound(2, 'carol'));
    await engine.devices.useSpeaker('headset');
    put(sound(0, 'bob'), sound(2, 'carol'), sound(3, 'dave'));
    expect(playing().map(({ sink }) => sink)).toEqual(['headset', 'headset', 'headset']);
  });
});

describe('pictures of many', () => {
  test('follow their accounts from line to line into the attached views', async () => {
    const connection = await connect();
    const [bob, carol] = [view(), view()];
    engine.attachRemoteView('bob', bob);
    engine.attachRemoteView('carol', carol);
    const track = (mid: string) => connection.line(mid).receiver.track;
    put(picture(1, 'bob'), picture(5, 'carol'));
    expect([bob.playing, carol.playing]).toEqual([track('1'), track('5')]);
    put(picture(1, 'carol'), picture(6, 'bob'));
    expect([bob.playing, carol.playing]).toEqual([track('6'), track('1')]);
    put(picture(1, 'dave'), picture(6, 'bob'));
    expect([bob.playing, carol.srcObject]).toEqual([track('6'), null]);
  });

  test('are in no view any more once the call is closed or held, and the devices are shut', async () => {
    await connect();
    const [bob, own] = [view(), view()];
    engine.attachRemoteView('bob', bob);
    engine.attachLocalView(own);
    engine.apply({ command: 'capture', audio: true, video: true });
    const devices = Object.values(browser.devices.asked('audio').grantBoth());
    await flushMicrotasks();
    put(picture(1, 'bob'));
    engine.apply({ command: 'close' });
    expect([bob.srcObject, own.srcObject]).toEqual([null, null]);
    expect(devices.map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);

    engine.apply({ command: 'open', peer: 2, audio: 1, video: 1 });
    await flushMicrotasks();
    engine.apply({ command: 'slots', peer: 2, slots: [picture(1, 'bob')] });
    expect(bob.playing).toBe(FakePeerConnection.newest.line('1').receiver.track);
  });

  test('are known in the order in which their views were attached', () => {
    for (const accid of ['bob', 'carol', 'dave']) engine.attachRemoteView(accid, view());
    engine.attachRemoteView('bob', null);
    engine.attachRemoteView('bob', view());
    expect(engine.viewed).toEqual(['carol', 'dave', 'bob']);
  });
});

describe('first picture', () => {
  const frames = () => events.filter(({ event }) => event === 'first_video_frame');
  const inbound = (framesDecoded: number, keyFramesDecoded?: number) => ({
    type: 'inbound-rtp',
    framesDecoded,
    ...(keyFramesDecoded !== undefined && { keyFramesDecoded }),
    frameWidth: 320,
    frameHeight: 180,
  });

  /** A line that has shown bob's picture and has gone to carol. */
  async function reuse(...stats: object[]): Promise<object[]> {
    const connection = await connect();
    put(picture(5, 'bob'));
    FakeElement.all.find(({ showFrame }) => showFrame)?.showFrame?.(0, { width: 640, height: 360 });
    connection.line('5').receiver.stats.push(...stats);
    put(picture(5, 'carol'));
    await flushMicrotasks();
    return connection.line('5').receiver.stats;
  }

  test('is reported once for each line', async () => {
    await connect();
    put(picture(1, 'bob'), picture(5, 'carol'));
    put(picture(1, 'bob'), picture(5, 'carol'), picture(6, 'dave'));
    for (const { showFrame } of FakeElement.all) showFrame?.(0, { width: 640, height: 360 });
    expect(frames()).toMatchObject([{ mid: '1' }, { mid: '5' }, { mid: '6' }]);
  });

  test('of another account on the same line is its key picture, not what is left of the one before', async () => {
    const stats = await reuse(inbound(90, 2));
    await vi.advanceTimersByTimeAsync(120);
    stats[0] = inbound(93, 2);
    await vi.advanceTimersByTimeAsync(120);
    expect(frames()).toHaveLength(1);
    stats[0] = inbound(94, 3);
    await vi.advanceTimersByTimeAsync(120);
    expect(frames().at(-1)).toMatchObject({ mid: '5', width: 320, height: 180 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(frames()).toHaveLength(2);
  });

  test('of another account is not missed when its key picture came before the first look', async () => {
    const stats = await reuse(inbound(90, 3));
    stats[0] = inbound(95, 3);
    await vi.advanceTimersByTimeAsync(900);
    expect(frames()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(frames()).toHaveLength(2);
  });

  test('of another account comes with the next picture where the browser counts no key pictures', async () => {
    const stats = await reuse(inbound(90));
    await vi.advanceTimersByTimeAsync(120);
    expect(frames()).toHaveLength(1);
    stats[0] = inbound(91);
    await vi.advanceTimersByTimeAsync(120);
    expect(frames()).toHaveLength(2);
  });

  test('of an account that has lost its line is not waited for', async () => {
    const connection = await connect();
    put(picture(5, 'bob'));
    put();
    connection.line('5').receiver.stats.push(inbound(1, 1));
    for (const { showFrame } of FakeElement.all) showFrame?.(0, { width: 640, height: 360 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(frames()).toEqual([]);
  });
});

describe('stats of many', () => {
  const line = (mid: number, kind: 'audio' | 'video', counts: object) => ({
    type: 'inbound-rtp',
    mid: String(mid),
    kind,
    ...counts,
  });

  test('count for an account from when it took its line', async () => {
    const connection = await connect();
    put(sound(2, 'bob'), picture(5, 'bob'));
    connection.stats = [
      line(2, 'audio', { packetsReceived: 50, totalSamplesReceived: 48_000 }),
      line(5, 'video', { framesDecoded: 30, packetsLost: 4, frameWidth: 640, frameHeight: 360 }),
    ];
    put(sound(2, 'bob'), picture(5, 'carol'), picture(6, 'bob'));
    await flushMicrotasks();
    connection.stats = [
      line(2, 'audio', { packetsReceived: 60, totalSamplesReceived: 57_600 }),
      line(5, 'video', { framesDecoded: 45, packetsLost: 5, frameWidth: 320, frameHeight: 180 }),
      line(6, 'video', { framesDecoded: 7, frameWidth: 640, frameHeight: 360 }),
    ];
    const { remotes } = await engine.stats();
    expect(remotes).toEqual([
      {
        accid: 'bob',
        framesDecoded: 7,
        frameWidth: 640,
        frameHeight: 360,
        audioSamplesReceived: 57_600,
        audioPacketsReceived: 60,
        packetsLost: 0,
      },
      {
        accid: 'carol',
        framesDecoded: 15,
        frameWidth: 320,
        frameHeight: 180,
        audioSamplesReceived: 0,
        audioPacketsReceived: 0,
        packetsLost: 1,
      },
    ]);
  });

  test('begin at zero with another connection', async () => {
    await connect();
    put(picture(1, 'bob'));
    put(picture(1, 'carol'));
    engine.apply({ command: 'open', peer: 2, audio: 1, video: 1 });
    await flushMicrotasks();
    const connection = FakePeerConnection.newest;
    connection.stats = [line(1, 'video', { framesDecoded: 3 })];
    engine.apply({ command: 'slots', peer: 2, slots: [picture(1, 'dave')] });
    await flushMicrotasks();
    expect((await engine.stats()).remotes).toMatchObject([{ accid: 'dave', framesDecoded: 3 }]);
  });
});
