// How much of the page the call takes: all of it, a small tile beside the app, or a banner while it rings.

/** What the surface shows. */
export type ScreenName = 'outgoing' | 'incoming' | 'voice' | 'video' | 'group' | 'ended';

/** Where a small view rests; start is left, or right where the text runs from right to left. */
export type Corner = 'top-start' | 'top-end' | 'bottom-start' | 'bottom-end';

/** Whether a call fills the window (or its container), or is a small tile over the app. */
export type Layout = 'full' | 'small';

/** How an incoming call shows: as a screen that fills the window, or as a banner over the app. */
export type Incoming = 'screen' | 'banner';

/** What the surface looks like at the moment. */
export type Shape = Layout | 'banner';

/** What `hullo-layout` carries. */
export interface LayoutChange {
  readonly layout: Layout;
  /** Where the small tile lies. */
  readonly corner: Corner;
  /** The call is in a window of its own, outside of the page. */
  readonly pictureInPicture: boolean;
}

/** What decides the shape. */
export interface Wishes {
  readonly layout: Layout;
  readonly incoming: Incoming;
  /** The person has opened the banner of this call. */
  readonly opened: boolean;
}

/** The shape of a screen; undefined when it is to be no more than a notice over the page. */
export function shapeOf(
  screen: ScreenName | undefined,
  before: Shape | undefined,
  { layout, incoming, opened }: Wishes,
): Shape | undefined {
  switch (screen) {
    case undefined:
      return;
    case 'incoming':
      return incoming === 'banner' && !opened ? 'banner' : 'full';
    case 'ended':
      // A call that has left the app free is over without taking it.
      return (before ?? layout) === 'full' ? 'full' : undefined;
    default:
      return layout;
  }
}
