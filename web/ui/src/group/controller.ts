// What the surface remembers of the people in one call beside what the client says: who speaks, who has just turned out
// not to come, whom this person has muted for themselves, and whose tile is large.
import type { Call, Participant } from '@hullo/sdk';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Departures } from './departures.ts';
import { isPresentOrPending, tilesOf } from './roster.ts';
import { SpeakerTracker } from './speakers.ts';

/** What is to be seen of the people in a call. */
export interface GroupView {
  /** The tiles of a group call, in their order. */
  readonly tiles: readonly Participant[];
  /** Who is shown as speaking, the loudest first. */
  readonly speakers: readonly string[];
  /** Whose tile is shown large. */
  readonly pinned: string | undefined;
  /** Whom this person has muted for themselves. */
  readonly mutedForMe: ReadonlySet<string>;
}

/** Begins again with each call. Times are `performance.now()`. */
export class GroupController implements ReactiveController {
  #call: Call | undefined;
  #callId: string | undefined;
  #mutedForMe: ReadonlySet<string> = new Set();
  #pinned: string | undefined;
  #wakeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #speakers = new SpeakerTracker();
  readonly #departures = new Departures();

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** Takes the call as it is at `now`; undefined when there is none. */
  apply(call: Call | undefined, now: number): void {
    this.#call = call;
    if (!call) return;
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

  /** Takes who speaks, the loudest first. */
  applySpeakers(accids: readonly string[], now: number): void {
    this.#speakers.apply(accids, now);
    this.host.requestUpdate();
  }

  /** Shows `accid` large, or nobody. */
  pin(accid: string | undefined): void {
    this.#pinned = accid;
    this.host.requestUpdate();
  }

  /** Keeps what the client has done. */
  muteForMe(accid: string, muted: boolean): void {
    const others = [...this.#mutedForMe].filter((other) => other !== accid);
    this.#mutedForMe = new Set(muted ? [...others, accid] : others);
    this.host.requestUpdate();
  }

  /** What a scene shows of it at `now`. */
  at(now: number, me: string | undefined): GroupView {
    return {
      tiles: this.#call ? tilesOf(this.#call, me, this.#departures.at(now)) : [],
      speakers: this.#speakers.at(now),
      pinned: this.#pinned,
      mutedForMe: this.#mutedForMe,
    };
  }

  /** Updates the host when a mark of speech goes out, or when the tile of someone who did not come goes. */
  hostUpdated(): void {
    clearTimeout(this.#wakeTimer);
    if (!this.#call) return;
    const now = performance.now();
    const coming = [this.#speakers.nextAt(now), this.#departures.nextAt(now)].filter(
      (at) => at !== undefined,
    );
    if (coming.length > 0)
      this.#wakeTimer = setTimeout(() => this.host.requestUpdate(), Math.min(...coming) - now + 1);
  }

  hostDisconnected(): void {
    clearTimeout(this.#wakeTimer);
  }
}
