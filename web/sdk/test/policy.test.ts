// A content security policy that is in the way is named, with what it lacks. In a real browser: web/installs.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isPolicyRefusal, underPolicy } from '../src/policy.ts';

const url = 'wss://calls.example.com/v1/ws';
let page: EventTarget;
beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal('document', page);
});
afterEach(() => vi.unstubAllGlobals());

function violate(detail: object): void {
  const facts = { disposition: 'enforce', effectiveDirective: 'connect-src', blockedURI: url, ...detail };
  page.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), facts));
}

/** Runs a login that fails as soon as it is given up, or else at once. */
function attempt(...violations: object[]): { outcome: Promise<string>; giveUp: ReturnType<typeof vi.fn> } {
  let fail = (_: Error) => {};
  const giveUp = vi.fn(() => fail(new Error('signed out')));
  const login = () =>
    new Promise<string>((_, reject) => {
      fail = reject;
      for (const detail of violations) violate(detail);
      if (giveUp.mock.calls.length === 0) reject(new Error('no answer'));
    });
  return { outcome: underPolicy(url, login, giveUp), giveUp };
}

test.each([url, 'wss://calls.example.com'])(
  'forbidden socket, blocked as %s, says what to add',
  async (blockedURI) => {
    const { outcome, giveUp } = attempt({ blockedURI });
    await expect(outcome).rejects.toMatchObject({
      kind: 'no_connection',
      code: 415,
      message: expect.stringContaining('add wss://calls.example.com to connect-src'),
    });
    expect(giveUp).toHaveBeenCalledOnce();
  },
);

test.each([
  ['another address', { blockedURI: 'https://tracker.example/' }],
  ['another directive', { effectiveDirective: 'img-src' }],
  ['a policy that only reports', { disposition: 'report' }],
  ['no address', { blockedURI: 'inline' }],
])('violation of %s changes nothing', async (_, detail) => {
  const { outcome, giveUp } = attempt(detail);
  await expect(outcome).rejects.toThrow('no answer');
  expect(giveUp).not.toHaveBeenCalled();
});

test('nobody listens when the login is over', async () => {
  const stop = vi.spyOn(page, 'removeEventListener');
  await expect(underPolicy(url, async () => 'in', vi.fn())).resolves.toBe('in');
  expect(stop).toHaveBeenCalledOnce();
});

test.each([
  "WebAssembly.instantiate(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source of script",
  'call to WebAssembly.instantiate() blocked by CSP',
])('refusal of WebAssembly is recognised: %s', (message) => {
  expect(isPolicyRefusal(new Error(message))).toBe(true);
  expect(isPolicyRefusal(new Error('expected magic word 00 61 73 6d, found 3c 21 64 6f'))).toBe(false);
});
