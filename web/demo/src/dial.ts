// What the panes of the demo ask the page for: a call.
import type { Media } from '@hullo/sdk';

/** Whom to call. */
export interface Dial {
  readonly accids: readonly string[];
  /** A group call, even with one. */
  readonly group?: boolean;
  readonly media: Media;
}

/** Asks for a call; the page hears it as `dial`, from wherever it comes. */
export function askToDial(target: EventTarget, detail: Dial): void {
  target.dispatchEvent(new CustomEvent('dial', { detail, bubbles: true, composed: true }));
}
