// What the surface remembers of the people in one call beside what the client says: who speaks, who has just turned out
// not to come, whom this person has muted for themselves, and whose tile is large.
import type { Call } from '@hullo/sdk';
import type { Scene } from '../scene.ts';
import { Departures, isPresentOrPending, tilesOf } from './roster.ts';
import { SpeakerTracker } from './speakers.ts';

/** Begins anew with each call. */
export class GroupController {
  #callId: string | undefined;
  #mutedForMe: ReadonlySet<string> = new Set();
  #pinned: string | undefined;
  readonly #speakers = new SpeakerTracker();
  readonly #departures = new Departures();

  /** Looks at the call at `now` (`performance.now()`). */
  apply(call: Call, now: number): void {
    if (call.callId !== this.#callId) {
      this.#callId = call.callId;
      this.#mutedForMe = new Set();
      this.#pinned = undefined;
      this.#speakers.reset();
    }
    this.#departures.apply(call, now);
    const pinned = call.participants.find(({ accid }) => accid === this.#pinned);
    if (!pinned || !isPresentOrPending(pinned)) this.#pinned = undefined;
  }

  /** Takes who speaks. */
  applySpeakers(accids: readonly string[], now: number): void {
    this.#speakers.apply(accids, now);
  }

  /** Shows `accid` large, or nobody. */
  pin(accid: string | undefined): void {
    this.#pinned = accid;
  }

  /** Keeps what the client has done. */
  muteForMe(accid: string, muted: boolean): void {
    const others = [...this.#mutedForMe].filter((other) => other !== accid);
    this.#mutedForMe = new Set(muted ? [...others, accid] : others);
  }

  /** What a scene shows of it at `now`. */
  at(
    now: number,
    call: Call | undefined,
    me: string | undefined,
  ): Pick<Scene, 'tiles' | 'speakers' | 'pinned' | 'mutedForMe'> {
    return {
      tiles: call ? tilesOf(call, me, this.#departures.at(now)) : [],
      speakers: this.#speakers.at(now),
      pinned: this.#pinned,
      mutedForMe: this.#mutedForMe,
    };
  }

  /** When something of it changes by itself. */
  nextAt(now: number): number | undefined {
    const coming = [this.#speakers.nextAt(now), this.#departures.nextAt(now)].filter(
      (at) => at !== undefined,
    );
    return coming.length > 0 ? Math.min(...coming) : undefined;
  }
}
