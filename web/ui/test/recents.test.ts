import type { Message } from '@hullo/sdk';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeRecents, recentOf, someRecents } from '../gallery/recents.ts';
import '../src/index.ts';
import { dayOf } from '../src/recents/when.ts';
import type { HulloRecents, MissedChange } from '../src/recents.ts';
import type { Redial } from '../src/redial.ts';
import { localeOf } from '../src/texts.ts';

let client: FakeRecents;
let recents: HulloRecents;
let missed: number[];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-25T15:00:00'), toFake: ['Date'] });
  // Without one, an element counts as seen.
  vi.stubGlobal('IntersectionObserver', undefined);
  client = new FakeRecents();
  client.calls = someRecents();
  recents = document.createElement('hullo-recents');
  recents.lang = 'en';
  recents.directory = { carol: { name: 'Carol Nguyen' }, Bob: { name: 'Bob B.' } };
  missed = [];
  recents.addEventListener('hullo-missed', ({ detail }: CustomEvent<MissedChange>) =>
    missed.push(detail.missed),
  );
});

afterEach(() => {
  recents.remove();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** On the page, with whatever it was to load. */
async function shown(): Promise<void> {
  recents.client ??= client;
  if (!recents.isConnected) document.body.append(recents);
  for (let round = 0; round < 8; round += 1) {
    await recents.updateComplete;
    await Promise.resolve();
  }
}

const parts = (testId: string): HTMLElement[] => [
  ...(recents.shadowRoot?.querySelectorAll<HTMLElement>(`[data-testid=${testId}]`) ?? []),
];
/** The words that are seen. */
const words = (element: Element | undefined): string => {
  const seen = element?.cloneNode(true) as Element | undefined;
  for (const unseen of seen?.querySelectorAll('.unseen') ?? []) unseen.remove();
  return seen?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
};
const call = (id: number): HTMLElement | undefined =>
  parts('recent-call').find(({ dataset }) => dataset.callId === `past-${id}`);

describe('the list', () => {
  test('has the calls with everybody by day, with name, direction and what became of them', async () => {
    await shown();
    const days = [...(recents.shadowRoot?.querySelectorAll('h3') ?? [])].map(words);
    expect(days).toEqual(['Today', 'Yesterday', 'Sunday', 'November 8']);
    expect(words(call(98))).toMatch(/^Bob B\. 02:13 · Voice call 1:48 PM$/);
    expect(words(call(96))).toContain('dave No answer · Voice call');
    expect(call(96)?.dataset.direction).toBe('outgoing');
    expect(words(call(97))).toContain('erin, dave and 2 others');
  });

  test('marks what was missed, for the eye and for screen readers', async () => {
    recents.keepUnread = true;
    await shown();
    expect(call(99)?.dataset.missed).toBe('true');
    expect(call(99)?.querySelector('.unseen')?.textContent).toBe(
      'New. Carol Nguyen. Video call, Missed. Today, 2:36 PM',
    );
    expect(call(99)?.title).toBe('Press to call again');
    expect(call(98)?.dataset.missed).toBe('false');
  });

  test('is in Chinese, too', async () => {
    recents.lang = 'zh-CN';
    await shown();
    expect(words(recents.shadowRoot?.querySelector('h3') ?? undefined)).toBe('今天');
  });

  test('says so while there are none', async () => {
    client.calls = [];
    await shown();
    expect(words(parts('recents-empty')[0])).toContain('No calls yet');
  });

  test('waits while it loads, and offers to try again when that fails', async () => {
    client.refusal = { kind: 'no_connection' };
    recents.client = client;
    document.body.append(recents);
    await recents.updateComplete;
    expect(parts('recents-loading')).toHaveLength(1);
    await shown();
    expect(words(parts('recents-failed')[0])).toContain('could not be loaded');
    client.refusal = undefined;
    parts('recents-retry')[0]?.click();
    await shown();
    expect(parts('recent-call')).toHaveLength(10);
  });

  test('tries again by itself when the connection is back', async () => {
    client.refusal = { kind: 'no_connection' };
    await shown();
    client.refusal = undefined;
    client.emit('connectionChanged', { connected: true });
    await shown();
    expect(parts('recent-call')).toHaveLength(10);
  });
});

describe('a press', () => {
  test('asks to call back, with the same media', async () => {
    await shown();
    const asked: Redial[] = [];
    recents.addEventListener('hullo-redial', ({ detail }) => asked.push(detail));
    call(99)?.click();
    call(97)?.click();
    expect(asked).toMatchObject([
      { kind: 'one_to_one', accid: 'carol', media: 'video' },
      { kind: 'group', accid: 'erin', callId: 'past-97' },
    ]);
  });
});

describe('further back', () => {
  beforeEach(() => {
    client.calls = Array.from({ length: 70 }, (_, index) => recentOf({ id: 70 - index }));
  });

  test('is read page by page, to the end', async () => {
    await shown();
    expect(parts('recent-call')).toHaveLength(30);
    for (const length of [60, 70]) {
      parts('recents-older')[0]?.click();
      await shown();
      expect(parts('recent-call')).toHaveLength(length);
    }
    expect(parts('recents-older')).toHaveLength(0);
    expect(client.asked).toEqual(['newest', 'before 41', 'before 11']);
  });

  test('is read when the end comes into sight', async () => {
    const observers: { callback: (entries: { isIntersecting: boolean }[]) => void; targets: Element[] }[] =
      [];
    class Observer {
      targets: Element[] = [];
      constructor(readonly callback: (entries: { isIntersecting: boolean }[]) => void) {
        observers.push(this);
      }
      observe(target: Element) {
        this.targets.push(target);
      }
      disconnect() {
        this.targets = [];
      }
    }
    vi.stubGlobal('IntersectionObserver', Observer);
    recents = document.createElement('hullo-recents');
    await shown();
    const atEnd = observers.find(({ targets }) => targets.some((target) => target.className === 'end'));
    atEnd?.callback([{ isIntersecting: true }]);
    await shown();
    expect(parts('recent-call')).toHaveLength(60);
  });

  test('that fails can be tried again, and what is there stays', async () => {
    await shown();
    client.refusal = { kind: 'timeout' };
    parts('recents-older')[0]?.click();
    await shown();
    expect(words(parts('recents-older')[0])).toBe('Try again');
    client.refusal = undefined;
    parts('recents-older')[0]?.click();
    await shown();
    expect(parts('recent-call')).toHaveLength(60);
  });
});

describe('a new call', () => {
  const message = { id: 1 } as Message;

  test('comes in above, once', async () => {
    await shown();
    client.calls = [recentOf({ id: 100, ago: 1000 }), ...client.calls];
    client.emit('messageAdded', { message });
    await shown();
    client.emit('messageAdded', { message });
    await shown();
    expect(
      parts('recent-call')
        .map(({ dataset }) => dataset.callId)
        .slice(0, 2),
    ).toEqual(['past-100', 'past-99']);
    expect(parts('recent-call')).toHaveLength(11);
  });

  test('beside many others takes the place of a list that no longer joins on', async () => {
    await shown();
    client.calls = Array.from({ length: 50 }, (_, index) => recentOf({ id: 300 - index }));
    client.emit('messagesSkipped', {});
    await shown();
    expect(parts('recent-call')).toHaveLength(30);
    expect(parts('recents-older')).toHaveLength(1);
  });
});

describe('missed calls', () => {
  test('are read once they are before the person’s eyes, and stay marked while one looks', async () => {
    await shown();
    expect(client.asked).toEqual(['newest', 'read 99']);
    expect(missed).toEqual([0]);
    expect(call(99)?.className).toContain('fresh');
  });

  test('wait until they are, where the list is out of sight', async () => {
    const callbacks: ((entries: { isIntersecting: boolean }[]) => void)[] = [];
    class Observer {
      constructor(callback: (entries: { isIntersecting: boolean }[]) => void) {
        callbacks.push(callback);
      }
      observe() {}
      disconnect() {}
    }
    vi.stubGlobal('IntersectionObserver', Observer);
    recents = document.createElement('hullo-recents');
    recents.lang = 'en';
    recents.addEventListener('hullo-missed', ({ detail }) => missed.push(detail.missed));
    await shown();
    expect(recents.missed).toBe(4);
    expect(words(parts('recents-missed')[0])).toBe('4');
    callbacks[0]?.([{ isIntersecting: true }]);
    await shown();
    expect(client.readUpTo).toBe(99);
    expect(missed).toEqual([4, 0]);
  });

  test('stay unread where the app wants to say when they are read', async () => {
    recents.keepUnread = true;
    await shown();
    expect(recents.missed).toBe(4);
    await recents.markRead();
    expect(client.readUpTo).toBe(99);
    expect(recents.missed).toBe(0);
  });

  test('that were read on another device are read here', async () => {
    recents.keepUnread = true;
    await shown();
    client.emit('recentsRead', { upTo: 97 });
    expect(recents.missed).toBe(1);
  });
});

describe('the element', () => {
  test('follows who signs in, and forgets who was before', async () => {
    client.accid = undefined;
    client.refusal = { kind: 'not_logged_in' };
    await shown();
    expect(parts('recents-failed')).toHaveLength(1);
    client.accid = 'alice';
    client.refusal = undefined;
    client.emit('changed', { state: 'idle', elsewhere: [] } as never);
    await shown();
    expect(parts('recent-call')).toHaveLength(10);
  });

  test('listens while it is on the page, once, however often it is moved', async () => {
    await shown();
    const { listeners } = client;
    const other = document.createElement('div');
    document.body.append(other);
    other.append(recents);
    await shown();
    expect(client.listeners).toBe(listeners);
    recents.remove();
    expect(client.listeners).toBe(0);
    other.remove();
  });
});

test('days read as a person says them', () => {
  const now = new Date('2026-11-25T09:00:00').getTime();
  const day = (at: string): string => dayOf(new Date(at).getTime(), now, localeOf('en'));
  expect(day('2026-11-25T00:01:00')).toBe('Today');
  expect(day('2026-11-24T23:59:00')).toBe('Yesterday');
  expect(day('2026-11-20T12:00:00')).toBe('Friday');
  expect(day('2026-11-18T12:00:00')).toBe('November 18');
  expect(day('2025-11-24T12:00:00')).toBe('November 24, 2025');
});
