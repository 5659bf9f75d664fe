// Drags a view and lets it snap to the nearest corner of what it lies in. A press that hardly moves stays a press.

/** Where a small view rests. */
export type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';

/** Pixels that a pointer must travel before it drags. */
const SLOP = 6;

/** The corner of `outer` that the middle of `inner` is nearest to. */
export function nearestCorner(inner: DOMRectReadOnly, outer: DOMRectReadOnly): Corner {
  const vertical = inner.y + inner.height / 2 < outer.y + outer.height / 2 ? 'top' : 'bottom';
  const horizontal = inner.x + inner.width / 2 < outer.x + outer.width / 2 ? 'left' : 'right';
  return `${vertical}-${horizontal}`;
}

/** Follows the pointer that `press` put on a handle, moving the handle's parent; calls `drop` with where it was let go. */
export function dragToCorner(press: PointerEvent, drop: (corner: Corner) => void): void {
  const handle = press.currentTarget;
  const view = handle instanceof HTMLElement ? handle.parentElement : null;
  const stage = view?.parentElement;
  if (!(handle instanceof HTMLElement) || !view || !stage || press.button !== 0) return;
  // From the start: a quick pointer leaves the handle before its first move is seen.
  handle.setPointerCapture(press.pointerId);
  const listening = new AbortController();
  let dragging = false;

  const move = (event: PointerEvent): void => {
    const [x, y] = [event.clientX - press.clientX, event.clientY - press.clientY];
    if (!dragging && Math.hypot(x, y) < SLOP) return;
    dragging = true;
    view.classList.add('dragged');
    view.style.translate = `${x}px ${y}px`;
  };
  const end = (event: PointerEvent): void => {
    listening.abort();
    if (!dragging) return;
    // The click that follows a drag is not a press.
    if (event.type === 'pointerup')
      handle.addEventListener('click', (click) => click.stopImmediatePropagation(), {
        capture: true,
        once: true,
      });
    drop(nearestCorner(view.getBoundingClientRect(), stage.getBoundingClientRect()));
    view.classList.remove('dragged');
    view.style.translate = '';
  };
  const { signal } = listening;
  handle.addEventListener('pointermove', move, { signal });
  handle.addEventListener('pointerup', end, { signal });
  handle.addEventListener('pointercancel', end, { signal });
}
