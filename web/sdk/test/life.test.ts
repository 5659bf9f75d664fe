// A client has a beginning and an end: what it holds while it lives, and that nothing is left of it afterwards.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Endpoint } from '../src/endpoint.ts';
import { Hullo } from '../src/hullo.ts';
import type { HulloOptions } from '../src/types.ts';
import type { Input, Output } from '../src/wire.ts';
import {
  type FakeBrowser,
  FakeElement,
  FakeLocks,
  FakePeerConnection,
  FakeWebSocket,
  flushMicrotasks,
  forgetPage,
  stubBrowser,
} from './fakes.ts';

/** Stands in for the Rust endpoint: answers by the test's script. */
const endpoint = vi.hoisted(() => ({
  inputs: [] as Input[],
  script: (_input: Input): Output[] => [],
  load: async () => {},
  made: 0,
  freed: 0,
}));

vi.mock('../src/endpoint.ts', () => ({
  loadEndpoint: async (): Promise<Endpoint> => {
    await endpoint.load();
    endpoint.made += 1;
    return {
      handle: (input) => {
        endpoint.inputs.push(input);
        return endpoint.script(input);
      },
      pollTimeout: () => performance.timeOrigin + performance.now() + 60_000,
      free: () => {
        endpoint.freed += 1;
      },
    };
  },
}));

let browser: FakeBrowser;
let locks: FakeLocks;
/** `window`: what listens to the network. */
let page: EventTarget;

