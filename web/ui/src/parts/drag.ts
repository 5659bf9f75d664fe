// Drags a view and lets it snap to the nearest corner of what it lies in. A press that hardly moves stays a press.
import type { Corner } from '../layout.ts';

/** Pixels that a pointer must travel before it drags. */
const SLOP = 6;

/** How far ahead a pointer that is let go in motion throws the view, in milliseconds of that motion. */
const THROW_MS = 140;

/** The corner of `outer` that the middle of `inner` is nearest to. */
export function nearestCorner(inner: DOMRectReadOnly, outer: DOMRectReadOnly, rtl = false): Corner {
  const vertical = inner.y + inner.height / 2 < outer.y + outer.height / 2 ? 'top' : 'bottom';
  const isLeft = inner.x + inner.width / 2 < outer.x + outer.width / 2;
  return `${vertical}-${isLeft === rtl ? 'end' : 'start'}`;
}

/** The corner that an arrow key asks for from `corner`; undefined for any other key. */
export function cornerOfKey(key: string, corner: Corner, rtl: boolean): Corner | undefined {
  const [vertical, horizontal] = corner.split('-') as ['top' | 'bottom', 'start' | 'end'];
  switch (key) {
    case 'ArrowUp':
      return `top-${horizontal}`;
    case 'ArrowDown':
      return `bottom-${horizontal}`;
    case 'ArrowLeft':
      return `${vertical}-${rtl ? 'end' : 'start'}`;
    case 'ArrowRight':
      return `${vertical}-${rtl ? 'start' : 'end'}`;
    default:
      return;
  }
}

/** `x` moved as little as it takes for `length` from it to lie between `from` and `to`. */
function within(x: number, length: number, from: number, to: number): number {
  return Math.max(from, Math.min(x, to - length));
}

/** What is dragged, and in what. */
export interface Dragged {
  /** What moves; the handle's parent when absent. */
  readonly view?: HTMLElement;
  /** Where it must stay; the parent of the view when absent. */
  readonly bounds?: () => DOMRectReadOnly;
}

/** Follows the pointer that `press` put on a handle; calls `drop` with the corner where the view was let go. */
export function dragToCorner(
  press: PointerEvent,
  drop: (corner: Corner) => void,
  dragged: Dragged = {},
): void {
  const handle = press.currentTarget;
  if (!(handle instanceof HTMLElement) || press.button !== 0) return;
  const view = dragged.view ?? handle.parentElement;
  const stage = view?.parentElement;
  if (!view || !stage) return;
  // From the start: a quick pointer leaves the handle before its first move is seen.
  handle.setPointerCapture(press.pointerId);
  const listening = new AbortController();
  const rtl = getComputedStyle(view).direction === 'rtl';
  const bounds = (dragged.bounds ?? (() => stage.getBoundingClientRect()))();
  const home = view.getBoundingClientRect();
  let dragging = false;
  let last = { x: press.clientX, y: press.clientY, at: press.timeStamp };
  let speed = { x: 0, y: 0 };

  const move = (event: PointerEvent): void => {
    const [x, y] = [event.clientX - press.clientX, event.clientY - press.clientY];
    if (!dragging && Math.hypot(x, y) < SLOP) return;
    dragging = true;
    const passed = Math.max(event.timeStamp - last.at, 1);
    speed = { x: (event.clientX - last.x) / passed, y: (event.clientY - last.y) / passed };
    last = { x: event.clientX, y: event.clientY, at: event.timeStamp };
    const left = within(home.x + x, home.width, bounds.x, bounds.x + bounds.width);
    const top = within(home.y + y, home.height, bounds.y, bounds.y + bounds.height);
    view.classList.add('dragged');
    view.style.translate = `${left - home.x}px ${top - home.y}px`;
  };
  const end = (event: PointerEvent): void => {
    listening.abort();
    if (!dragging) return;
    // The click that follows a drag is not a press; it comes, if at all, before the next task.
    const silence = new AbortController();
    handle.addEventListener('click', (click) => click.stopImmediatePropagation(), {
      capture: true,
      signal: silence.signal,
    });
    setTimeout(() => silence.abort());
    const here = view.getBoundingClientRect();
    const rested = event.timeStamp - last.at > 100;
    const ahead = rested ? { x: 0, y: 0 } : { x: speed.x * THROW_MS, y: speed.y * THROW_MS };
    const aim = new DOMRect(here.x + ahead.x, here.y + ahead.y, here.width, here.height);
    view.classList.remove('dragged');
    view.style.translate = '';
    drop(nearestCorner(aim, bounds, rtl));
    glideFrom(view, here);
  };
  const { signal } = listening;
  handle.addEventListener('pointermove', move, { signal });
  handle.addEventListener('pointerup', end, { signal });
  handle.addEventListener('pointercancel', end, { signal });
}

/** Lets a view that has been put elsewhere come there from where it was, once it is there. */
export function glideFrom(view: HTMLElement, before: DOMRectReadOnly): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  requestAnimationFrame(() => {
    const { x, y } = view.getBoundingClientRect();
    const translate = `${before.x - x}px ${before.y - y}px`;
    view.animate?.([{ translate }, { translate: '0 0' }], {
      duration: 320,
      easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)',
    });
  });
}
