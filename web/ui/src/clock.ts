// How durations read: MM:SS, and HH:MM:SS from an hour on.

const two = (value: number): string => String(value).padStart(2, '0');

/** `ms` as MM:SS or HH:MM:SS; whole seconds, rounded down; nothing is shorter than 00:00. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${two(hours)}:${rest}` : rest;
}

/** Calls remembered at once: the running one, the one on hold, and some that have just ended. */
const CALLS_MAX = 8;

/** Anchors running times to this page's clock, because a view of a call carries its own only as of its making. */
export class CallClock {
  readonly #anchors = new Map<string, { activeMs: number | undefined; startedAt: number }>();

  /** When the call `callId` became active, by `performance.now()`; undefined while it is not. */
  startedAt(callId: string, activeMs: number | undefined, active: boolean, now: number): number | undefined {
    if (!active) return undefined;
    const known = this.#anchors.get(callId);
    let startedAt = known?.startedAt ?? now;
    if (activeMs !== undefined && activeMs !== known?.activeMs) {
      // Takes a newer figure only if it is not an old view seen again: running time never goes back.
      startedAt = Math.min(startedAt, now - activeMs);
    }
    // The newest is the last; a call that comes back from hold still has its anchor.
    this.#anchors.delete(callId);
    this.#anchors.set(callId, { activeMs: activeMs ?? known?.activeMs, startedAt });
    const [oldest] = this.#anchors.keys();
    if (this.#anchors.size > CALLS_MAX && oldest !== undefined) this.#anchors.delete(oldest);
    return startedAt;
  }
}
