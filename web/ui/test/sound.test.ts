import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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
  allowed = false;
  async resume() {
    this.resumed += 1;
    if (this.state !== 'suspended') return;
    if (!this.allowed) throw new DOMException('no gesture', 'NotAllowedError');
    this.state = 'running';
  }
  async close() {
    this.closed = true;
  }
}

function playerOn(context: FakeContext | undefined, changed?: () => void): Tones {
  return new Tones(() => context as unknown as AudioContext | undefined, changed);
}

/** An audio element as an app brings it. */
class FakeAudio {
  readonly played: string[] = [];
  loop = false;
  currentTime = 7;
  blocked = false;
  constructor(readonly src = 'own') {
    FakeAudio.made.push(this);
  }
  static made: FakeAudio[] = [];
  async play() {
    this.played.push(`play from ${this.currentTime}${this.loop ? ', again and again' : ''}`);
    if (this.blocked) throw new DOMException('no gesture', 'NotAllowedError');
  }
  pause() {
    this.played.push('pause');
  }
}

/** The locks of an origin, shared by its tabs. */
class FakeLocks {
  readonly #queues = new Map<string, (() => void)[]>();
  async request(name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void> | undefined) {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      queue.push(resolve);
      if (queue.length === 1) resolve();
    });
    await hold();
    queue.shift();
    queue[0]?.();
  }
}

describe('a player', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

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

  test('that the browser blocks says so, and sounds after the first gesture that the browser takes for one', async () => {
    const context = new FakeContext('suspended');
    const changes: boolean[] = [];
    const tones: Tones = playerOn(context, () => changes.push(tones.blocked));
    tones.loop('ringback');
    expect(tones.blocked).toBe(false);
    await vi.advanceTimersByTimeAsync(400);
    expect(changes).toEqual([true]);
    dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    await vi.advanceTimersByTimeAsync(0);
    expect(tones.blocked).toBe(true);
    context.allowed = true;
    dispatchEvent(new Event('pointerup'));
    await vi.advanceTimersByTimeAsync(0);
    expect(changes).toEqual([true, false]);
  });

  test('that is blocked no longer is when its tone is over, and gestures wake nothing any more', async () => {
    const context = new FakeContext('suspended');
    const tones = playerOn(context);
    tones.loop('ringback');
    await vi.advanceTimersByTimeAsync(400);
    tones.loop(undefined);
    expect(tones.blocked).toBe(false);
    const { resumed } = context;
    dispatchEvent(new Event('pointerup'));
    expect(context.resumed).toBe(resumed);
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

describe('tones of the app', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('sound in place of ours: an element from its beginning, until the moment is over', () => {
    const context = new FakeContext();
    const tones = playerOn(context);
    const own = new FakeAudio();
    tones.own = { ring: own as unknown as HTMLAudioElement };
    tones.loop('ring');
    tones.loop(undefined);
    expect(own.played).toEqual(['play from 0, again and again', 'pause']);
    expect(context.started).toEqual([]);
  });

  test('come from an address, which is loaded once', () => {
    FakeAudio.made = [];
    vi.stubGlobal('Audio', FakeAudio);
    const tones = playerOn(new FakeContext());
    tones.own = { ended: 'https://app.example/bye.mp3' };
    tones.once('ended');
    tones.once('ended');
    expect(FakeAudio.made.map(({ src, played }) => [src, played])).toEqual([
      ['https://app.example/bye.mp3', ['play from 0', 'play from 0']],
    ]);
  });

  test('can be off one by one', () => {
    const context = new FakeContext();
    const tones = playerOn(context);
    tones.own = { ringback: false };
    tones.loop('ringback');
    expect(context.started).toEqual([]);
    tones.loop('ring');
    expect(context.started).toHaveLength(1);
  });

  test('that the browser blocks are blocked sound, too', async () => {
    const tones = playerOn(undefined);
    const own = Object.assign(new FakeAudio(), { blocked: true });
    tones.own = { ring: own as unknown as HTMLAudioElement };
    tones.loop('ring');
    await vi.waitFor(() => expect(tones.blocked).toBe(true));
    own.blocked = false;
    tones.resume();
    await vi.waitFor(() => expect(tones.blocked).toBe(false));
  });
});

describe('several tabs of one origin', () => {
  beforeEach(() => vi.stubGlobal('navigator', { locks: new FakeLocks() }));
  afterEach(() => vi.unstubAllGlobals());

  test('ring once, and the next goes on when the one that rings closes', async () => {
    const [one, other] = [new FakeContext(), new FakeContext()];
    const [first, second] = [playerOn(one), playerOn(other)];
    first.loop('ring', 'call-1');
    second.loop('ring', 'call-1');
    await vi.waitFor(() => expect(one.started).toHaveLength(1));
    expect(other.started).toEqual([]);
    first.close();
    await vi.waitFor(() => expect(other.started).toHaveLength(1));
  });

  test('ring for two calls beside each other', async () => {
    const [one, other] = [new FakeContext(), new FakeContext()];
    playerOn(one).loop('ring', 'call-1');
    playerOn(other).loop('ring', 'call-2');
    await vi.waitFor(() => expect([one.started.length, other.started.length]).toEqual([1, 1]));
  });

  test('leave it to the one that may sound', async () => {
    const blocked = Object.assign(new FakeAudio(), { blocked: true });
    const [first, other] = [playerOn(undefined), new FakeContext()];
    first.own = { ring: blocked as unknown as HTMLAudioElement };
    first.loop('ring', 'call-1');
    playerOn(other).loop('ring', 'call-1');
    await vi.waitFor(() => expect(other.started).toHaveLength(1));
    expect(first.blocked).toBe(true);
  });

  test('that wait and are answered elsewhere stay silent', async () => {
    const [one, other] = [new FakeContext(), new FakeContext()];
    const [first, second] = [playerOn(one), playerOn(other)];
    first.loop('ring', 'call-1');
    await vi.waitFor(() => expect(one.started).toHaveLength(1));
    second.loop('ring', 'call-1');
    second.loop(undefined);
    first.loop(undefined);
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
    expect(other.started).toEqual([]);
  });
});
