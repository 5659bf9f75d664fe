// Who listens to what.
import type { HulloEvents } from './events.ts';
import { report } from './report.ts';
import type { AppEvent } from './wire.ts';

type Listener<E extends keyof HulloEvents> = (detail: HulloEvents[E]) => void;

/** One call of `on()`: the same function may be given twice, and is then called twice. */
interface Registration {
  readonly listener: (detail: never) => void;
}

/** The listeners of one client. */
export class Listeners {
  readonly #table = new Map<keyof HulloEvents, Set<Registration>>();
  #isClosed = false;

  /** Adds a listener; returns the function that removes it. */
  on<E extends keyof HulloEvents>(event: E, listener: Listener<E>): () => void {
    const registrations = this.#table.get(event) ?? new Set();
    const registration = { listener };
    if (!this.#isClosed) this.#table.set(event, registrations.add(registration));
    return () => void registrations.delete(registration);
  }

  /**
   * Calls the listeners of an event in the order in which they came. One that throws does not keep it from the others, and
   * one that another has removed is not called.
   */
  dispatch({ name, detail }: AppEvent): void {
    const registrations = this.#table.get(name) ?? new Set();
    for (const registration of [...registrations]) {
      if (!registrations.has(registration)) continue;
      try {
        registration.listener(detail as never);
      } catch (error) {
        report(error);
      }
    }
  }

  /** Removes all, for good. */
  close(): void {
    this.#isClosed = true;
    for (const registrations of this.#table.values()) registrations.clear();
    this.#table.clear();
  }
}
