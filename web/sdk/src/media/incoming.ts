// What comes in.
import type { RemoteSlot } from '../wire.ts';

/** A receiving m-line with the track that comes through it. */
export interface IncomingSlot extends RemoteSlot {
  track: MediaStreamTrack;
}
