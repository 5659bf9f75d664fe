// Who listens to what.
import type { HulloEvents } from './events.ts';
import type { AppEvent } from './wire.ts';

type Listener<E extends keyof HulloEvents> = (detail: HulloEvents[E]) => void;
type Table = { [E in keyof HulloEvents]?: Set<Listener<E>> };

/** The listeners of one client. */
export class Listeners {
  readonly #table: Table = {};

  /** Adds a listener; returns the function that removes it. */
  on<E extends keyof HulloEvents>(event: E, listener: Listener<E>): () => void {
    const known: Set<Listener<E>> | undefined = this.#table[event];
    const listeners = known ?? new Set<Listener<E>>();
    if (!known) Object.assign(this.#table, { [event]: listeners });
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Calls the listeners of an event in the order in which they came. One that throws does not keep it from the others. */
  dispatch({ name, detail }: AppEvent): void {
    const listeners = this.#table[name] as Set<(detail: unknown) => void> | undefined;
    for (const listener of [...(listeners ?? [])]) {
      try {
        listener(detail);
      } catch (error) {
        // Where an exception in a DOM listener goes.
        reportError(error);
      }
    }
  }
}
