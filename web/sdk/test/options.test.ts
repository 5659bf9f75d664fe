// Options that cannot work are refused at create, each with what to write instead.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Hullo } from '../src/hullo.ts';
import { checkOptions } from '../src/options.ts';
import type { HulloOptions } from '../src/types.ts';

const good: HulloOptions = { appKey: 'demo', server: 'https://calls.example.com' };

/** As an app in plain JavaScript may write it. */
function refusal(options: unknown): string {
  try {
    checkOptions(options as HulloOptions);
  } catch (error) {
    expect(error).toMatchObject({ name: 'HulloError', kind: 'bad_request', code: 414 });
    return (error as Error).message;
  }
  return 'taken';
}

const pageAt = (href: string) => vi.stubGlobal('location', new URL(href));
afterEach(() => vi.unstubAllGlobals());

describe('what is taken', () => {
  test('whatever the types allow', () => {
    expect(
      refusal({
        ...good,
        tokenProvider: async () => 't',
        tokenHandler: async () => 't',
        deviceId: 'front-door_1',
        iceServers: [{ urls: 'stun:stun.example.com' }],
        iceTransportPolicy: 'relay',
        storage: { getItem: () => null, setItem: () => {} },
        wasm: '/assets/hullo.wasm',
      }),
    ).toBe('taken');
  });

  test.each([new URL('https://a.example/hullo.wasm'), new Uint8Array(8), new ArrayBuffer(8), new Response()])(
    'module from %s',
    (wasm) => expect(refusal({ ...good, wasm })).toBe('taken'),
  );

  test('option that is undefined counts as absent', () => {
    expect(refusal({ ...good, deviceId: undefined, tokenProvider: undefined })).toBe('taken');
  });

  test('path of the page, and no server in a page', () => {
    pageAt('https://app.example.com/inbox');
    expect(refusal({ appKey: 'demo', server: '/calls' })).toBe('taken');
    expect(refusal({ appKey: 'demo' })).toBe('taken');
  });

  test('plain http of this machine in a page of https', () => {
    pageAt('https://app.example.com/');
    for (const server of ['http://localhost:7880', 'ws://127.0.0.1:7880', 'http://[::1]:7880'])
      expect(refusal({ ...good, server })).toBe('taken');
  });
});

describe('what is refused', () => {
  test.each([
    ['no options', undefined, 'write Hullo.create({ appKey, server })'],
    [
      'no appKey',
      { server: 'https://a.example' },
      '`appKey` is missing: write the app_key that `hullo app create`',
    ],
    ['empty appKey', { ...good, appKey: ' ' }, "`appKey` is ' ': write the app_key"],
    ['variable that is not set', { ...good, appKey: null }, '`appKey` is null'],
    ['no server outside of a page', { appKey: 'demo' }, '`server` is missing'],
    ['server without its scheme', { ...good, server: 'calls.example.com' }, 'write the scheme, too'],
    ['server and port without scheme', { ...good, server: 'localhost:7880' }, 'write the scheme, too'],
    ['server of another scheme', { ...good, server: 'ftp://c.example' }, 'write an address with http://'],
    [
      'server as a URL object',
      { ...good, server: new URL('https://a.example') },
      'write an address as a text',
    ],
    [
      'token in place of a provider',
      { ...good, tokenProvider: 'eyJ' },
      "`tokenProvider` is 'eyJ': write a function",
    ],
    ['handler that is none', { ...good, tokenHandler: {} }, '`tokenHandler` is an object: write a function'],
    ['device with a space', { ...good, deviceId: 'front door' }, 'write 1 to 64 of A-Z'],
    ['one ICE server without a list', { ...good, iceServers: { urls: 'stun:a' } }, "write [{ urls: '"],
    ['ICE servers as texts', { ...good, iceServers: ['stun:a'] }, "`iceServers` is a list: write [{ urls: '"],
    ['policy of another name', { ...good, iceTransportPolicy: 'turn' }, "write 'all' or 'relay'"],
    ['storage that cannot store', { ...good, storage: {} }, 'getItem() and setItem()'],
    ['module that is none', { ...good, wasm: 7 }, '`wasm` is 7: write the address of hullo.wasm'],
  ])('%s', (_, options, instead) => expect(refusal(options)).toContain(instead));

  test.each([
    ['appkey', 'write appKey'],
    ['app_key', 'write appKey'],
    ['url', 'write server'],
    ['serverUrl', 'write server'],
    ['token', 'write login(accid, token), or tokenProvider'],
    ['accid', 'write login(accid, token)'],
    ['colour', 'there are appKey, server,'],
  ])('unknown option %s', (name, instead) => {
    expect(refusal({ ...good, [name]: 'x' })).toContain(`there is no option \`${name}\`: ${instead}`);
  });

  test('plain http of another machine in a page of https', () => {
    pageAt('https://app.example.com/');
    expect(refusal({ ...good, server: 'http://calls.example.com:7880' })).toContain(
      'write https://calls.example.com:7880',
    );
  });

  test('by create, before anything is loaded', async () => {
    await expect(Hullo.create({ appKey: '' })).rejects.toMatchObject({ kind: 'bad_request' });
  });
});
