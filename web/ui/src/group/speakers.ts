// Who is shown as speaking. Speech has gaps: a mark that followed each of them would flicker, so that it stays for a
// moment after the last word.

/** How long the mark stays after someone was last heard. */
export const SPEAKING_MS = 1200;

/** Follows the speakers of one call. */
export class SpeakerTracker {
  #now: readonly string[] = [];
  readonly #until = new Map<string, number>();

  /** Takes who speaks, at `now` (`performance.now()`). */
  apply(accids: readonly string[], now: number): void {
    for (const accid of this.#now) if (!accids.includes(accid)) this.#until.set(accid, now + SPEAKING_MS);
    for (const accid of accids) this.#until.delete(accid);
    this.#now = accids;
  }

  /** Whose mark is shown at `now`, the loudest first. */
  at(now: number): readonly string[] {
    const fading = [...this.#until].filter(([, until]) => until > now).map(([accid]) => accid);
    return [...this.#now, ...fading];
  }

  /** When the next mark goes out; undefined when none will by itself. */
  nextAt(now: number): number | undefined {
    const coming = [...this.#until.values()].filter((until) => until > now);
    return coming.length > 0 ? Math.min(...coming) : undefined;
  }
}
