// The others' sound, through audio elements of its own, one for each m-line.
import { fold } from '../accid.ts';
import type { IncomingSlot } from './incoming.ts';
import { streamOf } from './views.ts';

/** What may lift the browser's block of sound; some of it does not count (Escape), so that each is only a new attempt. */
const GESTURES = ['pointerdown', 'pointerup', 'keydown', 'click', 'touchend'] as const;

/** Plays what is received. */
export class Sounds {
  /** By m-line, for as long as the connection lasts: who speaks may change often, and an element that plays goes on. */
  readonly #sounds = new Map<string, HTMLAudioElement>();
  /** Those that the browser does not let sound before the person has done something on the page. */
  readonly #blocked = new Set<HTMLAudioElement>();
  /** By account, folded; kept for the next call. */
  readonly #volumes = new Map<string, number>();
  readonly #blockChanged: (isBlocked: boolean) => void;
  /** The chosen speaker. */
  #speakerId: string | undefined;
  /** It is not there: the default one is better than silence. */
  #isSpeakerGone = false;
  /** Ends the wait for a gesture. */
  #gestures: AbortController | undefined;
  #isSaidBlocked = false;

  /** `blockChanged` is called in a turn of its own, when {@link Sounds.isBlocked} has become another. */
  constructor(speakerId: string | undefined, blockChanged: (isBlocked: boolean) => void) {
    this.#speakerId = speakerId;
    this.#blockChanged = blockChanged;
  }

  /** Whether the browser keeps anything silent. */
  get isBlocked(): boolean {
    return this.#blocked.size > 0;
  }

  /** Plays these tracks. One that was played before goes on without a gap. */
  apply(slots: readonly IncomingSlot[]): void {
    for (const slot of slots) this.#apply(slot);
  }

  /** Tries again to play what is blocked. Resolves with whether all of it plays. */
  async start(): Promise<boolean> {
    await Promise.all([...this.#blocked].map((sound) => this.#play(sound)));
    return !this.isBlocked;
  }

  /** How loud an account is, 0 to 1. */
  volumeOf(accid: string): number {
    return this.#volumes.get(fold(accid)) ?? 1;
  }

  /** Plays an account as loud as this, 0 to 1, now and whenever it is there. */
  setVolume(accid: string, volume: number, slots: readonly IncomingSlot[]): void {
    this.#volumes.set(fold(accid), volume);
    this.apply(slots);
  }

  /** Plays through another speaker from now on. Rejects when the browser does not have it or does not let a page choose. */
  async useSpeaker(deviceId: string): Promise<void> {
    const probe: HTMLAudioElement = new Audio();
    if (!('setSinkId' in probe)) throw new Error('this browser does not let a page choose the speaker');
    await probe.setSinkId(deviceId);
    this.#speakerId = deviceId;
    this.#isSpeakerGone = false;
    for (const sound of this.#sounds.values()) this.#route(sound);
  }

  /** The speaker that is in use; empty for the system's default, undefined where the browser does not let a page choose. */
  get speakerId(): string | undefined {
    if (!('setSinkId' in Audio.prototype)) return undefined;
    return this.#isSpeakerGone ? '' : (this.#speakerId ?? '');
  }

  /** The machine's speakers are these now: one that is gone gives way to the default, and is used again when it is back. */
  followSpeakers(speakers: readonly MediaDeviceInfo[]): void {
    // Before the person has allowed a device, none has an id.
    if (!speakers.some(({ deviceId }) => deviceId !== '')) return;
    const isGone =
      this.#speakerId !== undefined && !speakers.some(({ deviceId }) => deviceId === this.#speakerId);
    if (isGone === this.#isSpeakerGone) return;
    this.#isSpeakerGone = isGone;
    for (const sound of this.#sounds.values()) this.#route(sound);
  }

  #route(sound: HTMLAudioElement): void {
    const { speakerId } = this;
    // It may be unplugged before anybody has said so.
    if (speakerId !== undefined) sound.setSinkId(speakerId).catch(() => {});
  }

  /** Stops everything. */
  clear(): void {
    for (const sound of this.#sounds.values()) {
      sound.pause();
      sound.srcObject = null;
    }
    this.#sounds.clear();
    this.#blocked.clear();
    this.#followBlock();
  }

  #apply({ mid, accid, track, muted }: IncomingSlot): void {
    const sound: HTMLAudioElement = this.#sounds.get(mid) ?? new Audio();
    this.#sounds.set(mid, sound);
    sound.muted = muted;
    sound.volume = this.volumeOf(accid);
    const stream = sound.srcObject instanceof MediaStream ? sound.srcObject : undefined;
    const next = streamOf(track, stream);
    if (next === stream) return;
    sound.srcObject = next;
    if (this.speakerId) this.#route(sound);
    void this.#play(sound);
  }

  async #play(sound: HTMLAudioElement): Promise<void> {
    const isBlocked = await sound.play().then(
      () => false,
      (error: unknown) => error instanceof DOMException && error.name === 'NotAllowedError',
    );
    // It may have been stopped meanwhile.
    if (isBlocked && sound.srcObject) this.#blocked.add(sound);
    else this.#blocked.delete(sound);
    this.#followBlock();
  }

  /** Waits for gestures as long as anything is blocked, and says when that has changed. */
  #followBlock(): void {
    if (!this.isBlocked) {
      this.#gestures?.abort();
      this.#gestures = undefined;
    } else if (!this.#gestures) {
      this.#gestures = new AbortController();
      const options = { capture: true, signal: this.#gestures.signal };
      for (const gesture of GESTURES) document.addEventListener(gesture, () => void this.start(), options);
    }
    queueMicrotask(() => {
      if (this.#isSaidBlocked === this.isBlocked) return;
      this.#isSaidBlocked = this.isBlocked;
      this.#blockChanged(this.#isSaidBlocked);
    });
  }
}
