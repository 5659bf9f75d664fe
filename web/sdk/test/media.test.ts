// The media engine against a fake browser: devices open and close as they are wanted, whatever happens meanwhile.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MediaEngine } from '../src/media/engine.ts';
import type { MediaEvent } from '../src/wire.ts';
import {
  type FakeBrowser,
  FakeElement,
  FakePeerConnection,
  FakeStorage,
  FakeTrack,
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
  engine = new MediaEngine((event) => events.push(event));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const view = () => new FakeElement() as unknown as HTMLVideoElement & FakeElement;

const answer = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:102 H264/90000',
  'a=fmtp:102 packetization-mode=1',
  '',
].join('\r\n');

/** An open connection whose answer has come. */
async function connect(peer = 1): Promise<FakePeerConnection> {
  engine.apply({ command: 'open', peer, audio: 1, video: 1 });
  await flushMicrotasks();
  engine.apply({ command: 'answer', peer, sdp: answer });
  await flushMicrotasks();
  return FakePeerConnection.newest;
}

/** Both devices wanted and granted. */
async function capture(): Promise<{ microphone: FakeTrack; camera: FakeTrack }> {
  engine.apply({ command: 'capture', audio: true, video: true });
  const tracks = browser.devices.asked('audio').grantBoth();
  await flushMicrotasks();
  return tracks;
}

/** What a device has done, in order. */
function states(kind: 'audio' | 'video'): string[] {
  return events.flatMap((event) => (event.event === 'device' && event.kind === kind ? [event.state] : []));
}

/** Which devices have failed, and why. */
function failures(): (string | undefined)[][] {
  return events.flatMap((event) =>
    event.event === 'device' && event.state === 'failed' ? [[event.kind, event.failure]] : [],
  );
}

describe('connection', () => {
  test('offers one audio and one video line without any track, and few codecs', async () => {
    engine.apply({ command: 'open', peer: 7, audio: 1, video: 1 });
    await flushMicrotasks();
    expect(events).toEqual([{ event: 'offered', peer: 7, sdp: 'offer 1' }]);
    const { configuration, transceivers } = FakePeerConnection.newest;
    expect(configuration.bundlePolicy).toBe('max-bundle');
    expect(transceivers.map(({ kind, init }) => [kind, init.direction])).toEqual([
      ['audio', 'sendrecv'],
      ['video', 'sendrecv'],
    ]);
    expect(transceivers.map(({ sent }) => sent)).toEqual([[], []]);
    const [audio, video] = transceivers.map(({ codecs }) => codecs);
    expect(audio).toEqual([{ mimeType: 'audio/opus' }]);
    expect(video).toHaveLength(3);
  });

  test('reports how it goes, until it is closed', async () => {
    const connection = await connect();
    for (const state of ['connecting', 'connected', 'disconnected', 'failed'] as const)
      connection.become(state);
    engine.apply({ command: 'close' });
    connection.become('failed');
    expect(events.map(({ event }) => event)).toEqual(['offered', 'connected', 'disconnected', 'failed']);
  });

  test('restarts ICE with a new offer after the answer to the first', async () => {
    const connection = await connect();
    engine.apply({ command: 'restart', peer: 1 });
    await flushMicrotasks();
    expect(connection.offers).toEqual([{}, { iceRestart: true }]);
    expect(events.at(-1)).toEqual({ event: 'offered', peer: 1, sdp: 'offer 2' });
  });

  test('tells the encoder to begin with a whole picture', async () => {
    const connection = await connect();
    expect(connection.answers[0]?.split('\r\n')).toEqual([
      'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102',
      'a=rtpmap:96 VP8/90000',
      'a=fmtp:96 x-google-start-bitrate=800',
      'a=rtpmap:97 rtx/90000',
      'a=fmtp:97 apt=96',
      'a=rtpmap:102 H264/90000',
      'a=fmtp:102 packetization-mode=1;x-google-start-bitrate=800',
      '',
    ]);
  });

  test('fails when the answer cannot be read, and ignores one that comes twice', async () => {
    const connection = await connect();
    engine.apply({ command: 'answer', peer: 1, sdp: 'garbage' });
    await flushMicrotasks();
    expect(connection.answers).toHaveLength(1);
    expect(events).toHaveLength(1);
    engine.apply({ command: 'restart', peer: 1 });
    engine.apply({ command: 'answer', peer: 1, sdp: 'garbage' });
    await flushMicrotasks();
    expect(events.at(-1)).toEqual({ event: 'failed', peer: 1 });
  });

  test('takes no command that is meant for another one', async () => {
    const connection = await connect(2);
    const { microphone } = await capture();
    engine.apply({ command: 'flow', peer: 1, audio: true, video: true });
    engine.apply({ command: 'restart', peer: 1 });
    await flushMicrotasks();
    expect(connection.offers).toHaveLength(1);
    expect(connection.track('audio').flowing).not.toBe(microphone);
  });

  test('that is replaced is closed and says nothing any more', async () => {
    engine.apply({ command: 'open', peer: 1, audio: 1, video: 1 });
    engine.apply({ command: 'open', peer: 2, audio: 1, video: 1 });
    await flushMicrotasks();
    expect(FakePeerConnection.all[0]?.signalingState).toBe('closed');
    expect(events).toEqual([{ event: 'offered', peer: 2, sdp: 'offer 1' }]);
  });
});

