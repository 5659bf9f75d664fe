// Updates an element when something that it shows for a moment, or only after a moment, is due.
import type { ReactiveControllerHost } from 'lit';

/** What is updated, as long as it is on a page: what is not keeps no timer. */
export interface WakeHost extends ReactiveControllerHost {
  readonly isConnected: boolean;
}

/** One timer for the next of several moments. Times are `performance.now()`. */
export class WakeTimer {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: WakeHost) {}

  /** Updates the host at the earliest of `times`, in place of what was set before. */
  set(times: readonly (number | undefined)[], now: number): void {
    this.clear();
    if (!this.host.isConnected) return;
    const coming = times.filter((at) => at !== undefined);
    if (coming.length === 0) return;
    this.#timer = setTimeout(() => this.host.requestUpdate(), Math.max(0, Math.min(...coming) - now) + 1);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
