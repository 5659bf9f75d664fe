// Plays the tones of a call through WebAudio. Which tone belongs to which moment is a pure function; the player keeps
// at most one repeating tone going and stops it exactly.
import type { ParticipantState, State } from '@hullo/sdk';
import { scores, synthesise, type ToneName } from './score.ts';

/** A tone that goes on until it is stopped. */
export type LoopName = 'ring' | 'ringback' | 'waiting';

/** A tone that is played once. */
export type OnceName = Exclude<ToneName, LoopName>;

/** The repeating tone of a moment: the callee rings; the caller hears ringback once somebody's device really rings. */
export function loopFor(
  state: State,
  callees: readonly ParticipantState[],
  answering: boolean,
  waiting = false,
): LoopName | undefined {
  if (waiting) return 'waiting';
  if (state === 'called') return answering ? undefined : 'ring';
  if (state === 'calling')
    return callees.some((callee) => callee === 'ringing' || callee === 'delivered') ? 'ringback' : undefined;
  return undefined;
}

/** Seconds over which a stopped tone fades, so that it does not click. */
const FADE = 0.02;

/** A player. Without WebAudio, or while the browser blocks sound, it stays silent and the rest goes on. */
export class Tones {
  #context: AudioContext | undefined;
  #loop: { name: ToneName; stop: () => void } | undefined;
  readonly #buffers = new Map<ToneName, AudioBuffer>();

  constructor(private readonly open: () => AudioContext | undefined = openContext) {}

  /** The repeating tone that plays now. */
  get looping(): ToneName | undefined {
    return this.#loop?.name;
  }

  /** Repeats `name` until the next call; one that already plays goes on undisturbed; undefined is silence. */
  loop(name: LoopName | undefined): void {
    if (name === this.#loop?.name) return;
    this.#loop?.stop();
    this.#loop = undefined;
    if (name) this.#loop = { name, stop: this.#start(name) };
  }

  /** Plays a short tone once. */
  once(name: OnceName): void {
    this.#start(name);
  }

  /** Silence, and the audio device is free again. */
  close(): void {
    this.loop(undefined);
    void this.#context?.close();
    this.#context = undefined;
    this.#buffers.clear();
  }

  #start(name: ToneName): () => void {
    this.#context ??= this.open();
    const context = this.#context;
    if (!context) return () => undefined;
    const source = context.createBufferSource();
    const gain = context.createGain();
    source.buffer = this.#bufferOf(context, name);
    source.loop = scores[name].loops;
    source.connect(gain).connect(context.destination);
    source.start();
    const quiet = this.#wake(context);
    return () => {
      quiet();
      gain.gain.setTargetAtTime(0, context.currentTime, FADE / 3);
      source.stop(context.currentTime + FADE);
    };
  }

  #bufferOf(context: AudioContext, name: ToneName): AudioBuffer {
    const known = this.#buffers.get(name);
    if (known) return known;
    const samples = synthesise(scores[name], context.sampleRate);
    const buffer = context.createBuffer(1, samples.length, context.sampleRate);
    buffer.copyToChannel(samples, 0);
    this.#buffers.set(name, buffer);
    return buffer;
  }

  /** A page that nobody has touched may not sound: wakes the context now if allowed, or else at the first touch. */
  #wake(context: AudioContext): () => void {
    if (context.state !== 'suspended') return () => undefined;
    const resume = (): void => {
      context.resume().catch(() => undefined);
    };
    const gestures = ['pointerdown', 'keydown'] as const;
    for (const gesture of gestures) addEventListener(gesture, resume, { capture: true, once: true });
    resume();
    return () => {
      for (const gesture of gestures) removeEventListener(gesture, resume, { capture: true });
    };
  }
}

function openContext(): AudioContext | undefined {
  return typeof AudioContext === 'undefined' ? undefined : new AudioContext();
}
