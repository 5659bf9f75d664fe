// Updates an element when something that it shows for a moment, or only after a moment, is due.
import type { ReactiveControllerHost } from 'lit';

/** One timer for the next of several moments. Times are `performance.now()`. */
export class WakeTimer {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: ReactiveControllerHost) {}

  /** Updates the host at the earliest of `times`, in place of what was set before. */
  set(times: readonly (number | undefined)[], now: number): void {
    this.clear();
    const coming = times.filter((at) => at !== undefined);
    if (coming.length === 0) return;
    this.#timer = setTimeout(() => this.host.requestUpdate(), Math.max(0, Math.min(...coming) - now) + 1);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
