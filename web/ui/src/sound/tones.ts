// Plays the tones of a call: our own through WebAudio, or those of the app. Which tone belongs to which moment is a pure
// function; the player keeps at most one repeating tone going and stops it exactly.
import type { ParticipantState, State } from '@hullo/sdk';
import { type Playing, playElement, playNotes, type Refusal } from './playing.ts';
import { scores, synthesise, type ToneName } from './score.ts';
import { takeTurn } from './turn.ts';

/** A tone that goes on until it is stopped. */
export type LoopName = 'ring' | 'ringback' | 'waiting';

/** A tone that is played once. */
export type OnceName = Exclude<ToneName, LoopName>;

/** An app's own tone: the address of a file, an element that plays it, or `false` for silence. */
export type Tone = string | URL | HTMLAudioElement | false;

/** An app's own tones; those it does not name are ours. */
export type OwnTones = { readonly [name in ToneName]?: Tone };

/** What `hullo-sound-blocked` carries. */
export interface SoundChange {
  /** The browser does not let the page sound. */
  readonly blocked: boolean;
}

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

/** What gives a page the right to sound. Escape does not, so that each is tried until one works. */
const GESTURES = ['pointerdown', 'pointerup', 'keydown'] as const;

/** A player. Without audio, or while the browser blocks sound, it stays silent and the rest goes on. */
export class Tones {
  /** The app's own. A tone that plays goes on. */
  own: OwnTones = {};
  #context: AudioContext | undefined;
  #loop: { name: LoopName; turn: string | undefined; stop: () => void } | undefined;
  /** The repeating tone, once it is this tab's turn. */
  #playing: Playing | undefined;
  #blocked = false;
  readonly #buffers = new Map<ToneName, AudioBuffer>();
  readonly #files = new Map<string, HTMLAudioElement>();

  /** `changed` is called when {@link Tones.blocked} has changed. */
  constructor(
    private readonly open: () => AudioContext | undefined = openContext,
    private readonly changed: () => void = () => undefined,
  ) {}

  /** The repeating tone of now, whether or not it sounds here. */
  get looping(): ToneName | undefined {
    return this.#loop?.name;
  }

  /** The browser does not let the repeating tone sound: `resume()` in a gesture, or any gesture on the page, ends that. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /**
   * Repeats `name` until the next call; one that already plays goes on undisturbed; undefined is silence. With a `turn`, of
   * all tabs that repeat a tone of that turn, one sounds.
   */
  loop(name: LoopName | undefined, turn?: string): void {
    if (name === this.#loop?.name && turn === this.#loop?.turn) return;
    this.#loop?.stop();
    this.#loop = undefined;
    if (name) this.#loop = { name, turn, stop: this.#begin(name, turn) };
  }

  /** Plays a short tone once. */
  once(name: OnceName): void {
    this.#start(name, () => undefined);
  }

  /** Lets a blocked tone sound; to be called in a gesture. */
  resume = (): void => {
    this.#playing?.resume();
  };

  /** Silence, and the audio device is free again. */
  close(): void {
    this.loop(undefined);
    void this.#context?.close();
    this.#context = undefined;
    this.#buffers.clear();
    this.#files.clear();
  }

  #begin(name: LoopName, turn: string | undefined): () => void {
    let giveBack = (): void => undefined;
    const play = (): void => {
      this.#playing = this.#start(name, (refused) => {
        this.#block(refused);
        // Another tab may be luckier.
        if (refused) giveBack();
      });
    };
    if (turn === undefined) play();
    else giveBack = takeTurn(`hullo-ring-${turn}`, play);
    return () => {
      giveBack();
      this.#playing?.stop();
      this.#playing = undefined;
      this.#block(false);
    };
  }

  #start(name: ToneName, refusal: Refusal): Playing | undefined {
    const own = this.own[name];
    const score = scores[name];
    if (own === false) return;
    if (own !== undefined) {
      const element = typeof own === 'object' && 'play' in own ? own : this.#fileOf(String(own));
      return playElement(element, score.loops, refusal);
    }
    this.#context ??= this.open();
    const context = this.#context;
    return context && playNotes(context, this.#bufferOf(context, name), score, refusal);
  }

  #fileOf(address: string): HTMLAudioElement {
    const known = this.#files.get(address) ?? new Audio(address);
    this.#files.set(address, known);
    return known;
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

  #block(blocked: boolean): void {
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    for (const gesture of GESTURES) {
      if (blocked) addEventListener(gesture, this.resume, { capture: true });
      else removeEventListener(gesture, this.resume, { capture: true });
    }
    this.changed();
  }
}

function openContext(): AudioContext | undefined {
  return typeof AudioContext === 'undefined' ? undefined : new AudioContext();
}
