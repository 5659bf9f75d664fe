// Which network hint to show. Figures flutter in the first seconds, so the first reports after a start are ignored.
import type { Quality, QualityReport } from '@hullo/sdk';

/** Reports that are ignored after a call connects, a camera turns or the call becomes a video call. */
export const REPORTS_IGNORED = 3;

/** How good a connection is, as shown. */
export type Level = 'unknown' | 'good' | 'poor' | 'bad' | 'down';

const levels: Record<Quality, Level> = {
  unknown: 'unknown',
  excellent: 'good',
  good: 'good',
  poor: 'poor',
  bad: 'bad',
  very_bad: 'bad',
  down: 'down',
};

const order: readonly Level[] = ['unknown', 'good', 'poor', 'bad', 'down'];

/** The worse of two directions; `unknown` only when nothing is known. */
export function levelOf(report: QualityReport | undefined): Level {
  if (!report) return 'unknown';
  const up = levels[report.up];
  const down = levels[report.down];
  return order.indexOf(up) > order.indexOf(down) ? up : down;
}

/** Quality as the screens show it. */
export interface NetworkView {
  /** This device's connection, the worse of both directions. */
  readonly own: Level;
  /** From the other side to the server: what makes its picture and sound poor. */
  readonly remote: Level;
  /** The same for everyone else, by accid. */
  readonly others: ReadonlyMap<string, Level>;
}

export const NETWORK_UNKNOWN: NetworkView = { own: 'unknown', remote: 'unknown', others: new Map() };

/** Follows the quality reports of one call. */
export class NetworkTracker {
  #ignored = 0;
  view: NetworkView = NETWORK_UNKNOWN;

  /** Forgets what was seen: the next reports are ignored again. */
  reset(): void {
    this.#ignored = 0;
    this.view = NETWORK_UNKNOWN;
  }

  /** Takes the reports of one round. */
  apply(reports: readonly QualityReport[], me: string | undefined): NetworkView {
    if (this.#ignored < REPORTS_IGNORED) {
      this.#ignored += 1;
      return this.view;
    }
    const own = reports.find((report) => report.accid === me);
    const others = new Map(
      reports.filter(({ accid }) => accid !== me).map(({ accid, up }) => [accid, levels[up]]),
    );
    this.view = { own: levelOf(own), remote: [...others.values()][0] ?? 'unknown', others };
    return this.view;
  }
}
