// Those who turn out not to come to a call (busy, rejected, no answer): their tiles stay for a moment, so that the
// others learn of it.
import type { Call, ParticipantState } from '@hullo/sdk';
import { attendanceOf } from './roster.ts';

/** How long the tile of someone who will not come stays. */
export const FADE_MS = 4000;

/** Remembers for one call until when the tiles of those stay who will not come. */
export class Departures {
  #callId: string | undefined;
  #states = new Map<string, ParticipantState>();
  readonly #until = new Map<string, number>();

  /** Takes the call as it is at `now` (`performance.now()`). */
  apply(call: Call, now: number): void {
    if (call.callId !== this.#callId) this.#begin(call);
    for (const { accid, state } of call.participants) {
      if (this.#states.get(accid) === state) continue;
      this.#states.set(accid, state);
      if (attendanceOf({ state }) === 'declined') this.#until.set(accid, now + FADE_MS);
      else this.#until.delete(accid);
    }
  }

  /** Whoever did not come before the call was first seen here is not news. */
  #begin(call: Call): void {
    this.#callId = call.callId;
    this.#until.clear();
    const old = call.state === 'ringing' ? [] : call.participants;
    this.#states = new Map(old.map(({ accid, state }) => [accid, state]));
  }

  /** Those whose tiles are still shown at `now` although they will not come. */
  at(now: number): ReadonlySet<string> {
    return new Set([...this.#until].filter(([, until]) => until > now).map(([accid]) => accid));
  }

  /** When the next of them goes; undefined when there is none. */
  nextAt(now: number): number | undefined {
    const coming = [...this.#until.values()].filter((until) => until > now);
    return coming.length > 0 ? Math.min(...coming) : undefined;
  }
}
