// The real module: `cargo xtask wasm` builds it.
import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CLIENT_ERRORS } from '../src/client_errors.ts';
import { type Endpoint, loadEndpoint } from '../src/endpoint.ts';
import type { ErrorKind } from '../src/errors.ts';
import { errorText } from '../src/texts.ts';
import type { Input, Op } from '../src/wire.ts';

let endpoint: Endpoint;

beforeEach(async () => {
  endpoint = await loadEndpoint(await readFile(new URL('../wasm/hullo_wasm_bg.wasm', import.meta.url)));
});

const login: Input = {
  input: 'op',
  ticket: 1,
  op: {
    op: 'login',
    app_key: 'demo',
    accid: 'alice',
    token: 'secret',
    provider: true,
    device: { id: 'tab', platform: 'web', sdk_version: '0.1.0' },
  },
};

const callId = '01936f00-0000-7000-8000-000000000001';
const accids = ['bob', 'carol'];

/** One of each: the module reads them by names of its own. */
const ops: { [Name in Op['op']]: Op & { op: Name } } = {
  login: {
    op: 'login',
    app_key: 'demo',
    accid: 'a',
    token: 't',
    provider: false,
    device: { id: 'd', platform: 'web', sdk_version: '0' },
    cursor: 41,
  },
  logout: { op: 'logout' },
  call: { op: 'call', accid: 'bob', media: 'video', attachment: 'hi', timeout_ms: 9_000 },
  group_call: {
    op: 'group_call',
    accids,
    media: 'audio',
    group_id: 'team-7',
    invite_mode: 'caller',
    join_mode: 'everyone',
    keep_last: true,
    attachment: 'hi',
    timeout_ms: 9_000,
  },
  group_invite: { op: 'group_invite', accids, attachment: 'hi', timeout_ms: 9_000 },
  join: { op: 'join', call_id: callId },
  query_call: { op: 'query_call', group_id: 'team-7' },
  continue_here: { op: 'continue_here', call_id: callId },
  accept: { op: 'accept' },
  accept_waiting: { op: 'accept_waiting', call_id: callId, other: 'hold' },
  reject_waiting: { op: 'reject_waiting', call_id: callId },
  reject: { op: 'reject' },
  cancel: { op: 'cancel' },
  hangup: { op: 'hangup' },
  leave: { op: 'leave' },
  switch_call_type: { op: 'switch_call_type', media: 'audio' },
  answer_switch: { op: 'answer_switch', agree: true },
  mute_local_audio: { op: 'mute_local_audio', muted: true },
  mute_local_video: { op: 'mute_local_video', muted: true },
  enable_local_video: { op: 'enable_local_video', enabled: true },
  retry_device: { op: 'retry_device', kind: 'video' },
  set_audio_mute: { op: 'set_audio_mute', accid: 'bob', muted: true },
  share_screen: { op: 'share_screen', enabled: true },
  show_videos: { op: 'show_videos', accids },
  list_messages: { op: 'list_messages', with: 'bob', before: 7, limit: 50 },
  call_record: { op: 'call_record', call_id: callId },
  list_calls: { op: 'list_calls', before: 9, limit: 20 },
  mark_calls_read: { op: 'mark_calls_read', up_to: 7 },
  watch_presence: { op: 'watch_presence', accids },
};

describe('endpoint', () => {
  test.each(Object.values(ops))('takes $op', (op) => {
    const outputs = () => endpoint.handle({ input: 'op', ticket: 1, op }, 1);
    expect(outputs).not.toThrow();
  });

  test('throws a text that says what is wrong, and goes on', () => {
    const call: Input = { input: 'op', ticket: 1, op: { op: 'call', accid: 'no such id', media: 'audio' } };
    expect(() => endpoint.handle(call, 1)).toThrow(/"no such id" is not an accid/);
    expect(() => endpoint.handle(JSON.parse('{"input":"nonsense"}'), 1)).toThrow(/nonsense/);
    expect(endpoint.pollTimeout()).toBeUndefined();
  });

  test('completes an operation that is not possible with its error', () => {
    const outputs = endpoint.handle({ input: 'op', ticket: 5, op: { op: 'accept' } }, 1);
    expect(outputs).toMatchObject([
      { output: 'complete', ticket: 5, error: { code: 20017, kind: 'accept_while_idle' } },
    ]);
  });

  test('opens a socket to sign in, and introduces itself there', () => {
    expect(endpoint.handle(login, 1_000)).toContainEqual({ output: 'open_socket' });
    const sent = endpoint.handle({ input: 'socket_opened' }, 1_001).find(({ output }) => output === 'send');
    expect(JSON.parse(sent?.output === 'send' ? sent.text : '')).toMatchObject({
      op: 'session.login',
      app_key: 'demo',
      accid: 'alice',
      token: 'secret',
      device: { id: 'tab', platform: 'web' },
    });
    expect(endpoint.pollTimeout()).toBeGreaterThan(1_001);
  });
});

describe('texts of errors', () => {
  test('are there in both languages for every kind that the types know', async () => {
    const source = await readFile(new URL('../src/errors.ts', import.meta.url), 'utf8');
    const [, types = ''] = /type ProtocolErrorKind =([^;]*);/.exec(source) ?? [];
    const kinds = [...types.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, kind]) => kind as ErrorKind);
    const protocol = await readFile(
      new URL('../../../crates/protocol/src/error.rs', import.meta.url),
      'utf8',
    );
    const known = [...protocol.matchAll(/^ {4}(\w+) = \d+,/gm)].map(([, name = '']) => snakeCase(name));
    expect(kinds).toEqual([...known, 'unknown']);
    const own = Object.keys(CLIENT_ERRORS) as ErrorKind[];
    expect(known.filter((kind) => own.includes(kind as ErrorKind))).toEqual([]);
    for (const kind of [...kinds.slice(0, -1), ...own]) {
      expect(errorText(kind, 'en'), kind).toMatch(/^[A-Z].*\.$/);
      expect(errorText(kind, 'zh'), kind).toMatch(/。$/);
      expect(errorText(kind, 'en'), kind).not.toBe(errorText('unknown', 'en'));
    }
  });
});

function snakeCase(name: string): string {
  return name.replace(/(?!^)([A-Z])/g, '_$1').toLowerCase();
}

describe('module', () => {
  test('travels in a script, and is the one that was built', async () => {
    const { deflated } = await import('../wasm/hullo_wasm_inline.js');
    const built = await readFile(new URL('../wasm/hullo_wasm_bg.wasm', import.meta.url));
    expect(inflateSync(Buffer.from(deflated, 'base64')).equals(built)).toBe(true);
  });

  test('that cannot be loaded is refused with where it was looked for', async () => {
    vi.resetModules();
    vi.stubGlobal(
      'fetch',
      async () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
    );
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { loadEndpoint: load } = await import('../src/endpoint.ts');
    await expect(load('https://a.example/hullo.wasm')).rejects.toMatchObject({
      name: 'HulloError',
      kind: 'module_failed',
      message: expect.stringMatching(/cannot be loaded from https:\/\/a\.example\/hullo\.wasm: .*magic/),
    });
    vi.unstubAllGlobals();
  });

  test('is loaded from its script where no other is named', async () => {
    vi.resetModules();
    const { loadEndpoint: load } = await import('../src/endpoint.ts');
    expect((await load()).pollTimeout()).toBeUndefined();
  });
});
