// Pictures in the views of the app: `<video>` elements that it hands over, several of one account if it likes.
import { fold } from '../accid.ts';

/** The pictures of the others, and where they are shown. */
export class Views {
  /** By account, folded, as are the views. */
  #pictures = new Map<string, MediaStream>();
  readonly #views = new Map<string, Set<HTMLVideoElement>>();

  /** The accounts that have a view, folded, in the order in which they got their first. */
  get viewed(): readonly string[] {
    return [...this.#views.keys()];
  }

  /** Shows exactly these tracks, by account. One that was shown before goes on without a gap. */
  apply(tracks: Iterable<readonly [accid: string, track: MediaStreamTrack]>): void {
    const before = this.#pictures;
    this.#pictures = new Map();
    for (const [accid, track] of tracks) {
      const owner = fold(accid);
      this.#pictures.set(owner, streamOf(track, before.get(owner)));
    }
    for (const [owner, views] of this.#views) for (const view of views) show(view, this.#pictures.get(owner));
  }

  /** Shows an account's picture in one more view, now and whenever there is one; with `null` in none any more. */
  attach(accid: string, view: HTMLVideoElement | null): void {
    const owner = fold(accid);
    const views = this.#views.get(owner) ?? new Set();
    if (!view) {
      for (const known of views) this.detach(known);
      return;
    }
    // One view shows one account: the last that it was given to.
    if (!views.has(view)) this.detach(view);
    this.#views.set(owner, views.add(view));
    show(view, this.#pictures.get(owner));
  }

  /** Takes a view away. */
  detach(view: HTMLVideoElement): void {
    for (const [owner, views] of this.#views) {
      if (!views.delete(view)) continue;
      show(view, undefined);
      if (views.size === 0) this.#views.delete(owner);
    }
  }

  /** Takes all views away. */
  close(): void {
    for (const owner of this.viewed) this.attach(owner, null);
  }
}

/** The same stream if it has this track already. */
export function streamOf(track: MediaStreamTrack, stream: MediaStream | undefined): MediaStream {
  return stream?.getTracks()[0] === track ? stream : new MediaStream([track]);
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
