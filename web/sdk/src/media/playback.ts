// The others' sound and picture: sound through audio elements of its own, one for each m-line; pictures in the views of
// the app.
import { fold } from '../accid.ts';
import type { RemoteSlot } from '../wire.ts';

/** A receiving m-line with the track that comes through it. */
export interface IncomingSlot extends RemoteSlot {
  track: MediaStreamTrack;
}

const GESTURES = ['pointerup', 'keydown'] as const;

/** Plays and shows what is received. */
export class Playback {
  /** By m-line, for as long as the connection lasts: who speaks may change often, and an element that plays goes on. */
  readonly #sounds = new Map<string, HTMLAudioElement>();
  /** By account, folded, as are the views. */
  #pictures = new Map<string, MediaStream>();
  readonly #views = new Map<string, HTMLVideoElement>();
  #speakerId: string | undefined;

  constructor(speakerId: string | undefined) {
    this.#speakerId = speakerId;
  }

  /** The accounts that have a view, folded, in the order in which they got it. */
  get viewed(): readonly string[] {
    return [...this.#views.keys()];
  }

  /** Plays exactly these tracks. Tracks that were played before go on without a gap. */
  apply(slots: readonly IncomingSlot[]): void {
    const before = this.#pictures;
    this.#pictures = new Map();
    for (const { mid, accid, kind, track, muted } of slots) {
      const owner = fold(accid);
      if (kind === 'screen') continue;
      if (kind === 'video') this.#pictures.set(owner, reuse(before.get(owner), track));
      else this.#play(mid, track, muted);
    }
    for (const [accid, view] of this.#views) show(view, this.#pictures.get(accid));
  }

  /** Stops everything. */
  clear(): void {
    this.apply([]);
    for (const sound of this.#sounds.values()) stop(sound);
    this.#sounds.clear();
  }

  /** Shows an account's picture, now and whenever there is one; `null` for nowhere. */
  attach(of: string, view: HTMLVideoElement | null): void {
    const accid = fold(of);
    const old = this.#views.get(accid);
    if (old && old !== view) show(old, undefined);
    if (!view) {
      this.#views.delete(accid);
      return;
    }
    // One view shows one account: the last that it was given to.
    for (const [other, known] of this.#views)
      if (known === view && other !== accid) this.#views.delete(other);
    this.#views.set(accid, view);
    show(view, this.#pictures.get(accid));
  }

  /** Plays through another speaker from now on. Rejects when the browser does not have it or does not let a page choose. */
  async useSpeaker(deviceId: string): Promise<void> {
    const probe: HTMLAudioElement = new Audio();
    if (!('setSinkId' in probe)) throw new Error('this browser does not let a page choose the speaker');
    await probe.setSinkId(deviceId);
    this.#speakerId = deviceId;
    await Promise.all([...this.#sounds.values()].map((sound) => sound.setSinkId(deviceId)));
  }

  #play(mid: string, track: MediaStreamTrack, muted: boolean): void {
    const sound: HTMLAudioElement = this.#sounds.get(mid) ?? new Audio();
    this.#sounds.set(mid, sound);
    sound.muted = muted;
    const stream = sound.srcObject instanceof MediaStream ? sound.srcObject : undefined;
    const next = reuse(stream, track);
    if (next === stream) return;
    sound.srcObject = next;
    // The chosen speaker may be unplugged: the default one is better than silence.
    if (this.#speakerId !== undefined) sound.setSinkId?.(this.#speakerId).catch(() => {});
    sound.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') playAtNextGesture(sound);
    });
  }
}

/** The same stream if it has this track already. */
function reuse(stream: MediaStream | undefined, track: MediaStreamTrack): MediaStream {
  return stream?.getTracks()[0] === track ? stream : new MediaStream([track]);
}

function stop(sound: HTMLAudioElement): void {
  sound.pause();
  sound.srcObject = null;
}

/** Browsers let a page sound only after the person has done something on it. */
function playAtNextGesture(sound: HTMLAudioElement): void {
  const options = { capture: true };
  const play = () => {
    for (const gesture of GESTURES) document.removeEventListener(gesture, play, options);
    if (sound.srcObject) sound.play().catch(() => {});
  };
  for (const gesture of GESTURES) document.addEventListener(gesture, play, options);
}

/** Puts a stream into a view: picture only, and without going full screen on phones. */
export function show(view: HTMLVideoElement, stream: MediaStream | undefined): void {
  if (view.srcObject === (stream ?? null)) return;
  view.muted = true;
  view.playsInline = true;
  view.autoplay = true;
  view.srcObject = stream ?? null;
  // A muted view may always play; this rejects only when the stream is replaced meanwhile.
  if (stream) view.play().catch(() => {});
}