describe('local devices', () => {
  test('flow only when they are told to, and stop at once', async () => {
    const connection = await connect();
    const { microphone, camera } = await capture();
    expect(connection.track('audio').flowing).toBeNull();
    expect(connection.track('video').flowing).toBeNull();
    engine.apply({ command: 'flow', peer: 1, audio: true, video: true });
    expect(connection.track('audio').flowing).toBe(microphone);
    expect(connection.track('video').flowing).toBe(camera);
    engine.apply({ command: 'flow', peer: 1, audio: true, video: false });
    expect(connection.track('video').flowing).toBeNull();
    expect(camera.readyState).toBe('live');
  });

  test('that open after flow was allowed begin to flow by themselves', async () => {
    const connection = await connect();
    engine.apply({ command: 'flow', peer: 1, audio: true, video: true });
    const { camera } = await capture();
    expect(connection.track('video').flowing).toBe(camera);
  });

  test('are asked for once however often they are wanted', async () => {
    await capture();
    engine.apply({ command: 'capture', audio: true, video: true });
    expect(browser.devices.requests).toHaveLength(1);
  });

  test('are released at once when they are not wanted any more', async () => {
    const { microphone, camera } = await capture();
    engine.apply({ command: 'capture', audio: true, video: false });
    expect([microphone.readyState, camera.readyState]).toEqual(['live', 'ended']);
    engine.apply({ command: 'close' });
    expect(microphone.readyState).toBe('ended');
  });

  test('that the browser hands over after the call is over are stopped', async () => {
    engine.apply({ command: 'capture', audio: true, video: true });
    engine.apply({ command: 'close' });
    const { microphone, camera } = browser.devices.asked('audio').grantBoth();
    await flushMicrotasks();
    expect([microphone.readyState, camera.readyState]).toEqual(['ended', 'ended']);
    expect([states('audio'), states('video')]).toEqual([
      ['asking', 'off'],
      ['asking', 'off'],
    ]);
  });

  test('that are wanted again while the first request is open keep the second track only', async () => {
    engine.apply({ command: 'capture', audio: true, video: false });
    engine.apply({ command: 'capture', audio: false, video: false });
    engine.apply({ command: 'capture', audio: true, video: false });
    const [first, second] = browser.devices.requests;
    const late = second?.grant();
    const later = first?.grant();
    await flushMicrotasks();
    expect([late?.readyState, later?.readyState]).toEqual(['live', 'ended']);
  });

  test('both are asked for in one prompt', async () => {
    await capture();
    expect(browser.devices.requests).toHaveLength(1);
    expect(states('audio')).toEqual(['asking', 'on']);
    expect(states('video')).toEqual(['asking', 'on']);
  });

  test('missing camera does not cost the microphone', async () => {
    const connection = await connect();
    engine.apply({ command: 'flow', peer: 1, audio: true, video: true });
    engine.apply({ command: 'capture', audio: true, video: true });
    browser.devices.asked('audio').refuse('NotFoundError');
    await flushMicrotasks();
    const microphone = browser.devices.asked('audio').grant();
    browser.devices.asked('video').refuse('NotFoundError');
    await flushMicrotasks();
    expect(connection.track('audio').flowing).toBe(microphone);
    expect(states('audio')).toEqual(['asking', 'on']);
    expect(events).toContainEqual({
      event: 'device',
      kind: 'video',
      state: 'failed',
      failure: 'missing',
      message: 'video refused',
    });
  });

  test('what the person has declined is not asked for a second time', async () => {
    browser.permissions = { microphone: 'prompt', camera: 'prompt' };
    engine.apply({ command: 'capture', audio: true, video: true });
    browser.devices.asked('audio').refuse('NotAllowedError');
    await flushMicrotasks();
    expect(browser.devices.requests).toHaveLength(1);
    expect(failures()).toEqual([
      ['audio', 'denied'],
      ['video', 'denied'],
    ]);
  });

  test('camera that is blocked for the page does not keep it from asking for the microphone', async () => {
    browser.permissions = { microphone: 'prompt', camera: 'denied' };
    engine.apply({ command: 'capture', audio: true, video: true });
    browser.devices.asked('audio').refuse('NotAllowedError');
    await flushMicrotasks();
    expect(failures()).toEqual([['video', 'denied']]);
    browser.devices.asked('audio').grant();
    await flushMicrotasks();
    expect(states('audio')).toEqual(['asking', 'on']);
  });

  test.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['OverconstrainedError', 'missing'],
    ['NotReadableError', 'busy'],
    ['AbortError', 'busy'],
  ])('%s is reported as %s', async (name, failure) => {
    engine.apply({ command: 'capture', audio: true, video: false });
    browser.devices.asked('audio').refuse(name);
    await flushMicrotasks();
    expect(failures()).toEqual([['audio', failure]]);
  });

  test('page that may not use devices says so', async () => {
    vi.stubGlobal('navigator', {});
    engine.apply({ command: 'capture', audio: true, video: true });
    await flushMicrotasks();
    expect(failures()).toEqual([
      ['audio', 'insecure'],
      ['video', 'insecure'],
    ]);
  });

  test('failed device is tried again when that is asked for', async () => {
    engine.apply({ command: 'capture', audio: true, video: false });
    engine.apply({ command: 'retry', kind: 'audio' });
    expect(browser.devices.requests).toHaveLength(1);
    browser.devices.asked('audio').refuse('NotReadableError');
    await flushMicrotasks();
    engine.apply({ command: 'retry', kind: 'audio' });
    browser.devices.asked('audio').grant();
    await flushMicrotasks();
    expect(states('audio')).toEqual(['asking', 'failed', 'asking', 'on']);
  });

  test('failed microphone comes back when another is chosen', async () => {
    engine.apply({ command: 'capture', audio: true, video: false });
    browser.devices.asked('audio').refuse('NotReadableError');
    await flushMicrotasks();
    const chosen = engine.devices.useMicrophone('second');
    browser.devices.asked('audio').grant();
    await chosen;
    expect(states('audio')).toEqual(['asking', 'failed', 'asking', 'on']);
  });

  test('unplugged microphone is replaced by another, and reported when there is none', async () => {
    const connection = await connect();
    const { microphone } = await capture();
    engine.apply({ command: 'flow', peer: 1, audio: true, video: true });
    vi.advanceTimersByTime(5_000);
    microphone.end();
    expect(connection.track('audio').flowing).toBeNull();
    const other = browser.devices.asked('audio').grant();
    await flushMicrotasks();
    expect(connection.track('audio').flowing).toBe(other);

    vi.advanceTimersByTime(5_000);
    other.end();
    browser.devices.asked('audio').refuse('NotFoundError');
    await flushMicrotasks();
    expect(failures()).toEqual([['audio', 'ended']]);
  });

  test('device that ends as soon as it is opened is not asked for again and again', async () => {
    const { microphone } = await capture();
    microphone.end();
    await flushMicrotasks();
    expect(browser.devices.requests).toHaveLength(1);
    expect(failures()).toEqual([['audio', 'ended']]);
  });
});

