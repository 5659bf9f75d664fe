// Answering and dialling as people want: with the camera closed, muted, and seeing what they are about to send.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FakeHullo } from '../gallery/fake.ts';
import { Bench } from './surface.ts';

let bench: Bench;
let client: FakeHullo;

beforeEach(async () => {
  vi.useFakeTimers();
  bench = new Bench();
  ({ client } = bench);
  await bench.settle();
});

afterEach(() => {
  bench.surface.remove();
  vi.useRealTimers();
});

describe('a video call that rings', () => {
  test.each([
    ['hullo-accept', 'accept'],
    ['hullo-accept-camera-off', 'accept without video'],
    ['hullo-reject', 'reject'],
  ])('is answered by %s: %s', async (button, asked) => {
    await bench.lead('incoming-video');
    await bench.press(button);
    expect(client.asked).toEqual([asked]);
  });

  test('can be muted before it is answered', async () => {
    await bench.lead('incoming-video');
    await bench.press('hullo-answer-muted');
    expect(bench.part('hullo-answer-muted')?.getAttribute('aria-pressed')).toBe('true');
    await bench.press('hullo-accept');
    expect(client.asked).toEqual(['mute audio true', 'accept']);
  });

  test('takes one answer only', async () => {
    await bench.lead('incoming-video');
    client.accept = () => new Promise(() => undefined);
    await bench.press('hullo-accept-camera-off');
    for (const button of ['hullo-accept', 'hullo-accept-camera-off', 'hullo-answer-muted'])
      expect(bench.part(button)?.hasAttribute('disabled'), button).toBe(true);
  });
});

test('a voice call that rings has no camera to speak of', async () => {
  await bench.lead('incoming-voice');
  expect(bench.part('hullo-accept-camera-off')).toBeUndefined();
  await bench.press('hullo-accept');
  expect(client.asked).toEqual(['accept']);
});

test('a caller who is away for the moment is shown so', async () => {
  await bench.lead('incoming-caller-away');
  expect(bench.words('hullo-peer-reconnecting')).toBe('Bob is reconnecting…');
  await bench.lead('incoming-video');
  expect(bench.part('hullo-peer-reconnecting')).toBeUndefined();
});

test('a caller who is away is shown so in a banner, too', async () => {
  bench.surface.incoming = 'banner';
  await bench.lead('incoming-caller-away');
  expect(bench.words('hullo-status')).toBe('Bob is reconnecting…');
});

describe('a dial', () => {
  test('shows what will be sent, as the app has preset it', async () => {
    await bench.lead('outgoing-preset');
    expect(bench.part('hullo-mute-audio')?.getAttribute('aria-pressed')).toBe('true');
    expect(bench.part('hullo-mute-video')?.getAttribute('aria-pressed')).toBe('true');
    expect(bench.part('hullo-local-video')).toBeUndefined();
  });

  test('lets it be changed while it rings', async () => {
    await bench.lead('outgoing-video');
    await bench.press('hullo-mute-audio');
    await bench.press('hullo-mute-video');
    expect(client.asked).toEqual(['mute audio true', 'mute video true']);
    expect(bench.part('hullo-local-video')).toBeUndefined();
  });

  test('takes what the client takes', async () => {
    const call = vi.spyOn(client, 'call');
    await bench.surface.dial('bob', { media: 'video', video: false });
    expect(call).toHaveBeenCalledWith('bob', { media: 'video', video: false });
  });

  test('by voice has no camera', async () => {
    await bench.lead('outgoing-voice');
    expect(bench.part('hullo-mute-audio')).toBeDefined();
    expect(bench.part('hullo-mute-video')).toBeUndefined();
  });
});
