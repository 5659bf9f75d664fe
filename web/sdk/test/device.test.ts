// A tab is a device: it stays the same through a reload, and its copy is another one.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deviceIdOfTab } from '../src/device.ts';
import { FakeStorage } from './fakes.ts';

/** `navigator.locks` of one browser; a page that closes lets go of its locks. */
class FakeLocks {
  readonly #held = new Map<string, () => void>();

  async request(name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>): Promise<void> {
    while (this.#held.has(name)) {
      await new Promise<void>((resolve, reject) => {
        const letGo = this.#held.get(name);
        this.#held.set(name, () => {
          letGo?.();
          resolve();
        });
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
    this.#held.set(name, () => {});
    await hold();
  }

  /** Closes the page that holds the lock. */
  release(name: string): void {
    const letGo = this.#held.get(name);
    this.#held.delete(name);
    letGo?.();
  }
}

let locks: FakeLocks;

beforeEach(() => {
  locks = new FakeLocks();
  vi.stubGlobal('navigator', { locks });
  vi.stubGlobal('sessionStorage', new FakeStorage());
});
afterEach(() => vi.unstubAllGlobals());

test('reload keeps the device, also when the old page is slow to go', async () => {
  const before = await deviceIdOfTab();
  const reloaded = deviceIdOfTab();
  await Promise.resolve();
  locks.release(`hullo-device-${before}`);
  expect(await reloaded).toBe(before);
});

test('duplicated tab is a device of its own, and stays it', async () => {
  const original = await deviceIdOfTab();
  const copy = await deviceIdOfTab();
  expect(copy).not.toBe(original);
  locks.release(`hullo-device-${copy}`);
  expect(await deviceIdOfTab()).toBe(copy);
});

test('ids are what the protocol takes, with and without a secure context', async () => {
  const valid = /^[A-Za-z0-9_-]{1,64}$/;
  expect(await deviceIdOfTab()).toMatch(valid);
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('sessionStorage', undefined);
  vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(7) });
  expect(await deviceIdOfTab()).toMatch(valid);
});
