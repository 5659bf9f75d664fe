// How long it takes from the accept to the first picture, for `performance.getEntriesByName`.
import type { Call } from './types.ts';

const ACCEPT_MARK = 'hullo:accept';
const FIRST_FRAME_MEASURE = 'hullo:accept-to-first-frame';

/** Where the time to the first picture begins, for a call that has any. */
export function markAccept(call: Call | undefined): void {
  performance.clearMarks(ACCEPT_MARK);
  if (call?.media === 'video') performance.mark(ACCEPT_MARK);
}

/** Makes the time from `accept()` to the first decoded remote picture readable in `performance.getEntriesByName`. */
export function measureFirstFrame(): void {
  if (performance.getEntriesByName(ACCEPT_MARK).length === 0) return;
  performance.measure(FIRST_FRAME_MEASURE, ACCEPT_MARK);
  performance.clearMarks(ACCEPT_MARK);
}