beforeEach(() => {
  vi.useFakeTimers();
  forgetPage();
  browser = stubBrowser();
  locks = new FakeLocks();
  page = new EventTarget();
  vi.stubGlobal('navigator', { mediaDevices: browser.devices, locks });
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  Object.assign(endpoint, { inputs: [], script: signingIn, load: async () => {}, made: 0, freed: 0 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const create = (options: Partial<HulloOptions> = {}) => Hullo.create({ appKey: 'demo', ...options });

const off = { state: 'off' };
const local = {
  microphone: off,
  camera: off,
  screen: off,
  audio_muted: false,
  video_enabled: false,
  video_muted: false,
};
const call = {
  call_id: 'c1',
  version: 1,
  kind: 'one_to_one',
  media: 'video',
  state: 'ringing',
  participants: [],
};
const changed = (detail: object): Output => ({
  output: 'event',
  event: { event: 'changed', local, ...detail },
});

/** Signs in at once, and completes all else. */
function signingIn(input: Input): Output[] {
  if (input.input !== 'op') return [];
  const { ticket } = input;
  if (input.op.op !== 'login') return [{ output: 'complete', ticket, value: { is: 'done' } }];
  return [
    { output: 'open_socket' },
    { output: 'complete', ticket, value: { is: 'logged_in', accid: input.op.accid, secure: false } },
  ];
}

/** A client that is signed in and in a call, with its microphone open and the others' sound playing. */
async function inCall(options: Partial<HulloOptions> = {}): Promise<Hullo> {
  const hullo = await create(options);
  endpoint.script = (input) => [
    ...signingIn(input),
    ...(input.input === 'op'
      ? ([
          changed({ state: 'in_call', call }),
          { output: 'media', command: { command: 'open', peer: 1, audio: 1, video: 1 } },
          { output: 'media', command: { command: 'capture', audio: true, video: true } },
        ] as Output[])
      : []),
  ];
  await hullo.login('alice', 't');
  browser.devices.asked('audio').grantBoth();
  await flushMicrotasks();
  const slots = [
    { mid: '0', kind: 'audio', accid: 'bob', muted: false },
    { mid: '1', kind: 'video', accid: 'bob', muted: false },
  ] as const;
  endpoint.script = (input) => [
    ...signingIn(input),
    { output: 'media', command: { command: 'slots', peer: 1, slots: [...slots] } },
  ];
  await hullo.setAudioMute('bob', false);
  await flushMicrotasks();
  endpoint.inputs = endpoint.inputs.slice(0, 1);
  endpoint.script = signingIn;
  return hullo;
}

const deviceIds = () =>
  endpoint.inputs.flatMap((input) =>
    input.input === 'op' && input.op.op === 'login' ? [input.op.device.id] : [],
  );

describe('destroy', () => {
  test('leaves nothing: no socket, connection, device, view, timer, lock, listener or memory', async () => {
    const hullo = await inCall();
    const view = new FakeElement();
    hullo.attachLocalView(view as unknown as HTMLVideoElement);
    const socket = FakeWebSocket.newest;
    const tracks = [view.playing];
    expect([vi.getTimerCount(), locks.held.length, tracks.length]).toEqual([3, 1, 1]);
    await hullo.destroy();
    expect(socket.readyState).toBe(2);
    expect(FakePeerConnection.newest.connectionState).toBe('closed');
    expect(tracks.map((track) => track?.readyState)).toEqual(['ended']);
    expect(FakeElement.all.every(({ srcObject }) => srcObject === null)).toBe(true);
    expect([view.srcObject, vi.getTimerCount(), locks.held, endpoint.freed]).toEqual([null, 0, [], 1]);
    endpoint.inputs = [];
    page.dispatchEvent(new Event('online'));
    browser.document.dispatchEvent(new Event('visibilitychange'));
    socket.drop();
    expect(endpoint.inputs).toEqual([]);
  });

  test('does not hang up: the call goes on with the next client of the page', async () => {
    const first = await inCall();
    const { deviceId } = first;
    await first.destroy();
    expect(endpoint.inputs.filter((input) => input.input === 'op').map(({ op }) => op.op)).toEqual(['login']);
    const second = await create();
    await second.login('alice', 't');
    expect(deviceIds()).toEqual([deviceId, deviceId]);
  });

  test('rejects what is open and what is asked for afterwards', async () => {
    const hullo = await inCall();
    endpoint.script = () => [];
    const open = expect(hullo.call('bob')).rejects.toMatchObject({
      name: 'HulloError',
      kind: 'destroyed',
      code: 20120,
    });
    await hullo.destroy();
    await open;
    const video = new FakeElement() as unknown as HTMLVideoElement;
    const late = [
      hullo.login('alice', 't'),
      hullo.logout(),
      hullo.call('bob'),
      hullo.accept(),
      hullo.hangup(),
      hullo.devices(),
      hullo.stats(),
      hullo.useMicrophone('m'),
      hullo.switchCamera(),
      hullo.startSound(),
      hullo.showVideos('attached'),
    ];
    for (const operation of late) await expect(operation).rejects.toMatchObject({ kind: 'destroyed' });
    hullo.attachLocalView(video);
    hullo.attachRemoteView('bob', video);
    hullo.detachView(video);
    hullo.on('changed', () => {})();
    expect([hullo.state, hullo.accid, hullo.connected]).toEqual(['idle', undefined, false]);
  });

  test('is told to the screens as the last thing, and listeners are gone then', async () => {
    const hullo = await inCall();
    const states: string[] = [];
    hullo.on('changed', ({ state }) => states.push(state));
    await hullo.destroy();
    expect(states).toEqual(['idle']);
  });

  test('twice is once, also within a listener that it calls', async () => {
    const hullo = await inCall();
    hullo.on('changed', () => void hullo.destroy());
    await Promise.all([hullo.destroy(), hullo.destroy()]);
    await hullo.destroy();
    expect([endpoint.freed, locks.held]).toEqual([1, []]);
  });

  test('within a listener stops what else was to be done', async () => {
    const hullo = await create();
    const seen: string[] = [];
    hullo.on('userBusy', () => void hullo.destroy());
    hullo.on('callEnd', () => seen.push('callEnd'));
    endpoint.script = () => [
      { output: 'event', event: { event: 'user_busy', accid: 'bob' } },
      { output: 'event', event: { event: 'call_end', call_id: 'c1' } },
    ];
    await expect(hullo.hangup()).rejects.toMatchObject({ kind: 'destroyed' });
    expect(seen).toEqual([]);
  });

  test('is done at the end of a block by `await using`', async () => {
    const hullo = await create();
    await hullo[Symbol.asyncDispose]();
    await expect(hullo.hangup()).rejects.toMatchObject({ kind: 'destroyed' });
  });

  test('of a token that is being fetched comes to nothing', async () => {
    let give: (token: string) => void = () => {};
    const tokenProvider = () => new Promise<string>((resolve) => (give = resolve));
    const hullo = await create({ tokenProvider });
    endpoint.script = (input) => (input.input === 'op' ? [{ output: 'ask_login_token' }] : []);
    const login = expect(hullo.login('alice')).rejects.toMatchObject({ kind: 'destroyed' });
    await hullo.destroy();
    await login;
    give('late');
    await flushMicrotasks();
    expect(endpoint.inputs.some(({ input }) => input === 'login_token')).toBe(false);
  });
});

describe('signal', () => {
  test('that is aborted before the client is there makes none, and leaves nothing', async () => {
    let loaded: () => void = () => {};
    endpoint.load = () => new Promise((resolve) => (loaded = resolve));
    const controller = new AbortController();
    const creating = expect(create({ signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    controller.abort();
    await creating;
    loaded();
    await flushMicrotasks();
    expect([endpoint.freed, locks.held]).toEqual([1, []]);
    await expect(create({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(endpoint.made).toBe(1);
  });

  test('that is aborted later destroys the client', async () => {
    const controller = new AbortController();
    const hullo = await create({ signal: controller.signal });
    controller.abort();
    await expect(hullo.hangup()).rejects.toMatchObject({ kind: 'destroyed' });
    await hullo.destroy();
    expect(locks.held).toEqual([]);
  });
});

test('module that cannot be loaded makes no client, and leaves nothing', async () => {
  endpoint.load = () => Promise.reject(new Error('404'));
  await expect(create()).rejects.toThrow('404');
  expect(locks.held).toEqual([]);
});

describe('clients of one page', () => {
  test('that a framework mounts, unmounts and mounts again are the device that one alone is, also after a reload', async () => {
    const mountTwice = async () => {
      const first = create();
      const gone = first.then((hullo) => {
        void hullo.login('alice', 't').catch(() => {});
        return hullo.destroy();
      });
      const second = await create();
      await gone;
      await second.login('alice', 't');
      return second.deviceId;
    };
    const before = await mountTwice();
    forgetPage();
    locks.releaseAll();
    expect(await mountTwice()).toBe(before);
    forgetPage();
    locks.releaseAll();
    expect((await create()).deviceId).toBe(before);
  });

  test('that are signed in at once are two devices; one that is signed out leaves its id to the next', async () => {
    const [first, second] = [await create(), await create()];
    await first.login('alice', 't');
    await second.login('alice', 't');
    expect(new Set(deviceIds()).size).toBe(2);
    await first.logout();
    const third = await create();
    await third.login('alice', 't');
    expect(deviceIds()[2]).toBe(deviceIds()[0]);
  });

  test('keep their id through a login that fails while they are signed in', async () => {
    const hullo = await create();
    await hullo.login('alice', 't');
    const body = { code: 302, kind: 'wrong_token', message: '' } as const;
    endpoint.script = (input) =>
      input.input === 'op' ? [{ output: 'complete', ticket: input.ticket, error: body }] : [];
    await expect(hullo.login('alice', 'wrong')).rejects.toMatchObject({ kind: 'wrong_token' });
    const other = await create();
    expect(other.deviceId).not.toBe(hullo.deviceId);
  });
});

describe('the app is asked', () => {
  const rings = { ...call, call_id: 'rings' };
  const becomes = async (hullo: Hullo, detail: object) => {
    endpoint.script = (input) => [...signingIn(input), changed(detail)];
    await hullo.hangup();
    endpoint.script = signingIn;
    endpoint.inputs = [];
  };
  const ops = () => endpoint.inputs.flatMap((input) => (input.input === 'op' ? [input.op.op] : []));

  test.each([
    ['gives false', () => false],
    ['resolves with false', async () => false],
    ['rejects', () => Promise.reject(new Error('no credit'))],
    [
      'throws',
      () => {
        throw new Error('no credit');
      },
    ],
  ])('before a call: one that %s refuses, and nobody is dialled', async (_, beforeCall) => {
    const hullo = await create({ beforeCall });
    await expect(hullo.call('bob')).rejects.toMatchObject({ kind: 'refused_by_app', code: 20122 });
    await expect(hullo.groupCall(['bob', 'carol'])).rejects.toMatchObject({ kind: 'refused_by_app' });
    expect(ops()).toEqual([]);
  });

  test('before a call: whom it is for and how', async () => {
    const asked: unknown[] = [];
    const hullo = await create({ beforeCall: (...what) => Boolean(asked.push(what)) });
    endpoint.script = (input) =>
      input.input === 'op' ? [{ output: 'complete', ticket: input.ticket, value: { is: 'call', call } }] : [];
    await hullo.call('bob', { attachment: 'hi' });
    await hullo.groupCall(['bob', 'carol'], { media: 'audio', groupId: 'g' });
    expect(asked).toEqual([
      [['bob'], { media: 'video', attachment: 'hi' }],
      [['bob', 'carol'], { media: 'audio', groupId: 'g' }],
    ]);
    expect(ops()).toEqual(['call', 'group_call']);
  });

  test('before an answer: one that says no leaves it ringing', async () => {
    const asked: string[] = [];
    const hullo = await create({
      beforeAccept: ({ callId }) => {
        asked.push(callId);
        return false;
      },
    });
    await becomes(hullo, { state: 'called', call: rings });
    await expect(hullo.accept()).rejects.toMatchObject({ kind: 'refused_by_app' });
    await becomes(hullo, { state: 'in_call', call, waiting: rings });
    await expect(hullo.acceptWaiting('rings', 'end')).rejects.toMatchObject({ kind: 'refused_by_app' });
    expect([asked, ops()]).toEqual([['rings', 'rings'], []]);
  });

  test('before an answer: what rings by then in place of it is not answered', async () => {
    let decide: (answer: boolean) => void = () => {};
    const hullo = await create({ beforeAccept: () => new Promise((resolve) => (decide = resolve)) });
    await becomes(hullo, { state: 'called', call: rings });
    const answer = expect(hullo.accept()).rejects.toMatchObject({ kind: 'call_over' });
    await becomes(hullo, { state: 'called', call: { ...rings, call_id: 'another' } });
    decide(true);
    await answer;
    expect(ops()).toEqual([]);
  });

  test('and not where there is nothing to answer: the error says that', async () => {
    const beforeAccept = vi.fn(() => false);
    const hullo = await create({ beforeAccept });
    await hullo.accept().catch(() => {});
    expect([beforeAccept.mock.calls, ops()]).toEqual([[], ['accept']]);
  });
});

test('volume that is none is refused', async () => {
  const hullo = await create();
  for (const volume of [-0.1, 1.1, Number.NaN]) {
    expect(() => hullo.setVolume('bob', volume)).toThrow(
      expect.objectContaining({ kind: 'invalid_argument' }),
    );
  }
  hullo.setVolume('bob', 0);
  expect([hullo.volumeOf('BOB'), hullo.volumeOf('carol')]).toEqual([0, 1]);
});

describe('listeners', () => {
  test('that throw are reported, and stop neither the others nor the operation', async () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const hullo = await create();
    const mistake = new Error('a mistake of the app');
    hullo.on('changed', () => {
      throw mistake;
    });
    endpoint.script = (input) => [changed({ state: 'idle' }), ...signingIn(input)];
    await hullo.hangup();
    await hullo.hangup();
    expect(reported).toEqual([mistake, mistake]);
  });

  test('that are given twice are called twice, and stopped one by one, however often', async () => {
    const hullo = await create();
    const listener = vi.fn();
    const [stopFirst] = [hullo.on('changed', listener), hullo.on('changed', listener)];
    stopFirst();
    stopFirst();
    endpoint.script = (input) => [changed({ state: 'idle' }), ...signingIn(input)];
    await hullo.hangup();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('that another listener has stopped are not called any more', async () => {
    const hullo = await create();
    const listener = vi.fn();
    hullo.on('changed', () => stop());
    const stop = hullo.on('changed', listener);
    endpoint.script = (input) => [changed({ state: 'idle' }), ...signingIn(input)];
    await hullo.hangup();
    expect(listener).not.toHaveBeenCalled();
  });
});
