// Shared screens in the views of the app.
import { fold } from '../accid.ts';
import { show } from './playback.ts';

/** Which views show whose screen, one's own included. */
export class ScreenViews {
  /** By account, folded. */
  #streams = new Map<string, MediaStream>();
  /** Whose screen each view shows, folded. */
  readonly #views = new Map<HTMLVideoElement, string>();

  /** The screens there are, by account. A track that was shown before goes on without a gap. */
  apply(tracks: ReadonlyMap<string, MediaStreamTrack>): void {
    const before = this.#streams;
    this.#streams = new Map();
    for (const [accid, track] of tracks) {
      const owner = fold(accid);
      const known = before.get(owner);
      this.#streams.set(owner, known?.getTracks()[0] === track ? known : new MediaStream([track]));
    }
    for (const [view, owner] of this.#views) show(view, this.#streams.get(owner));
  }

  /** Shows an account's screen, now and whenever there is one, in this view as well; `null` takes all its views away. */
  attach(accid: string, view: HTMLVideoElement | null): void {
    const owner = fold(accid);
    if (view) {
      this.#views.set(view, owner);
      show(view, this.#streams.get(owner));
      return;
    }
    for (const [known, other] of this.#views) if (other === owner) this.detach(known);
  }

  /** Takes one view away. */
  detach(view: HTMLVideoElement): void {
    if (this.#views.delete(view)) show(view, undefined);
  }
}
