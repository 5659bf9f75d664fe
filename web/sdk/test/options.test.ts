// Missing and senseless options: each is refused with what to write instead.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HulloError } from '../src/errors.ts';
import { checkOptions } from '../src/options.ts';
import type { HulloOptions } from '../src/types.ts';
import { stubBrowser } from './fakes.ts';

beforeEach(() => void stubBrowser());
afterEach(() => vi.unstubAllGlobals());

/** What is said about options that a page without types may give. */
function refusal(options: unknown): string {
  try {
    checkOptions(options as HulloOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(HulloError);
    expect((error as HulloError).kind).toBe('invalid_argument');
    return (error as HulloError).message;
  }
  return '';
}

const turn = { urls: 'turn:turn.example.com', username: 'u', credential: 'c' };

describe('options that make sense', () => {
  const wellFormed: Partial<HulloOptions>[] = [
    {},
    { server: 'https://calls.example.com/hullo/' },
    { server: 'wss://calls.example.com/v1/ws' },
    { server: '/calls' },
    { deviceId: 'kiosk_7-b' },
    { iceServers: [] },
    { iceServers: [turn, { urls: ['stun:stun.example.com:3478', 'stuns:stun.example.com'] }] },
    { iceTransportPolicy: 'relay' },
    { storage: { getItem: () => null, setItem: () => {} } },
    { wasm: new Uint8Array(8) },
    { wasm: '/assets/hullo.wasm' },
    { wasm: new URL('https://a.example/hullo.wasm') },
    { wasm: new Response() },
    { signal: new AbortController().signal },
    { tokenProvider: async () => 't', tokenHandler: async () => 't' },
    { beforeCall: () => true, beforeAccept: async () => true },
  ];

  test.each(wellFormed)('%j', (options) => {
    expect(refusal({ appKey: 'demo', ...options })).toBe('');
  });

  test('may come from a class or a prototype', () => {
    class Settings {
      get appKey(): string {
        return 'demo';
      }
    }
    expect(refusal(new Settings())).toBe('');
  });

  test('may be left out by undefined', () => {
    expect(refusal({ appKey: 'demo', server: undefined, tokenProvider: undefined, wasm: undefined })).toBe(
      '',
    );
  });
});

describe('options that make none', () => {
  test.each<[unknown, RegExp]>([
    [undefined, /given undefined: write Hullo\.create\(\{ appKey/],
    ['demo', /given "demo": write Hullo\.create/],
    [{}, /^appKey is missing: write the key/],
    [{ appKey: '' }, /^appKey is "": write the key/],
    [{ appKey: 7 }, /^appKey is 7: write the key/],
    [{ appkey: 'demo' }, /no option appkey: write appKey$/],
    [{ app_key: 'demo' }, /no option app_key: write appKey$/],
    [{ appKey: 'demo', deviceID: 'a' }, /no option deviceID: write deviceId$/],
    [{ appKey: 'demo', tokenProvidor: async () => 't' }, /no option tokenProvidor: write tokenProvider$/],
    [{ appKey: 'demo', iceServer: [] }, /no option iceServer: write iceServers$/],
    [{ appKey: 'demo', colour: 'red' }, /no option colour: there are appKey, server, tokenProvider/],
    [{ appKey: 'demo', serverUrl: 'x' }, /no option serverUrl: write server$/],
    [{ appKey: 'demo', token: 'eyJ' }, /no option token: write login\(accid, token\), or tokenProvider$/],
    [{ appKey: 'demo', accid: 'alice' }, /no option accid: write login\(accid, token\)$/],
  ])('%j', (options, message) => {
    expect(refusal(options)).toMatch(message);
  });

  test.each<[keyof HulloOptions, unknown, RegExp]>([
    ['server', 'calls.example.com', /is "calls.example.com": .*write 'https:\/\/calls/],
    ['server', 'localhost:8080', /not a server address: write/],
    ['server', 'ftp://c.example', /not a server address: write/],
    ['server', 7, /^server is 7: not a server address/],
    ['tokenProvider', 'eyJhb', /^tokenProvider is "eyJhb": write a function$/],
    ['tokenHandler', Promise.resolve('t'), /^tokenHandler is an object: write a function$/],
    ['beforeCall', true, /write a function$/],
    ['beforeAccept', {}, /write a function$/],
    ['deviceId', 'a b', /^deviceId is "a b": write 1 to 64 of/],
    ['deviceId', '', /write 1 to 64 of/],
    ['deviceId', 'x'.repeat(65), /write 1 to 64 of/],
    ['iceServers', 'stun:stun.example.com', /write \[\{ urls/],
    ['iceServers', { urls: 'stun:a' }, /^iceServers is an object: write \[/],
    ['iceServers', [{ url: 'stun:a' }], /undefined is no address of a STUN or TURN server/],
    ['iceServers', [{ urls: 'https://turn.example.com' }], /"https:\/\/turn.example.com" is no address/],
    ['iceServers', [{ urls: [] }], /is no address/],
    ['iceServers', [null], /is no address/],
    ['iceServers', [{ urls: 'turn:turn.example.com' }], /needs username and credential/],
    ['iceTransportPolicy', 'none', /write 'all' or 'relay'$/],
    ['storage', {}, /write an object with getItem and setItem/],
    ['wasm', {}, /write the address of hullo.wasm, a Response/],
    ['wasm', 7, /write the address of hullo.wasm, a Response/],
    ['signal', new AbortController(), /write the signal of an AbortController/],
  ])('%s: %j', (name, value, message) => {
    expect(refusal({ appKey: 'demo', [name]: value })).toMatch(message);
  });

  test('plain http in a page of https, but for this machine', () => {
    vi.stubGlobal('location', new URL('https://app.example.com/'));
    const of = (server: string) => refusal({ appKey: 'demo', server });
    expect(of('http://calls.example.com:7880')).toMatch(
      /may not connect to it: write 'https:\/\/calls.example.com:7880'$/,
    );
    for (const server of ['http://localhost:7880', 'ws://127.0.0.1:7880', 'http://[::1]:7880'])
      expect(of(server)).toBe('');
  });

  test('no server at all, where there is no page whose server could be meant', () => {
    vi.stubGlobal('location', undefined);
    expect(refusal({ appKey: 'demo' })).toMatch(/^server is missing: there is no page/);
    expect(refusal({ appKey: 'demo', server: 'https://calls.example.com' })).toBe('');
  });
});
