// The client over a scripted endpoint: what it hands in, what it carries out, and in which order.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Hullo } from '../src/hullo.ts';
import type { HulloOptions } from '../src/types.ts';
import type { Input, Op, Output } from '../src/wire.ts';
import {
  type FakeBrowser,
  FakePeerConnection,
  FakeWebSocket,
  flushMicrotasks,
  stubBrowser,
} from './fakes.ts';

/** Stands in for the Rust endpoint: answers each input by the test's script and remembers it. */
const endpoint = vi.hoisted(() => ({
  inputs: [] as Input[],
  script: (_input: Input): Output[] => [],
  timeoutAtMs: undefined as number | undefined,
  freed: 0,
}));

vi.mock('../src/endpoint.ts', () => ({
  loadEndpoint: async () => ({
    handle: (input: Input): Output[] => {
      endpoint.inputs.push(input);
      return endpoint.script(input);
    },
    pollTimeout: () => endpoint.timeoutAtMs,
    free: () => {
      endpoint.freed += 1;
    },
  }),
}));

let browser: FakeBrowser;
let hullo: Hullo;

beforeEach(async () => {
  vi.useFakeTimers();
  browser = stubBrowser();
  endpoint.inputs = [];
  endpoint.script = () => [];
  endpoint.timeoutAtMs = undefined;
  endpoint.freed = 0;
  hullo = await create();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function create(options: Partial<HulloOptions> = {}): Promise<Hullo> {
  return Hullo.create({ appKey: 'demo', deviceId: 'tab', ...options });
}

const event = (name: string, detail: object = {}): Output => ({
  output: 'event',
  event: { event: name, ...detail },
});
const local = {
  microphone: { state: 'on' },
  camera: { state: 'failed', failure: 'busy' },
  screen: { state: 'off' },
  audio_muted: true,
  video_enabled: true,
  video_muted: false,
};
const view = {
  call_id: 'c1',
  version: 3,
  kind: 'one_to_one',
  media: 'video',
  state: 'ringing',
  caller: 'alice',
  participants: [{ accid: 'alice', uid: 1, state: 'accepted', audio: 'on', video: 'on' }],
};

/** Completes each operation with what the test says. */
function completing(
  complete: (op: Op) => { value?: unknown; error?: (Output & { output: 'complete' })['error'] },
): void {
  endpoint.script = (input) => {
    if (input.input !== 'op') return [];
    const { value, error } = complete(input.op);
    return [{ output: 'complete', ticket: input.ticket, value, ...(error && { error }) }];
  };
}

describe('operation', () => {
  test('is handed over with its values and resolves with what the endpoint completes it with', async () => {
    completing(() => ({ value: { is: 'call', call: view } }));
    const call = await hullo.call('bob', { media: 'audio', attachment: 'hi', timeoutMs: 9_000 });
    expect(endpoint.inputs).toEqual([
      {
        input: 'op',
        ticket: 1,
        op: { op: 'call', accid: 'bob', media: 'audio', attachment: 'hi', timeout_ms: 9_000 },
      },
    ]);
    expect(call).toEqual({
      callId: 'c1',
      version: 3,
      kind: 'one_to_one',
      media: 'video',
      state: 'ringing',
      caller: 'alice',
      participants: [
        {
          accid: 'alice',
          uid: 1,
          state: 'accepted',
          audio: 'on',
          video: 'on',
          reconnecting: false,
          held: false,
          screen: false,
        },
      ],
      secure: false,
    });
  });

  test('rejects with the error that the endpoint gives', async () => {
    completing(() => ({
      error: { code: 20017, kind: 'accept_while_idle', message: 'There is no call to accept.' },
    }));
    await expect(hullo.accept()).rejects.toMatchObject({
      name: 'HulloError',
      code: 20017,
      kind: 'accept_while_idle',
      message: 'There is no call to accept.',
    });
  });

  test('settles once, however often it is completed', async () => {
    endpoint.script = (input) =>
      input.input === 'op'
        ? [
            { output: 'complete', ticket: input.ticket, value: { is: 'switched', agreed: true } },
            { output: 'complete', ticket: input.ticket, value: { is: 'switched', agreed: false } },
          ]
        : [];
    expect(await hullo.switchCallType('video')).toBe(true);
  });

  test('stays open until its own ticket is completed', async () => {
    const settled: string[] = [];
    void hullo.hangup().then(() => settled.push('hangup'));
    void hullo.logout().then(() => settled.push('logout'));
    endpoint.script = () => [{ output: 'complete', ticket: 2, value: { is: 'done' } }];
    void hullo.reject();
    await flushMicrotasks();
    expect(settled).toEqual(['logout']);
  });

  test('with a value that the endpoint cannot take is refused and leaves the others alone', async () => {
    endpoint.script = () => {
      throw new Error('"a b" is not an accid');
    };
    await expect(hullo.call('a b')).rejects.toMatchObject({
      kind: 'bad_request',
      code: 414,
      message: /not an accid/,
    });
    completing(() => ({ value: { is: 'done' } }));
    await expect(hullo.hangup()).resolves.toBeUndefined();
  });

  test('and all that were open fail when the module itself does, and no device stays open', async () => {
    endpoint.script = () => [
      event('changed', { state: 'in_call', call: view, local }),
      { output: 'media', command: { command: 'capture', audio: true, video: false } },
    ];
    const open = expect(hullo.accept()).rejects.toMatchObject({ kind: 'unknown' });
    const microphone = browser.devices.asked('audio').grant();
    await flushMicrotasks();
    const received: unknown[] = [];
    hullo.on('changed', ({ state }) => received.push(state));
    hullo.on('error', ({ error }) => received.push(error.kind));
    endpoint.script = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    await expect(hullo.setAudioMute('bob', true)).rejects.toMatchObject({ kind: 'unknown' });
    await open;
    expect([received, hullo.state, microphone.readyState]).toEqual([['idle', 'unknown'], 'idle', 'ended']);

    endpoint.script = () => {
      throw new Error('recursive use of an object');
    };
    await expect(hullo.hangup()).rejects.toMatchObject({ kind: 'unknown' });
  });
});

describe('outputs', () => {
  test('are carried out in order, and events follow when all are out', async () => {
    endpoint.script = (input) =>
      input.input === 'socket_opened'
        ? [event('reconnected'), { output: 'send', text: 'one' }, { output: 'send', text: 'two' }]
        : [{ output: 'open_socket' }];
    void hullo.login('alice', 'token');
    const socket = FakeWebSocket.newest;
    expect([socket.url, socket.protocol]).toEqual(['wss://calls.example.com/v1/ws', 'hullo.v1']);
    const sentAtEvent: number[] = [];
    hullo.on('reconnected', () => sentAtEvent.push(socket.sent.length));
    socket.open();
    expect(socket.sent).toEqual(['one', 'two']);
    expect(sentAtEvent).toEqual([2]);
  });

  test('reach the media before an event speaks of it', () => {
    endpoint.script = () => [
      event('changed', { state: 'called', local }),
      { output: 'media', command: { command: 'open', peer: 1, audio: 1, video: 1 } },
    ];
    const connections: number[] = [];
    hullo.on('changed', () => connections.push(FakePeerConnection.all.length));
    void hullo.hangup();
    expect(connections).toEqual([1]);
  });

  test('of an operation that a listener asks for come after those that are being carried out', () => {
    const log: string[] = [];
    endpoint.script = (input) => {
      if (input.input !== 'op') return [];
      log.push(`handle ${input.op.op}`);
      if (input.op.op === 'cancel') return [event('call_end', { call_id: 'c' })];
      return [event('calling_time_out'), event('call_end', { call_id: 'c' })];
    };
    hullo.on('callingTimeOut', () => {
      log.push('listener begins');
      void hullo.cancel();
      log.push('listener ends');
    });
    hullo.on('callEnd', () => log.push('callEnd'));
    void hullo.hangup();
    expect(log).toEqual([
      'handle hangup',
      'listener begins',
      'listener ends',
      'callEnd',
      'handle cancel',
      'callEnd',
    ]);
  });
});

describe('state', () => {
  test('has changed before a listener and before a promise learn why', async () => {
    endpoint.script = (input) =>
      input.input === 'op'
        ? [
            { output: 'complete', ticket: input.ticket, value: { is: 'accepted', call: view, members: [] } },
            event('changed', { state: 'in_call', call: view, local }),
            event('user_enter', { accid: 'bob' }),
          ]
        : [];
    const seen: unknown[] = [];
    hullo.on('userEnter', ({ accid }) => seen.push([accid, hullo.state, hullo.current?.callId]));
    const members = await hullo.accept();
    seen.push([members, hullo.state, hullo.local.audioMuted]);
    expect(seen).toEqual([
      ['bob', 'in_call', 'c1'],
      [[], 'in_call', true],
    ]);
  });

  test('forgets the call when it is over: null is absent', () => {
    endpoint.script = () => [event('changed', { state: 'in_call', call: view, local })];
    void hullo.hangup();
    endpoint.script = () => [event('changed', { state: 'idle', call: null, local })];
    const details: object[] = [];
    hullo.on('changed', (detail) => details.push(detail));
    void hullo.hangup();
    expect(hullo.current).toBeUndefined();
    expect(details.map((detail) => 'call' in detail)).toEqual([false]);
  });

  test('knows the account while it is signed in', async () => {
    endpoint.script = (input) =>
      input.input === 'op'
        ? [
            { output: 'open_socket' },
            {
              output: 'complete',
              ticket: input.ticket,
              value: { is: 'logged_in', accid: 'alice', name: 'Alice', secure: false },
            },
          ]
        : [event('changed', { state: 'idle', local }), event('disconnect', { reason: 'replaced' })];
    expect(await hullo.login('Alice', 't')).toEqual({ accid: 'alice', name: 'Alice', secure: false });
    expect(hullo.accid).toBe('alice');
    FakeWebSocket.newest.drop();
    expect([hullo.accid, hullo.connected]).toEqual([undefined, false]);
  });

  test('says who is muted here and whether the call is being restored', () => {
    expect([hullo.audioMutes, hullo.reconnecting]).toEqual([[], false]);
    endpoint.script = () => [
      event('changed', { state: 'in_call', call: view, local, audio_mutes: ['bob'], reconnecting: true }),
    ];
    void hullo.hangup();
    expect([hullo.audioMutes, hullo.reconnecting]).toEqual([['bob'], true]);
  });
});

describe('the connection', () => {
  const up = [
    event('changed', { state: 'idle', local, connected: true }),
    event('connection_changed', { connected: true, why: null }),
  ];
  const down = (why: string | null = null) => [
    event('changed', { state: 'idle', local }),
    event('connection_changed', { connected: false, why }),
  ];

  /** What the app is told of it, in order. */
  function listen(): unknown[] {
    const told: unknown[] = [];
    hullo.on('connectionChanged', (detail) => told.push(detail));
    return told;
  }

  test('is said to be lost and restored while there is no call', () => {
    const told = listen();
    endpoint.script = (input) => (input.input === 'op' ? [{ output: 'open_socket' }] : up);
    void hullo.login('alice', 't');
    FakeWebSocket.newest.open();
    expect(hullo.connected).toBe(true);
    endpoint.script = () => down();
    FakeWebSocket.newest.drop();
    expect(hullo.connected).toBe(false);
    expect(told).toEqual([{ connected: true }, { connected: false, why: 'lost' }]);
    endpoint.script = () => up;
    void hullo.login('alice', 't');
    expect(told).toHaveLength(3);
  });

  test('is down for what the server has said, whatever the page sees', () => {
    const told = listen();
    endpoint.script = (input) => (input.input === 'op' ? [{ output: 'open_socket' }] : up);
    void hullo.login('alice', 't');
    FakeWebSocket.newest.open();
    endpoint.script = () => down('shutting_down');
    FakeWebSocket.newest.drop();
    expect(told.at(-1)).toEqual({ connected: false, why: 'shutting_down' });
  });

  test('that cannot be had fails the login with the address and why', async () => {
    vi.stubGlobal('fetch', async () => ({ status: 404 }));
    endpoint.script = (input) => (input.input === 'op' ? [{ output: 'open_socket' }] : []);
    const login = hullo.login('alice', 't');
    const refused = expect(login).rejects.toMatchObject({
      kind: 'no_connection',
      why: 'refused',
      message: /wss:\/\/calls\.example\.com\/v1\/ws: something answers there/,
    });
    FakeWebSocket.newest.drop();
    await flushMicrotasks();
    const error = { code: 415, kind: 'no_connection', message: 'There is no connection to the server.' };
    endpoint.script = () => [{ output: 'complete', ticket: 1, error } as Output];
    void hullo.hangup();
    await refused;
  });
});

describe('devices from the start', () => {
  test('go with the operation that leads into a call', () => {
    const options = { audio: false, video: true };
    void hullo.call('bob', options);
    void hullo.groupCall(['bob'], options);
    void hullo.accept({ video: false });
    void hullo.acceptWaiting('c1', 'hold', options);
    void hullo.join('c1', options);
    void hullo.continueHere('c1', options);
    void hullo.accept();
    const ops = endpoint.inputs.map((input) => (input.input === 'op' ? input.op : undefined));
    expect(ops).toMatchObject([
      { op: 'call', ...options },
      { op: 'group_call', ...options },
      { op: 'accept', video: false },
      { op: 'accept_waiting', ...options },
      { op: 'join', ...options },
      { op: 'continue_here', ...options },
      { op: 'accept' },
    ]);
    expect(ops.at(-1)).toEqual({ op: 'accept' });
  });

  test('that failed are tried again on request', () => {
    void hullo.retryDevice('microphone');
    void hullo.retryDevice('camera');
    expect(endpoint.inputs).toMatchObject([
      { op: { op: 'retry_device', kind: 'audio' } },
      { op: { op: 'retry_device', kind: 'video' } },
    ]);
  });
});

describe('listeners', () => {
  test('that throw are reported and do not keep an event from the others', () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const mistake = new Error('a mistake of the app');
    const received: string[] = [];
    hullo.on('userBusy', () => {
      throw mistake;
    });
    hullo.on('userBusy', ({ accid }) => received.push(accid));
    endpoint.script = () => [event('user_busy', { accid: 'bob' })];
    void hullo.hangup();
    expect([received, reported]).toEqual([['bob'], [mistake]]);
  });

  test('get nothing after they are removed', () => {
    const received: string[] = [];
    const stop = hullo.on('userBusy', ({ accid }) => received.push(accid));
    stop();
    endpoint.script = () => [event('user_busy', { accid: 'bob' })];
    void hullo.hangup();
    expect(received).toEqual([]);
  });
});

describe('socket', () => {
  beforeEach(() => {
    endpoint.script = (input) => (input.input === 'op' ? [{ output: 'open_socket' }] : []);
    void hullo.login('alice', 't');
    endpoint.inputs = [];
  });

  test('hands over frames and its end, and only text', () => {
    const socket = FakeWebSocket.newest;
    socket.open();
    socket.onmessage?.({ data: '{"event":"x"}' });
    socket.onmessage?.({ data: new ArrayBuffer(1) });
    socket.drop();
    expect(endpoint.inputs).toEqual([
      { input: 'socket_opened' },
      { input: 'frame', text: '{"event":"x"}' },
      { input: 'socket_closed' },
    ]);
  });

  test('that was replaced says nothing any more', () => {
    const old = FakeWebSocket.newest;
    void hullo.login('alice', 't');
    endpoint.inputs = [];
    old.open();
    old.drop();
    expect(endpoint.inputs).toEqual([]);
    FakeWebSocket.newest.open();
    expect(endpoint.inputs).toEqual([{ input: 'socket_opened' }]);
  });

  test('that the page may not open counts as closed', () => {
    FakeWebSocket.refuses = true;
    void hullo.login('alice', 't');
    expect(endpoint.inputs.at(-1)).toEqual({ input: 'socket_closed' });
  });

  test('goes to the server of the options', async () => {
    const urls = ['http://localhost:8080', 'https://a.example/hullo/', 'wss://b.example/v1/ws'];
    for (const server of urls) void (await create({ server })).login('alice', 't');
    expect(FakeWebSocket.all.slice(-3).map(({ url }) => url)).toEqual([
      'ws://localhost:8080/v1/ws',
      'wss://a.example/hullo/v1/ws',
      'wss://b.example/v1/ws',
    ]);
    await expect(create({ server: 'ftp://c.example' })).rejects.toThrow(/not a server address/);
  });
});

describe('timer', () => {
  test('wakes the endpoint when it asked to be woken, and once', () => {
    endpoint.timeoutAtMs = performance.timeOrigin + performance.now() + 300;
    endpoint.script = (input) => {
      if (input.input === 'timeout') endpoint.timeoutAtMs = undefined;
      return [];
    };
    void hullo.hangup();
    endpoint.inputs = [];
    vi.advanceTimersByTime(299);
    expect(endpoint.inputs).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(endpoint.inputs).toEqual([{ input: 'timeout' }]);
    vi.advanceTimersByTime(4_000);
    expect(endpoint.inputs).toHaveLength(1);
  });
});

describe('token handler', () => {
  const tokens = () => endpoint.inputs.filter(({ input }) => input === 'token');
  beforeEach(() => {
    endpoint.script = (input) =>
      input.input === 'op' ? [{ output: 'ask_token', call_id: 'c1', uid: 2 }] : [];
  });

  test('is asked with uid and call, and its token handed over', async () => {
    const asked: unknown[] = [];
    hullo.tokenHandler = async (uid, callId) => {
      asked.push([uid, callId]);
      return 'signed';
    };
    void hullo.accept();
    await flushMicrotasks();
    expect(asked).toEqual([[2, 'c1']]);
    expect(tokens()).toEqual([{ input: 'token', call_id: 'c1', token: 'signed' }]);
  });

  test('that is missing, throws, rejects or gives nothing is an error that says so', async () => {
    const handlers: [Hullo['tokenHandler'], RegExp][] = [
      [undefined, /set tokenHandler/],
      [
        () => {
          throw new Error('backend down');
        },
        /backend down/,
      ],
      [() => Promise.reject(new Error('401')), /401/],
      [() => Promise.resolve(''), /gave no token/],
    ];
    for (const [handler] of handlers) {
      hullo.tokenHandler = handler;
      void hullo.accept();
      await flushMicrotasks();
    }
    expect(tokens()).toEqual(
      handlers.map(([, message]) => ({
        input: 'token',
        call_id: 'c1',
        error: expect.stringMatching(message),
      })),
    );
  });
});

describe('tokenProvider', () => {
  const given = () => endpoint.inputs.filter(({ input }) => input === 'login_token');
  const ops = () => endpoint.inputs.flatMap((input) => (input.input === 'op' ? [input.op] : []));

  test('is promised to the endpoint, asked when it wants a token, and may sign in alone', async () => {
    hullo.tokenProvider = async () => 'fresh';
    endpoint.script = (input) => (input.input === 'op' ? [{ output: 'ask_login_token' }] : []);
    void hullo.login('alice');
    await flushMicrotasks();
    expect(ops()[0]).toMatchObject({ op: 'login', accid: 'alice', provider: true });
    expect(ops()[0]).not.toHaveProperty('token');
    expect(given()).toEqual([{ input: 'login_token', token: 'fresh' }]);
  });

  test('that throws, rejects or gives nothing is an error that says so', async () => {
    const providers: [NonNullable<Hullo['tokenProvider']>, RegExp][] = [
      [() => Promise.reject(new Error('401')), /401/],
      [() => Promise.resolve(''), /gave no token/],
      [
        () => {
          throw new Error('backend down');
        },
        /backend down/,
      ],
    ];
    endpoint.script = (input) => (input.input === 'op' ? [{ output: 'ask_login_token' }] : []);
    for (const [provider] of providers) {
      hullo.tokenProvider = provider;
      void hullo.accept();
      await flushMicrotasks();
    }
    expect(given()).toEqual(
      providers.map(([, message]) => ({ input: 'login_token', error: expect.stringMatching(message) })),
    );
  });

  test('that is not there is made good by the app, which is told in time', async () => {
    const told: unknown[] = [];
    hullo.on('tokenExpiring', (detail) => told.push(detail));
    hullo.on('tokenExpired', (detail) => told.push(detail));
    endpoint.script = (input) =>
      input.input !== 'op'
        ? []
        : [
            { output: 'event', event: { event: 'token_expiring', expires_in_ms: 9_000 } },
            { output: 'event', event: { event: 'token_expired' } },
          ];
    void hullo.accept();
    await flushMicrotasks();
    expect(told).toEqual([{ expiresInMs: 9_000 }, {}]);
  });
});

describe('network', () => {
  const changes = () => endpoint.inputs.filter(({ input }) => input === 'network_changed').length;

  test('that goes or comes back, or a machine that slept, is reported; a page that was merely hidden is not', async () => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    await create();
    page.dispatchEvent(new Event('offline'));
    page.dispatchEvent(new Event('online'));
    expect(changes()).toBe(2);

    browser.document.visibilityState = 'hidden';
    browser.document.dispatchEvent(new Event('visibilitychange'));
    vi.advanceTimersByTime(60_000);
    browser.document.visibilityState = 'visible';
    browser.document.dispatchEvent(new Event('visibilitychange'));
    expect(changes()).toBe(2);

    vi.setSystemTime(Date.now() + 120_000);
    vi.advanceTimersByTime(5_000);
    // Two clients are alive in this test; both have slept.
    expect(changes()).toBe(4);
  });
});

