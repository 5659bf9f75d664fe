// What the list of past calls needs of a client: a slice of Hullo's surface.
import type { HulloEvents, RecentCalls, RecentsOptions } from '@hullo/sdk';

/** The events that change the list. */
export interface RecentsEvents
  extends Pick<HulloEvents, 'changed' | 'messageAdded' | 'messagesSkipped' | 'reconnected'> {
  /** The connection to the server came or went. */
  readonly connectionChanged: { readonly connected: boolean };
  /** The person has read the calls up to this `RecentCall.id`, here or on another device. */
  readonly recentsRead: { readonly upTo: number };
}

/** The part of `Hullo` that the list reads and calls. */
export interface RecentsClient {
  readonly accid: string | undefined;
  on<E extends keyof RecentsEvents>(event: E, listener: (detail: RecentsEvents[E]) => void): () => void;
  recents(options?: RecentsOptions): Promise<RecentCalls>;
  /** Keeps for the account that the calls up to this id were read; without it, missed calls stay marked. */
  markRecentsRead?(upTo: number): Promise<void>;
}
