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

/** The stats when there is no connection. */
export const NO_STATS: CallStats = {
  connection: 'closed',
  bytesSent: 0,
  bytesReceived: 0,
  framesEncoded: 0,
  remotes: [],
};

/** The counts of one m-line. */
type Counts = {
  -readonly [Name in Exclude<keyof RemoteStats, 'accid' | 'frameWidth' | 'frameHeight' | 'screen'>]: number;
};

const NO_COUNTS: Counts = {
  framesDecoded: 0,
  audioSamplesReceived: 0,
  audioPacketsReceived: 0,
  packetsLost: 0,
};

const COUNT_NAMES = Object.keys(NO_COUNTS) as (keyof Counts)[];

/** Attributes counts to accounts: an m-line goes on counting when another account takes it. */
export class StatsReader {
  /** Who has each m-line, and what had come through it before. */
  readonly #holders = new Map<string, { readonly accid: string; before: Counts }>();

  /** Takes who has which m-line now; `stats` reads the counts of this moment. */
  follow(slots: readonly RemoteSlot[], stats: () => Promise<RTCStatsReport>): void {
    let report: Promise<RTCStatsReport> | undefined;
    for (const { mid, accid } of slots) {
      const known = this.#holders.get(mid);
      if (known?.accid === accid) continue;
      const holder = { accid, before: NO_COUNTS };
      this.#holders.set(mid, holder);
      if (!known) continue;
      report ??= stats();
      // It rejects only when the connection is closed meanwhile.
      report.then((now) => (holder.before = countsOf(entriesOf(now), mid))).catch(() => {});
    }
  }

  /** Another connection counts from zero. */
  clear(): void {
    this.#holders.clear();
  }

  /** Reads a report; `slots` say whose tracks the m-lines carry. */
  read(connection: RTCPeerConnectionState, report: RTCStatsReport, slots: readonly RemoteSlot[]): CallStats {
    const entries = entriesOf(report);
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
      remotes: accids.map((accid) => this.#remoteOf(accid, entries, slots)),
    };
  }

  #remoteOf(accid: string, entries: readonly Entry[], slots: readonly RemoteSlot[]): RemoteStats {
    const total = { ...NO_COUNTS };
    const own = slots.filter((slot) => slot.accid === accid);
    const screen = own.find(({ kind }) => kind === 'screen');
    const screenCounts = screen && this.#countsOf(screen.mid, entries);
    for (const { mid } of own) {
      const counts = this.#countsOf(mid, entries);
      for (const name of COUNT_NAMES) total[name] += counts[name];
    }
    if (screenCounts) total.framesDecoded -= screenCounts.framesDecoded;
    const video = own.filter(({ kind }) => kind === 'video').map(({ mid }) => mid);
    return {
      accid,
      ...total,
      ...sizeOf(entries, video),
      ...(screen &&
        screenCounts && {
          screen: { framesDecoded: screenCounts.framesDecoded, ...sizeOf(entries, [screen.mid]) },
        }),
    };
  }

  /** What has come through an m-line since its account has it. */
  #countsOf(mid: string, entries: readonly Entry[]): Counts {
    const counts = countsOf(entries, mid);
    const before = this.#holders.get(mid)?.before ?? NO_COUNTS;
    for (const name of COUNT_NAMES) counts[name] = Math.max(counts[name] - before[name], 0);
    return counts;
  }
}

/** Of the newest picture through one of these m-lines. */
function sizeOf(
  entries: readonly Entry[],
  mids: readonly string[],
): { frameWidth: number; frameHeight: number } {
  const picture = entries.find(
    ({ type, kind, mid }) => type === 'inbound-rtp' && kind === 'video' && mids.includes(mid ?? ''),
  );
  return { frameWidth: picture?.frameWidth ?? 0, frameHeight: picture?.frameHeight ?? 0 };
}

function entriesOf(report: RTCStatsReport): Entry[] {
  return [...(report.values() as Iterable<Entry>)];
}

function countsOf(entries: readonly Entry[], mid: string): Counts {
  const entry = entries.find(({ type, mid: line }) => type === 'inbound-rtp' && line === mid);
  const isAudio = entry?.kind === 'audio';
  return {
    framesDecoded: entry?.framesDecoded ?? 0,
    audioSamplesReceived: isAudio ? (entry.totalSamplesReceived ?? 0) : 0,
    audioPacketsReceived: isAudio ? (entry.packetsReceived ?? 0) : 0,
    packetsLost: entry?.packetsLost ?? 0,
  };
}
