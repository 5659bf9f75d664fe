// The real module: `cargo xtask wasm` builds it.
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Endpoint, loadEndpoint } from '../src/endpoint.ts';
import type { ErrorKind } from '../src/errors.ts';
import { errorText } from '../src/texts.ts';
import type { Input } from '../src/wire.ts';

let endpoint: Endpoint;

beforeAll(async () => {
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
    device: { id: 'tab', platform: 'web', sdk_version: '0.1.0' },
  },
};

describe('the endpoint', () => {
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

describe('the texts of errors', () => {
  test('are there in both languages for every kind that the types know', async () => {
    const types = await readFile(new URL('../src/errors.ts', import.meta.url), 'utf8');
    const kinds = [...types.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, kind]) => kind as ErrorKind);
    const protocol = await readFile(
      new URL('../../../crates/protocol/src/error.rs', import.meta.url),
      'utf8',
    );
    const known = [...protocol.matchAll(/^ {4}(\w+) = \d+,/gm)].map(([, name = '']) => snakeCase(name));
    expect(kinds).toEqual([...known, 'unknown']);
    for (const kind of kinds.slice(0, -1)) {
      expect(errorText(kind, 'en'), kind).toMatch(/^[A-Z].*\.$/);
      expect(errorText(kind, 'zh'), kind).toMatch(/。$/);
      expect(errorText(kind, 'en'), kind).not.toBe(errorText('unknown', 'en'));
    }
  });
});

function snakeCase(name: string): string {
  return name.replace(/(?!^)([A-Z])/g, '_$1').toLowerCase();
}
