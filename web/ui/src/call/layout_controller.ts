// How much of the page the call takes, and who has decided it: the app by its properties, or the person for this call.
import type { ReactiveController } from 'lit';
import {
  type Corner,
  type Layout,
  type LayoutChange,
  type ScreenName,
  type Shape,
  shapeOf,
} from '../layout.ts';
import type { CallHost } from './host.ts';

/** `<hullo-call>` with the properties that this controller sets. */
export interface LayoutHost extends CallHost {
  layout: Layout;
  corner: Corner;
  readonly pictureInPicture: boolean;
}

/** What a person chooses counts until the call is over; then what the app wants counts again. */
export class LayoutController implements ReactiveController {
  /** What `layout` was when the person changed it in this call, and to what. */
  #changed: { readonly from: Layout; readonly to: Layout } | undefined;
  /** The call whose banner was opened. */
  #openedId: string | undefined;
  #shape: Shape | undefined;

  constructor(private readonly host: LayoutHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#shape = undefined;
  }

  /** What the surface looks like with this screen, and is remembered to look like. */
  follow(screen: ScreenName | undefined, callId: string | undefined): Shape | undefined {
    const { layout, incoming } = this.host;
    const opened = callId !== undefined && callId === this.#openedId;
    const shape = shapeOf(screen, this.#shape, { layout, incoming, opened });
    // Whatever the last call looked like decides how its end is told.
    if (screen !== 'ended') this.#shape = screen ? shape : this.#shape;
    return shape;
  }

  /** The person has made the call small, or large again. */
  choose(layout: Layout): void {
    const { host } = this;
    if (host.layout === layout) return;
    this.#changed = { from: this.#changed?.from ?? host.layout, to: layout };
    host.layout = layout;
    this.announce();
  }

  /** The person has put the tile elsewhere. */
  move(corner: Corner): void {
    if (this.host.corner === corner) return;
    this.host.corner = corner;
    this.announce();
  }

  /** The person wants to see all of the call that rings. */
  open(callId: string | undefined): void {
    this.#openedId = callId;
    this.host.requestUpdate();
  }

  /** The call is over: the next one looks as the app wants it, unless the app has spoken meanwhile. */
  end(): void {
    const changed = this.#changed;
    this.#changed = undefined;
    this.#openedId = undefined;
    if (!changed || this.host.layout !== changed.to || changed.from === changed.to) return;
    this.host.layout = changed.from;
    this.announce();
  }

  /** Tells the app what it looks like now. */
  announce(): void {
    const { layout, corner, pictureInPicture } = this.host;
    const detail: LayoutChange = { layout, corner, pictureInPicture };
    this.host.dispatchEvent(new CustomEvent('hullo-layout', { detail, bubbles: true, composed: true }));
  }
}
