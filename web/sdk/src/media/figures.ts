// The browser's statistics (https://www.w3.org/TR/webrtc-stats/) in the words of CallStats.
import type { CallStats, RemoteStats } from '../types.ts';
import type { RemoteSlot } from '../wire.ts';

/** The members of the standard's dictionaries that are read here. */
interface Entry {
  id: string;
  type: string;
  kind?: string;
  mid?: string;
  bytesSent?: number;
  bytesReceived?: number;
  framesEncoded?: number;
  framesDecoded?: number;
  frameWidth?: number;
  frameHeight?: number;
  totalSamplesReceived?: number;
  packetsReceived?: number;
  packetsLost?: number;
  nominated?: boolean;
  state?: string;
  currentRoundTripTime?: number;
}

/** The figures when there is no connection. */
export const NO_FIGURES: CallStats = {
  connection: 'closed',
  bytesSent: 0,
  bytesReceived: 0,
  framesEncoded: 0,
  remotes: [],
};

/** Reads a report; `slots` say whose tracks the m-lines carry. */
export function figuresOf(
  connection: RTCPeerConnectionState,
  report: RTCStatsReport,
  slots: readonly RemoteSlot[],
): CallStats {
  const entries = [...(report.values() as Iterable<Entry>)];
  const sum = (type: string, read: (entry: Entry) => number | undefined) =>
    entries.reduce((total, entry) => total + (entry.type === type ? (read(entry) ?? 0) : 0), 0);
  const pair = entries.find(
    ({ type, nominated, state }) => type === 'candidate-pair' && nominated && state === 'succeeded',
  );
  const rttSeconds = pair?.currentRoundTripTime;
  const accids = [...new Set(slots.map(({ accid }) => accid))];
  return {
    connection,
    ...(rttSeconds !== undefined && { rttMs: rttSeconds * 1_000 }),
    bytesSent: sum('outbound-rtp', ({ bytesSent }) => bytesSent),
    bytesReceived: sum('inbound-rtp', ({ bytesReceived }) => bytesReceived),
    framesEncoded: sum('outbound-rtp', ({ framesEncoded }) => framesEncoded),
    remotes: accids.map((accid) => remoteOf(accid, entries, slots)),
  };
}

function remoteOf(accid: string, entries: readonly Entry[], slots: readonly RemoteSlot[]): RemoteStats {
  const inbound = (kind: string): Entry | undefined => {
    const mid = slots.find((slot) => slot.accid === accid && slot.kind === kind)?.mid;
    return entries.find((entry) => entry.type === 'inbound-rtp' && entry.mid === mid && entry.kind === kind);
  };
  const sound = inbound('audio');
  const picture = inbound('video');
  return {
    accid,
    framesDecoded: picture?.framesDecoded ?? 0,
    frameWidth: picture?.frameWidth ?? 0,
    frameHeight: picture?.frameHeight ?? 0,
    audioSamplesReceived: sound?.totalSamplesReceived ?? 0,
    audioPacketsReceived: sound?.packetsReceived ?? 0,
    packetsLost: (sound?.packetsLost ?? 0) + (picture?.packetsLost ?? 0),
  };
}
