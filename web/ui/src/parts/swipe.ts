// Turns pages by a swipe. A press that hardly moves stays a press.

/** Pixels that a pointer must travel sideways before it turns a page. */
const SWIPE = 48;

/** The step that a movement makes: 1 to the next page, -1 to the one before, 0 for no swipe. */
export function stepOf(x: number, y: number): -1 | 0 | 1 {
  if (Math.abs(x) < SWIPE || Math.abs(x) < 1.5 * Math.abs(y)) return 0;
  return x < 0 ? 1 : -1;
}

/** Follows the pointer from `press` until it is let go; calls `turn` if it was a swipe. */
export function followSwipe(press: PointerEvent, turn: (step: -1 | 1) => void): void {
  const stage = press.currentTarget;
  if (!(stage instanceof HTMLElement) || press.button !== 0) return;
  const listening = new AbortController();
  const { signal } = listening;
  addEventListener(
    'pointerup',
    (event) => {
      listening.abort();
      const step = stepOf(event.clientX - press.clientX, event.clientY - press.clientY);
      if (step === 0) return;
      // The click that follows a swipe is not a press; it comes, if at all, before the next task.
      const silence = new AbortController();
      stage.addEventListener('click', (click) => click.stopPropagation(), {
        capture: true,
        signal: silence.signal,
      });
      setTimeout(() => silence.abort());
      turn(step);
    },
    { signal },
  );
  addEventListener('pointercancel', () => listening.abort(), { signal });
}
