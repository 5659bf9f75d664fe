// How durations read: MM:SS, and HH:MM:SS from an hour on.

const two = (value: number): string => String(value).padStart(2, '0');

/** `ms` as MM:SS or HH:MM:SS; whole seconds, rounded down; nothing is shorter than 00:00. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${two(hours)}:${rest}` : rest;
}

/** Anchors a call's running time to this page's clock, because a view of a call carries it only as of its making. */
export class CallClock {
  #callId: string | undefined;
  #activeMs: number | undefined;
  #startedAt: number | undefined;

  /** When the call `callId` became active, by `performance.now()`; undefined while it is not. */
  startedAt(callId: string, activeMs: number | undefined, active: boolean, now: number): number | undefined {
    if (callId !== this.#callId) {
      this.#callId = callId;
      this.#activeMs = undefined;
      this.#startedAt = undefined;
    }
    if (!active) return undefined;
    if (activeMs !== undefined && activeMs !== this.#activeMs) {
      // Takes a newer figure only if it is not an old view seen again: running time never goes back.
      const startedAt = now - activeMs;
      this.#startedAt = Math.min(startedAt, this.#startedAt ?? startedAt);
      this.#activeMs = activeMs;
    }
    this.#startedAt ??= now;
    return this.#startedAt;
  }
}
