// A shared screen: who shares sees that, everybody else sees the screen large and the people beside it.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callOf, type FakeHullo } from '../gallery/fake.ts';
import { groupOf } from '../gallery/group.ts';
import { Bench } from './surface.ts';

let bench: Bench;
let client: FakeHullo;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { ...navigator, language: 'en', mediaDevices: { getDisplayMedia() {} } });
  bench = new Bench();
  ({ client } = bench);
  await bench.settle();
});

afterEach(() => {
  bench.surface.remove();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('who shares', () => {
  test.each(['voice', 'video', 'group-4', 'group-voice-5'])('in %s does it by a button', async (state) => {
    await bench.lead(state);
    const button = bench.part('hullo-share');
    button?.click();
    // Within the gesture: a browser shows its picker only there.
    expect(client.asked).toEqual(['share true']);
    await bench.settle();
    expect(bench.words('hullo-sharing')).toContain('You are sharing your screen');
    expect(bench.part('hullo-share')?.getAttribute('aria-pressed')).toBe('true');
    await bench.press('hullo-share-stop');
    expect(client.asked).toEqual(['share true', 'share false']);
    expect(bench.part('hullo-sharing')).toBeUndefined();
  });

  test('and picks nothing is told nothing', async () => {
    await bench.lead('video');
    client.refusal = { kind: 'screen_denied' };
    await bench.press('hullo-share');
    expect(bench.part('hullo-toast')).toBeUndefined();
    expect(bench.part('hullo-sharing')).toBeUndefined();
  });

  test('waits until the call is connected', async () => {
    await bench.lead('connecting-video');
    expect(bench.part('hullo-share')?.hasAttribute('disabled')).toBe(true);
  });
});

test('a browser that cannot share has no button for it', async () => {
  vi.stubGlobal('navigator', { ...navigator, mediaDevices: {} });
  await bench.lead('video');
  expect(bench.part('hullo-share')).toBeUndefined();
});

describe('a screen that somebody shares', () => {
  test.each(['voice-screen', 'video-screen'])('is large in %s, with both people beside it', async (state) => {
    await bench.lead(state);
    expect(bench.part('screen-tile-bob')?.hasAttribute('big')).toBe(true);
    expect(client.screens.get('bob')?.dataset.testid).toBe('screen-bob');
    expect(bench.ids('tile-')).toEqual(['alice', 'bob']);
    expect(bench.words('hullo-timer')).toBe('02:13');
    // It is still a call of two.
    expect(bench.part('hullo-hangup')).toBeDefined();
    expect(bench.part('members-button')).toBeUndefined();
  });

  test('goes with the share, and the call looks as before', async () => {
    await bench.lead('voice-screen');
    client.enter({ state: 'in_call', current: callOf({ state: 'active', media: 'audio' }) });
    await bench.settle();
    expect(bench.part('hullo-voice')).toBeDefined();
    expect(client.screens.size).toBe(0);
  });

  test('is large in a group until somebody is pinned, and again when it is pressed', async () => {
    await bench.lead('group-screen');
    expect(bench.part('screen-tile-bob')?.hasAttribute('big')).toBe(true);
    await bench.press('pin-carol');
    expect(bench.part('screen-tile-bob')?.hasAttribute('big')).toBe(false);
    expect(bench.part('tile-carol')?.hasAttribute('big')).toBe(true);
    await bench.press('pin-screen-bob');
    expect(bench.part('screen-tile-bob')?.hasAttribute('big')).toBe(true);
  });

  test('keeps its picture while it grows and shrinks', async () => {
    await bench.lead('group-screens');
    const pictures = new Map(client.screens);
    await bench.press('pin-screen-carol');
    expect(client.screens).toEqual(pictures);
    for (const picture of pictures.values()) expect(picture.isConnected).toBe(true);
    expect(bench.part('screen-tile-carol')?.hasAttribute('big')).toBe(true);
  });

  test('asks for no more pictures of people than there are beside it', async () => {
    await bench.lead('group-screen-23');
    expect(client.shown.length).toBeGreaterThan(0);
    expect(client.shown.every((accid) => bench.part(`tile-${accid}`) !== undefined)).toBe(true);
    expect(client.shown).not.toContain('screen:bob');
  });

  test('of this person is not shown to them: they look at it', async () => {
    client.enter({
      state: 'in_call',
      current: groupOf(3, { but: { alice: { screen: true } } }),
      local: { screen: { state: 'on' } },
    });
    await bench.settle();
    expect(client.screens.size).toBe(0);
    expect(bench.part('hullo-sharing')).toBeDefined();
  });

  test('is what a call beside the app shows', async () => {
    await bench.lead('small-screen');
    expect(client.screens.get('bob')?.dataset.testid).toBe('hullo-small-screen');
    client.enter({ state: 'in_call', current: callOf({ state: 'active', media: 'audio' }) });
    await bench.settle();
    expect(client.screens.size).toBe(0);
    expect(bench.part('hullo-small-screen')).toBeUndefined();
  });

  test('is announced', async () => {
    await bench.lead('video-screen');
    expect(bench.surface.shadowRoot?.querySelector('[aria-live]')?.textContent).toContain(
      'Bob is sharing a screen',
    );
  });
});
