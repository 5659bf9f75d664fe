// Opens the dialog of the surface over whatever the app shows: modal where that was decided, and otherwise above everything
// with the app alive.

/** How a dialog stands to the page. */
export type Stance = 'closed' | 'contained' | 'beside' | 'modal';

/**
 * Makes `dialog`, which stands as `now`, stand as `wanted`. The focus stays where it is, unless the dialog becomes modal.
 * Its parent is the layer that rises above the page: a dialog that rose by itself would take the focus.
 */
export function setStance(dialog: HTMLDialogElement, wanted: Stance, now: Stance): void {
  if (now === wanted) return;
  if (now !== 'closed') close(dialog);
  if (wanted === 'modal') dialog.showModal();
  // Unlike show(), this leaves the focus alone.
  else if (wanted !== 'closed') dialog.open = true;
  if (wanted === 'beside') rise(dialog);
}

/** Above everything. While a modal dialog of the app is open nothing else could be pressed: then this one is modal, too. */
function rise(dialog: HTMLDialogElement): void {
  const layer = dialog.parentElement;
  if (!layer?.showPopover) return;
  layer.popover = 'manual';
  layer.showPopover();
  // Once there is something in it.
  requestAnimationFrame(() => {
    if (!layer.popover || !isInert(dialog)) return;
    close(dialog);
    dialog.showModal();
  });
}

function close(dialog: HTMLDialogElement): void {
  const layer = dialog.parentElement;
  // Without the attribute it is no longer one.
  if (layer?.popover) layer.popover = null;
  dialog.close();
}

/** Whether a modal dialog of the app keeps `dialog` from being pressed: then nothing of it, or in its slots, is where it is. */
function isInert(dialog: HTMLDialogElement): boolean {
  const root = dialog.getRootNode();
  if (!(root instanceof ShadowRoot)) return false;
  const { host } = root;
  const page = host.getRootNode();
  const { x, y, width, height } = dialog.getBoundingClientRect();
  if (width === 0 || height === 0 || !('elementFromPoint' in page)) return false;
  const hit = (page as Document).elementFromPoint(x + width / 2, y + height / 2);
  return !host.contains(hit);
}
