// A tab is a device: it stays the same through a reload, its copy is another one, and clients of one page share its ids.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DeviceIdentity, deviceOfTab } from '../src/tab_devices.ts';
import { FakeLocks, FakeStorage, forgetPage } from './fakes.ts';

let locks: FakeLocks;

beforeEach(() => {
  forgetPage();
  locks = new FakeLocks();
  vi.stubGlobal('navigator', { locks });
  vi.stubGlobal('sessionStorage', new FakeStorage());
});
afterEach(() => vi.unstubAllGlobals());

/** A client that has signed in. */
async function signedIn(appKey = 'demo'): Promise<DeviceIdentity> {
  const device = await deviceOfTab(appKey);
  device.take();
  return device;
}

/** The page is gone, and the browser has taken its locks; the tab keeps its storage. */
function reload(): void {
  forgetPage();
  locks.releaseAll();
}

describe('one client', () => {
  test('is the same device after a reload, also when the old page is slow to go', async () => {
    const before = (await signedIn()).id;
    forgetPage();
    const reloaded = deviceOfTab('demo');
    await Promise.resolve();
    locks.releaseAll();
    expect((await reloaded).id).toBe(before);
  });

  test('in a duplicated tab is a device of its own, and stays it', async () => {
    const original = (await signedIn()).id;
    forgetPage();
    const copy = (await signedIn()).id;
    expect(copy).not.toBe(original);
    locks.release(`hullo-device-${copy}`);
    forgetPage();
    expect((await signedIn()).id).toBe(copy);
  });

  test('has an id that the protocol takes, with and without a secure context', async () => {
    const valid = /^[A-Za-z0-9_-]{1,64}$/;
    expect((await signedIn()).id).toMatch(valid);
    forgetPage();
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('sessionStorage', undefined);
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(7) });
    expect((await signedIn()).id).toMatch(valid);
  });

  test('that leaves frees its id for other pages at once, and still knows it', async () => {
    const device = await signedIn();
    const { id } = device;
    await device.leave();
    expect(locks.held).toEqual([]);
    expect(device.id).toBe(id);
    await device.leave();
  });
});

describe('clients of one page', () => {
  test('that follow each other are one device, without a wait', async () => {
    const first = await signedIn();
    const { id } = first;
    await first.leave();
    const second = await signedIn();
    expect([second.id, locks.held, locks.waited]).toEqual([id, [`hullo-device-${id}`], 0]);
  });

  test('that follow each other at once, before the older one has quite left, are one device', async () => {
    const first = await signedIn();
    const leaving = first.leave();
    const second = await signedIn();
    await leaving;
    expect(second.id).toBe(first.id);
  });

  test('are the same device as one alone when the older never signs in', async () => {
    const alone = (await signedIn()).id;
    reload();
    const [, used] = await Promise.all([deviceOfTab('demo'), deviceOfTab('demo')]);
    expect(used.take()).toBe(alone);
  });

  test('hand the id over when the older is gone, also when the newer was made before', async () => {
    const older = await signedIn();
    const newer = await deviceOfTab('demo');
    expect(newer.id).not.toBe(older.id);
    const { id } = older;
    await older.leave();
    expect(newer.id).toBe(id);
    expect(newer.take()).toBe(id);
    expect(locks.held).toEqual([`hullo-device-${id}`]);
  });

  test.each<[string, (first: DeviceIdentity, second: DeviceIdentity) => Promise<void>]>([
    [
      'signs in first',
      async (first, second) => {
        first.take();
        second.take();
        await first.leave();
      },
    ],
    [
      'signs in last',
      async (first, second) => {
        second.take();
        first.take();
        await first.leave();
      },
    ],
    [
      'has left by then',
      async (first, second) => {
        first.take();
        await first.leave();
        second.take();
      },
    ],
    [
      'leaves without having signed in',
      async (first, second) => {
        await first.leave();
        second.take();
      },
    ],
  ])(
    'are mounted, unmounted and mounted again as the same device, whether the first %s',
    async (_, happens) => {
      const alone = (await signedIn()).id;
      reload();
      const [first, second] = await Promise.all([deviceOfTab('demo'), deviceOfTab('demo')]);
      await happens(first, second);
      expect([second.id, locks.held]).toEqual([alone, [`hullo-device-${alone}`]]);
      // As a hot reload does.
      void second.leave();
      expect((await signedIn()).id).toBe(alone);
    },
  );

  test.each<[string, () => Promise<DeviceIdentity[]>]>([
    ['one after the other', async () => [await signedIn(), await signedIn()]],
    [
      'both before either signs in',
      async () => {
        const both = await Promise.all([deviceOfTab('demo'), deviceOfTab('demo')]);
        for (const device of both) device.take();
        return both;
      },
    ],
  ])(
    'that are signed in at once, made %s, are two devices, each the same after a reload',
    async (_, page) => {
      const before = (await page()).map(({ id }) => id);
      expect(new Set(before).size).toBe(2);
      reload();
      expect((await page()).map(({ id }) => id)).toEqual(before);
    },
  );

  test('that sign out make room for the next', async () => {
    const first = await signedIn();
    const { id } = first;
    first.giveBack();
    expect(first.take()).toBe(id);
    first.giveBack();
    const second = await signedIn();
    expect(second.id).toBe(id);
    expect(first.take()).not.toBe(id);
  });

  test('of several apps do not count for each other', async () => {
    const before = { a: (await signedIn('a')).id, b: (await signedIn('b')).id };
    reload();
    const b = (await signedIn('b')).id;
    expect({ a: (await signedIn('a')).id, b }).toEqual(before);
  });
});
