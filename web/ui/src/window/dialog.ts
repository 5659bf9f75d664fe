// Opens the dialog of the surface over whatever the app shows: modal where that was decided, and otherwise above everything
// with the app alive.

/** How a dialog stands to the page. */
export type Stance = 'closed' | 'contained' | 'beside' | 'modal';

/** Makes `dialog`, which stands as `now`, stand as `wanted`. The focus stays where it is, unless the dialog becomes modal. */
export function setStance(dialog: HTMLDialogElement, wanted: Stance, now: Stance): void {
  if (now === wanted) return;
  if (now !== 'closed') close(dialog);
  if (wanted === 'modal') dialog.showModal();
  // Unlike show(), this leaves the focus alone.
  else if (wanted !== 'closed') dialog.open = true;
  if (wanted === 'beside') rise(dialog);
}

/** Above everything, modal dialogs of the app included: nothing else could be pressed while one of them is open. */
function rise(dialog: HTMLDialogElement): void {
  if (!dialog.showPopover) return;
  dialog.popover = 'manual';
  dialog.showPopover();
  if (!isInert(dialog)) return;
  close(dialog);
  dialog.showModal();
}

function close(dialog: HTMLDialogElement): void {
  if (matches(dialog, ':popover-open')) dialog.hidePopover();
  dialog.popover = null;
  dialog.close();
}

/** Whether a modal dialog of the app keeps `dialog` from being pressed: then nothing of it is found where it is. */
function isInert(dialog: HTMLDialogElement): boolean {
  const root = dialog.getRootNode();
  if (!(root instanceof ShadowRoot) || !root.elementFromPoint) return false;
  const { x, y, width, height } = dialog.getBoundingClientRect();
  if (width === 0 || height === 0) return false;
  const hit = root.elementFromPoint(x + width / 2, y + height / 2);
  return hit === null || !dialog.contains(hit);
}

/** Whether an element matches a selector that not every browser knows. */
function matches(element: Element, selector: string): boolean {
  try {
    return element.matches(selector);
  } catch {
    return false;
  }
}
