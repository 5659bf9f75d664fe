// What the surface remembers of the people in one call beside what the client says: who speaks, who has just turned out
// not to come, and what is shown large.
import type { Call, Participant } from '@hullo/sdk';
import type { ReactiveController } from 'lit';
import { type WakeHost, WakeTimer } from '../wake_timer.ts';
import { Departures } from './departures.ts';
import { isPresentOrPending, sharerOf, tilesOf } from './roster.ts';
import { SpeakerTracker } from './speakers.ts';

/** What is to be seen of the people in a call. */
export interface GroupView {
  /** The tiles of a group call, in their order. */
  readonly tiles: readonly Participant[];
  /** Who is shown as speaking, the loudest first. */
  readonly speakers: readonly string[];
  /** Which tile is shown large: an accid, or the shared screen of one. */
  readonly pinned: string | undefined;
}

/** Begins again with each call, and with each time that a call is entered. Times are `performance.now()`. */
export class GroupController implements ReactiveController {
  #call: Call | undefined;
  #pinned: string | undefined;
  #speakers = new SpeakerTracker();
  #departures = new Departures();
  readonly #wake: WakeTimer;

  constructor(private readonly host: WakeHost) {
    this.#wake = new WakeTimer(host);
    host.addController(this);
  }

  /** Takes the call as it is at `now`; undefined when there is none. */
  apply(call: Call | undefined, now: number): void {
    if (call?.callId !== this.#call?.callId) this.#reset();
    this.#call = call;
    if (!call) return;
    this.#departures.apply(call, now);
    if (!isShown(this.#pinned, call)) this.#pinned = undefined;
  }

  /** Takes who speaks, the loudest first. */
  applySpeakers(accids: readonly string[], now: number): void {
    this.#speakers.apply(accids, now);
    this.host.requestUpdate();
  }

  /** Shows `tile` large, or none. */
  pin(tile: string | undefined): void {
    this.#pinned = tile;
    this.host.requestUpdate();
  }

  /** What a scene shows of it at `now`. */
  at(now: number, me: string | undefined): GroupView {
    return {
      tiles: this.#call ? tilesOf(this.#call, me, this.#departures.at(now)) : [],
      speakers: this.#speakers.at(now),
      pinned: this.#pinned,
    };
  }

  /** Updates the host when a mark of speech goes out, or when the tile of someone who did not come goes. */
  hostUpdated(): void {
    const now = performance.now();
    this.#wake.set([this.#speakers.nextAt(now), this.#departures.nextAt(now)], now);
  }

  /** Nobody says here any more who speaks. */
  hostDisconnected(): void {
    this.#wake.clear();
    this.#speakers = new SpeakerTracker();
  }

  #reset(): void {
    this.#pinned = undefined;
    this.#speakers = new SpeakerTracker();
    this.#departures = new Departures();
  }
}

/** Whether what the tile shows is still there. */
function isShown(tile: string | undefined, { participants }: Call): boolean {
  if (tile === undefined) return false;
  const sharer = sharerOf(tile);
  const participant = participants.find(({ accid }) => accid === (sharer ?? tile));
  return participant !== undefined && (sharer ? participant.screen : isPresentOrPending(participant));
}
