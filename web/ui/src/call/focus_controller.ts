// Opens and closes the dialog of <hullo-call>, and brings the keyboard to it where it takes the page.
import type { ReactiveController } from 'lit';
import { createRef } from 'lit/directives/ref.js';
import type { ScreenName, Shape } from '../layout.ts';
import { type Stance, setStance } from '../window/dialog.ts';
import type { CallHost } from './host.ts';

/** A window so small that a call leaves nothing of the app beside it, as a phone's. */
const PHONE = '(max-width: 719px), (max-height: 519px)';

/** What is on the screen. */
export interface Shown {
  readonly screen: ScreenName | undefined;
  /** Undefined while there is nothing to open the dialog for. */
  readonly shape: Shape | undefined;
}

/** The dialog is open while there is a screen to show. */
export class FocusController implements ReactiveController {
  readonly dialog = createRef<HTMLDialogElement>();
  /** The screen of the last update. */
  screen: ScreenName | undefined;
  #shape: Shape | undefined;
  #stance: Stance = 'closed';
  /** What had the keyboard before there was a call. */
  #left: HTMLElement | undefined;
  /** Tab is being struck: what is focused now was not chosen by the app. */
  #tabbing = false;
  #phone: MediaQueryList | undefined;

  constructor(
    private readonly host: CallHost,
    private readonly shownNow: () => Shown,
  ) {
    host.addController(this);
  }

  /** Whether the rest of the page cannot be used now. */
  get modal(): boolean {
    return this.#stanceFor(this.shownNow().shape) === 'modal';
  }

  hostConnected(): void {
    document.addEventListener('keydown', this.#onKey, true);
    document.addEventListener('focusin', this.#onFocus);
    this.#phone = matchMedia(PHONE);
    this.#phone.addEventListener('change', this.#onResize);
  }

  hostDisconnected(): void {
    document.removeEventListener('keydown', this.#onKey, true);
    document.removeEventListener('focusin', this.#onFocus);
    this.#phone?.removeEventListener('change', this.#onResize);
    // A dialog that is moved within the page is no longer above it, whatever it says of itself.
    this.#stand('closed');
    this.screen = undefined;
    this.#shape = undefined;
  }

  hostUpdated(): void {
    const { screen, shape } = this.shownNow();
    const hadFocus = this.host.shadowRoot?.activeElement != null;
    if (shape && this.#shape === undefined) this.#left = focused();
    this.#stand(this.#stanceFor(shape));
    const same = screen === this.screen && shape === this.#shape;
    this.screen = screen;
    this.#shape = shape;
    if (same || this.host.contained) return;
    if (!shape) this.#giveBack(hadFocus);
    if (!screen || !shape) return;
    // What had the focus is gone with its screen. Our incoming screen takes the keyboard on to "accept".
    if (shape === 'full' || hadFocus) this.focus();
  }

  /** Takes the keyboard to the dialog itself, which presses nothing. */
  focus(): void {
    this.dialog.value?.focus({ preventScroll: true });
  }

  /** The keyboard goes back to where the call has taken it from, unless the person has taken it elsewhere. */
  #giveBack(hadFocus: boolean): void {
    if (hadFocus || focused() === undefined) this.#left?.focus({ preventScroll: true });
    this.#left = undefined;
  }

  #stanceFor(shape: Shape | undefined): Stance {
    if (!shape) return 'closed';
    const { contained, modal } = this.host;
    if (contained) return 'contained';
    return shape === 'full' && (modal || this.#phone?.matches) ? 'modal' : 'beside';
  }

  #stand(wanted: Stance): void {
    const dialog = this.dialog.value;
    if (!dialog) return;
    setStance(dialog, wanted, this.#stance);
    this.#stance = wanted;
  }

  /** A window that became a phone's, as by turning it, is taken whole, and the other way round. */
  #onResize = (): void => this.host.requestUpdate();

  #onKey = (event: KeyboardEvent): void => {
    this.#tabbing = event.key === 'Tab';
    // What Tab does, it has done before the next task.
    if (this.#tabbing)
      setTimeout(() => {
        this.#tabbing = false;
      });
  };

  /** A call that covers the app does not stop it, but the keyboard does not wander behind it. */
  #onFocus = (event: FocusEvent): void => {
    const dialog = this.dialog.value;
    const covering = this.#stance === 'beside' && this.#shape === 'full';
    if (!this.#tabbing || !covering || !dialog || event.composedPath().includes(dialog)) return;
    const target = event.target as Element | null;
    if (!target?.closest('dialog, [popover]')) this.focus();
  };
}

/** What of the page has the keyboard, wherever in shadow trees it is; undefined when nothing has. */
function focused(): HTMLElement | undefined {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement && element !== document.body ? element : undefined;
}