describe('a page that is closed', () => {
  test('says so before it is gone', async () => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    await create();
    page.dispatchEvent(new Event('pagehide'));
    expect(endpoint.inputs).toEqual([{ input: 'page_hidden' }]);
  });
});

describe('a reload', () => {
  test('goes on with the messages where the page before it was', async () => {
    const values = new Map<string, string>();
    const storage = {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
    };
    const first = await create({ storage });
    const logins = () =>
      endpoint.inputs.flatMap((input) => (input.input === 'op' && input.op.op === 'login' ? [input.op] : []));
    endpoint.script = (input) =>
      input.input === 'op'
        ? [
            {
              output: 'complete',
              ticket: input.ticket,
              value: { is: 'logged_in', accid: 'Alice', secure: false },
            },
            { output: 'keep_cursor', accid: 'Alice', cursor: 41 },
          ]
        : [];
    await first.login('alice', 't');
    expect(logins()[0]).not.toHaveProperty('cursor');
    const second = await create({ storage });
    await second.login('alice', 't');
    expect(logins()[1]).toMatchObject({ cursor: 41 });
  });
});

describe('time to the first picture', () => {
  test('is measured from accept', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    endpoint.script = (input) =>
      input.input === 'op'
        ? [
            event('changed', { state: 'in_call', call: view, local }),
            { output: 'media', command: { command: 'open', peer: 1, audio: 1, video: 1 } },
          ]
        : [];
    void hullo.hangup();
    endpoint.script = () => [];
    await flushMicrotasks();
    endpoint.script = (input) =>
      input.input === 'op'
        ? [
            {
              output: 'media',
              command: {
                command: 'slots',
                peer: 1,
                slots: [{ mid: '1', kind: 'video', accid: 'bob', muted: false }],
              },
            },
          ]
        : [];
    void hullo.accept();
    FakePeerConnection.newest.track('video').receiver.stats.push({ type: 'inbound-rtp', framesDecoded: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    const [measure] = performance.getEntriesByName('hullo:accept-to-first-frame');
    expect(measure?.duration).toBeGreaterThan(0);
  });
});
