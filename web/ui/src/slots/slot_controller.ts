// What the app has put into the slots of <hullo-call>: a screen of its own takes the place of ours, which is then not made.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Follows the children of its host. */
export class SlotController implements ReactiveController {
  #filled: ReadonlySet<string> = new Set();
  #observer: MutationObserver | undefined;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#look();
    this.#observer = new MutationObserver(() => this.#look());
    this.#observer.observe(this.host, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['slot'],
    });
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
  }

  /** Whether something is in the slot `name`. */
  has(name: string): boolean {
    return this.#filled.has(name);
  }

  #look(): void {
    const filled = new Set([...this.host.children].map((child) => child.slot).filter(Boolean));
    const same = filled.size === this.#filled.size && [...filled].every((name) => this.#filled.has(name));
    if (same) return;
    this.#filled = filled;
    this.host.requestUpdate();
  }
}
