// Opens and closes the dialog of <hullo-call>, and keeps the keyboard inside it.
import type { ReactiveController } from 'lit';
import { createRef } from 'lit/directives/ref.js';
import type { CallHost } from './host.ts';
import type { ScreenName } from './screens.ts';

/** The dialog is open while there is a screen to show. */
export class FocusController implements ReactiveController {
  readonly dialog = createRef<HTMLDialogElement>();
  /** The screen of the last update. */
  screen: ScreenName | undefined;

  constructor(
    private readonly host: CallHost,
    private readonly screenNow: () => ScreenName | undefined,
  ) {
    host.addController(this);
  }

  /** A dialog that leaves the page is no longer modal, whatever it says of itself: it is opened again where it comes to. */
  hostDisconnected(): void {
    this.dialog.value?.close();
    this.screen = undefined;
  }

  hostConnected(): void {
    this.host.requestUpdate();
  }

  hostUpdated(): void {
    if (!this.host.isConnected) return;
    const screen = this.screenNow();
    this.#open(screen !== undefined);
    if (screen === this.screen) return;
    this.screen = screen;
    // What had the focus is gone with its screen. Incoming takes the keyboard to "accept" itself.
    if (screen && screen !== 'incoming' && !this.host.contained) this.focus();
  }

  /** Takes the keyboard to the dialog itself, which presses nothing. */
  focus(): void {
    this.dialog.value?.focus({ preventScroll: true });
  }

  #open(open: boolean): void {
    const dialog = this.dialog.value;
    if (!dialog || dialog.open === open) return;
    if (!open) dialog.close();
    else if (this.host.contained) dialog.show();
    else dialog.showModal();
  }
}
