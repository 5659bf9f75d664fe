// Whose pictures this device asks for in a group call: those that the app names, or else those that it has views for.
import { fold } from './accid.ts';
import type { Call, State } from './types.ts';

/** The app's own choice and the last set that was sent to the endpoint. Each call begins with the views. */
export class VideoSubscription {
  readonly #send: (accids: readonly string[]) => Promise<void>;
  #viewed: readonly string[] = [];
  /** The group call that this device is in. */
  #call: Call | undefined;
  #isChosenByApp = false;
  #sent: readonly string[] | undefined;
  #isScheduled = false;

  /** `send` hands a set over to the endpoint. */
  constructor(send: (accids: readonly string[]) => Promise<void>) {
    this.#send = send;
  }

  /** Takes the state and the call as they are now. */
  follow(state: State, call: Call | undefined): void {
    const running = state === 'in_call' && call?.kind === 'group' ? call : undefined;
    if (running?.callId !== this.#call?.callId) {
      this.#isChosenByApp = false;
      this.#sent = undefined;
    }
    this.#call = running;
    this.#schedule();
  }

  /** Takes the accounts that have a view now, folded, in the order in which they got it. */
  update(viewed: readonly string[]): void {
    this.#viewed = viewed;
    this.#schedule();
  }

  /** Takes the app's own choice, or goes back to the views. */
  async choose(accids: readonly string[] | 'attached'): Promise<void> {
    this.#isChosenByApp = accids !== 'attached';
    if (accids !== 'attached') return this.#subscribe(accids);
    this.#sent = undefined;
    this.#schedule();
  }

  /** Views come and go together, when a page renders again: the endpoint gets one set for all of them. */
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
    const present = new Set(this.#call.participants.map(({ accid }) => fold(accid)));
    const wanted = this.#viewed.filter((accid) => present.has(accid));
    // An app that has attached nothing yet gets the pictures that there is room for.
    if (wanted.length === 0 && this.#sent === undefined) return;
    if (this.#sent?.join() === wanted.join()) return;
    // Nobody waits for it. What was not taken (the call is ending, the connection is down) is sent again with the next change.
    this.#subscribe(wanted).catch(() => {
      if (this.#sent === wanted) this.#sent = undefined;
    });
  }

  #subscribe(accids: readonly string[]): Promise<void> {
    this.#sent = accids;
    return this.#send(accids);
  }
}