describe('choice of devices', () => {
  test('changes the camera in the call and is remembered', async () => {
    const connection = await connect();
    const { camera } = await capture();
    engine.apply({ command: 'flow', peer: 1, audio: true, video: true });
    const chosen = engine.devices.useCamera('second');
    expect(camera.readyState).toBe('ended');
    expect(browser.devices.asked('video').constraints).toMatchObject({
      video: { deviceId: { exact: 'second' } },
    });
    const other = browser.devices.asked('video').grant();
    await chosen;
    expect(connection.track('video').flowing).toBe(other);

    engine = new MediaEngine(() => {});
    engine.apply({ command: 'capture', audio: false, video: true });
    expect(browser.devices.asked('video').constraints).toMatchObject({
      video: { deviceId: { ideal: 'second' } },
    });
  });

  test('goes back to the old camera when the new one cannot be opened', async () => {
    await capture();
    const chosen = engine.devices.useCamera('broken');
    browser.devices.asked('video').refuse('NotReadableError');
    await expect(chosen).rejects.toMatchObject({ kind: 'camera_unavailable', code: 50001 });
    expect(browser.devices.requests).toHaveLength(3);
    expect(browser.devices.asked('video').constraints).toMatchObject({ video: { facingMode: 'user' } });
    expect(browser.storage.entries.size).toBe(0);
  });

  test('does not open a camera again that was closed while another was being opened', async () => {
    await capture();
    const chosen = engine.devices.useCamera('slow');
    const refused = expect(chosen).rejects.toMatchObject({ kind: 'camera_unavailable' });
    engine.apply({ command: 'close' });
    browser.devices.asked('video').refuse('AbortError');
    await refused;
    expect(browser.devices.requests).toHaveLength(2);
  });

  test('turns a phone to its other camera', async () => {
    engine.apply({ command: 'capture', audio: false, video: true });
    browser.devices.asked('video').grant(new FakeTrack('video', { facingMode: 'user' }));
    await flushMicrotasks();
    const switched = engine.devices.switchCamera();
    browser.devices.asked('video').grant();
    await switched;
    expect(browser.devices.asked('video').constraints).toMatchObject({
      video: { facingMode: 'environment' },
    });
  });

  test('goes around the cameras of a desktop', async () => {
    browser.devices.list = ['a', 'b'].map((deviceId) => ({ kind: 'videoinput', deviceId }));
    engine.apply({ command: 'capture', audio: false, video: true });
    browser.devices.asked('video').grant(new FakeTrack('video', { deviceId: 'b' }));
    await flushMicrotasks();
    const switched = engine.devices.switchCamera();
    await flushMicrotasks();
    browser.devices.asked('video').grant();
    await switched;
    expect(browser.devices.asked('video').constraints).toMatchObject({ video: { deviceId: { exact: 'a' } } });
  });

  test('works where storage is forbidden', async () => {
    vi.stubGlobal('localStorage', undefined);
    engine = new MediaEngine(() => {});
    await engine.devices.useMicrophone('any');
    engine.apply({ command: 'capture', audio: true, video: false });
    expect(browser.devices.asked('audio').constraints).toMatchObject({
      audio: { deviceId: { ideal: 'any' } },
    });
    vi.stubGlobal('localStorage', new FakeStorage());
  });
});

