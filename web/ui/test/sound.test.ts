import { afterEach, describe, expect, test, vi } from 'vitest';
import { scores, synthesise } from '../src/sound/score.ts';
import { loopFor, Tones } from '../src/sound/tones.ts';

describe('which tone belongs to a moment', () => {
  test('callee rings until it answers', () => {
    expect(loopFor('called', ['accepted'], false)).toBe('ring');
    expect(loopFor('called', ['accepted'], true)).toBeUndefined();
  });

  test('caller hears ringback only once the other side has the call', () => {
    expect(loopFor('calling', ['invited'], false)).toBeUndefined();
    expect(loopFor('calling', ['delivered'], false)).toBe('ringback');
    expect(loopFor('calling', ['ringing'], false)).toBe('ringback');
    expect(loopFor('calling', ['accepted'], false)).toBeUndefined();
  });

  test('several callees are one: ringback begins with the first of them who rings', () => {
    expect(loopFor('calling', ['busy', 'invited'], false)).toBeUndefined();
    expect(loopFor('calling', ['busy', 'ringing', 'invited'], false)).toBe('ringback');
  });

  test('another call that waits knocks during a call', () => {
    expect(loopFor('in_call', ['joined'], false, true)).toBe('waiting');
  });

  test('running call and no call are silent', () => {
    expect(loopFor('in_call', ['joined'], false)).toBeUndefined();
    expect(loopFor('idle', [], false)).toBeUndefined();
  });
});

describe('a synthesised tone', () => {
  test.each(Object.entries(scores))(
    '%s has sound, stays within bounds and has its length',
    (_name, score) => {
      const samples = synthesise(score, 8_000);
      expect(samples.length).toBe(Math.round(score.length * 8_000));
      const loudest = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(loudest).toBeGreaterThan(0.4);
      expect(loudest).toBeLessThanOrEqual(0.5001);
    },
  );

  test('repeats without a click: its end meets its start', () => {
    for (const score of [scores.ring, scores.ringback]) {
      const samples = synthesise(score, 48_000);
      expect(Math.abs((samples.at(-1) ?? 1) - (samples[0] ?? 0))).toBeLessThan(0.02);
    }
  });

  test('of ring and of ringback are not the same', () => {
    expect(scores.ring.notes.map((note) => note.frequency)).not.toEqual(
      scores.ringback.notes.map((note) => note.frequency),
    );
  });
});

/** Counts what a player starts and stops. */
class FakeContext {
  readonly sampleRate = 8_000;
  readonly currentTime = 1;
  readonly destination = {};
  readonly started: { loop: boolean; stoppedAt: number | undefined }[] = [];
  resumed = 0;
  closed = false;
  constructor(public state: AudioContextState = 'running') {}

  createBufferSource() {
    const entry: { loop: boolean; stoppedAt: number | undefined } = { loop: false, stoppedAt: undefined };
    const node = {
      buffer: null,
      set loop(value: boolean) {
        entry.loop = value;
      },
      connect: (next: unknown) => next,
      start: () => this.started.push(entry),
      stop: (at: number) => {
        entry.stoppedAt = at;
      },
    };
    return node;
  }
  createGain() {
    return { gain: { setTargetAtTime: () => undefined }, connect: (next: unknown) => next };
  }
  createBuffer() {
    return { copyToChannel: () => undefined };
  }
  async resume() {
    this.resumed += 1;
    if (this.state !== 'suspended') return;
    throw new DOMException('no gesture', 'NotAllowedError');
  }
  async close() {
    this.closed = true;
  }
}

function playerOn(context: FakeContext | undefined): Tones {
  return new Tones(() => context as unknown as AudioContext | undefined);
}

describe('a player', () => {
  afterEach(() => vi.restoreAllMocks());

  test('goes on with the tone that it plays', () => {
    const context = new FakeContext();
    const tones = playerOn(context);
    tones.loop('ring');
    tones.loop('ring');
    expect(context.started).toEqual([{ loop: true, stoppedAt: undefined }]);
  });

  test('stops at once, with a fade too short to hear', () => {
    const context = new FakeContext();
    const tones = playerOn(context);
    tones.loop('ring');
    tones.loop(undefined);
    expect(tones.looping).toBeUndefined();
    expect(context.started[0]?.stoppedAt).toBeCloseTo(1.02, 5);
  });

  test('changes from one tone to another without both sounding', () => {
    const context = new FakeContext();
    const tones = playerOn(context);
    tones.loop('ringback');
    tones.loop('ring');
    expect(context.started.map(({ stoppedAt }) => stoppedAt === undefined)).toEqual([false, true]);
  });

  test('plays a short tone once', () => {
    const context = new FakeContext();
    playerOn(context).once('busy');
    expect(context.started).toEqual([{ loop: false, stoppedAt: undefined }]);
  });

  test('waits for a touch where the browser blocks sound, and no longer than the tone', async () => {
    const context = new FakeContext('suspended');
    const tones = playerOn(context);
    tones.loop('ring');
    dispatchEvent(new Event('pointerdown'));
    expect(context.resumed).toBe(2);
    tones.loop(undefined);
    dispatchEvent(new Event('keydown'));
    expect(context.resumed).toBe(2);
  });

  test('is silent where there is no sound at all', () => {
    const tones = playerOn(undefined);
    tones.loop('ring');
    tones.once('ended');
    tones.loop(undefined);
    expect(tones.looping).toBeUndefined();
  });

  test('gives the device back', () => {
    const context = new FakeContext();
    const tones = playerOn(context);
    tones.loop('ring');
    tones.close();
    expect(context.closed).toBe(true);
    expect(context.started[0]?.stoppedAt).toBeDefined();
  });
});
