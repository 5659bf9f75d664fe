// What the list of past calls needs of a client: a slice of Hullo's surface.
import type { Hullo } from '@hullo/sdk';

/** The part of `Hullo` that the list reads and calls. */
export type RecentsClient = Pick<Hullo, 'accid' | 'on' | 'recents' | 'markRecentsRead'>;