describe('what the others send', () => {
  const slots = (muted = false) => [
    { mid: '0', kind: 'audio' as const, accid: 'bob', muted },
    { mid: '1', kind: 'video' as const, accid: 'bob', muted: false },
  ];

  test('is heard through an element of its own, and stops with the call', async () => {
    const connection = await connect();
    engine.apply({ command: 'slots', peer: 1, slots: slots() });
    const sound = FakeElement.all.find(({ playing }) => playing === connection.track('audio').receiver.track);
    expect(sound).toMatchObject({ muted: false, paused: false });
    engine.apply({ command: 'slots', peer: 1, slots: slots(true) });
    expect(sound?.muted).toBe(true);
    engine.apply({ command: 'close' });
    expect(sound).toMatchObject({ paused: true, srcObject: null });
  });

  test('goes to the chosen speaker, in this call and the next', async () => {
    const connection = await connect();
    engine.apply({ command: 'slots', peer: 1, slots: slots() });
    await engine.devices.useSpeaker('headset');
    const sound = FakeElement.all.find(({ playing }) => playing === connection.track('audio').receiver.track);
    expect(sound?.sink).toBe('headset');
    await expect(engine.devices.useSpeaker('gone')).rejects.toMatchObject({ name: 'HulloError' });
    expect(browser.storage.entries.get('hullo:speaker')).toBe('headset');
  });

  test('reports the first picture once, without any view', async () => {
    await connect();
    engine.apply({ command: 'slots', peer: 1, slots: slots() });
    engine.apply({ command: 'slots', peer: 1, slots: slots(true) });
    const probes = FakeElement.all.filter(({ showFrame }) => showFrame);
    expect(probes).toHaveLength(1);
    probes[0]?.showFrame?.(0, { width: 960, height: 540 });
    await vi.advanceTimersByTimeAsync(1_000);
    const frame = { event: 'first_video_frame', peer: 1, mid: '1', width: 960, height: 540 };
    expect(events.filter(({ event }) => event === 'first_video_frame')).toEqual([frame]);
  });

  test('reports the first picture from the stats where no element draws it', async () => {
    const connection = await connect();
    engine.apply({ command: 'slots', peer: 1, slots: slots() });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events).toHaveLength(1);
    const { stats } = connection.track('video').receiver;
    stats.push({ type: 'inbound-rtp', framesDecoded: 1, frameWidth: 640, frameHeight: 360 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events.at(-1)).toMatchObject({ event: 'first_video_frame', width: 640, height: 360 });
  });

  test('reports no picture after the end', async () => {
    const connection = await connect();
    engine.apply({ command: 'slots', peer: 1, slots: slots() });
    connection.track('video').receiver.stats.push({ type: 'inbound-rtp', framesDecoded: 1 });
    engine.apply({ command: 'close' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events).toHaveLength(1);
  });
});

describe('local view', () => {
  test('shows the camera while it is open', async () => {
    const own = view();
    engine.attachLocalView(own);
    const { camera } = await capture();
    expect(own.playing).toBe(camera);
    engine.apply({ command: 'capture', audio: true, video: false });
    expect(own.srcObject).toBeNull();
  });
});

describe('servers that help media through', () => {
  const turn = (credential: string) => [{ urls: ['turn:turn.example.com'], username: '1:42', credential }];

  test('those that the server names are used by the next connection, and renewed in the one there is', async () => {
    engine.apply({ command: 'ice_servers', ice_servers: turn('first') });
    const connection = await connect();
    expect(connection.configuration).toEqual({
      bundlePolicy: 'max-bundle',
      iceServers: turn('first'),
      iceTransportPolicy: 'all',
    });
    engine.apply({ command: 'ice_servers', ice_servers: turn('second') });
    expect(connection.configuration.iceServers).toEqual(turn('second'));
    expect((await connect(2)).configuration.iceServers).toEqual(turn('second'));
  });

  test('those that the app has set count', async () => {
    const network = { iceServers: turn('own'), iceTransportPolicy: 'relay' as const };
    engine = new MediaEngine((event) => events.push(event), network);
    engine.apply({ command: 'ice_servers', ice_servers: turn('first') });
    const { configuration } = await connect();
    expect(configuration).toMatchObject(network);
  });

  test('news of them does not disturb a connection that is closed', async () => {
    const connection = await connect();
    engine.apply({ command: 'close' });
    engine.apply({ command: 'ice_servers', ice_servers: turn('late') });
    expect(connection.configuration.iceServers).toEqual([]);
  });
});
