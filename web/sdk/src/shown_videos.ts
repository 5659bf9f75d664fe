// Whose pictures this device asks for in a group call: those that the app names, or else those that it has views for.
import type { Call, State } from './types.ts';

/** The app's wish and the last set that the endpoint was told. Each call begins with the views. */
export class ShownVideos {
  readonly #tell: (accids: readonly string[]) => Promise<void>;
  #viewed: readonly string[] = [];
  /** The group call that this device is in. */
  #call: Call | undefined;
  #isChosenByApp = false;
  #told: readonly string[] | undefined;
  #isScheduled = false;

  /** `tell` hands a set over to the endpoint. */
  constructor(tell: (accids: readonly string[]) => Promise<void>) {
    this.#tell = tell;
  }

  /** Takes the state and the call as they are now. */
  follow(state: State, call: Call | undefined): void {
    const running = state === 'in_call' && call?.kind === 'group' ? call : undefined;
    if (running?.callId !== this.#call?.callId) {
      this.#isChosenByApp = false;
      this.#told = undefined;
    }
    this.#call = running;
    this.#schedule();
  }

  /** Takes the accounts that have a view now, in the order in which they got it. */
  update(viewed: readonly string[]): void {
    this.#viewed = viewed;
    this.#schedule();
  }

  /** Takes the app's own choice, or goes back to the views. */
  async choose(accids: readonly string[] | 'attached'): Promise<void> {
    this.#isChosenByApp = accids !== 'attached';
    if (accids !== 'attached') return this.#tellNow(accids);
    this.#told = undefined;
    this.#schedule();
  }

  /** Views come and go together, when a page is drawn anew: the endpoint hears of them once. */
  #schedule(): void {
    if (this.#isScheduled || this.#isChosenByApp || !this.#call) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#derive();
    });
  }

  #derive(): void {
    if (!this.#call || this.#isChosenByApp) return;
    const present = new Set(this.#call.participants.map(({ accid }) => accid));
    const shown = this.#viewed.filter((accid) => present.has(accid));
    // An app that has attached nothing yet gets the pictures that there is room for.
    if (shown.length === 0 && this.#told === undefined) return;
    if (this.#told?.join() === shown.join()) return;
    // Nobody waits for it. What was not taken (the call is ending, the connection is down) is said again at the next news.
    this.#tellNow(shown).catch(() => {
      if (this.#told === shown) this.#told = undefined;
    });
  }

  #tellNow(accids: readonly string[]): Promise<void> {
    this.#told = accids;
    return this.#tell(accids);
  }
}
