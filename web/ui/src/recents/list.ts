// The past calls as far as they are known: pages joined with what is new, each call once, newest first.
import type { RecentCall } from '@hullo/sdk';
import type { RecentsClient } from './client.ts';

const PAGE = 30;

/** How the list stands. */
export type ListState = 'loading' | 'ready' | 'failed';

/** The list of one client; calls `changed` after every change. */
export class RecentList {
  #calls: readonly RecentCall[] = [];
  #state: ListState = 'loading';
  #more = false;
  #missed = 0;
  /** Up to which call the person has read, on any device. */
  #readTo = 0;
  #older: ListState = 'ready';
  /** The missed calls that were new when they were first seen here: they stay marked while one looks. */
  #fresh: ReadonlySet<number> = new Set();
  /** Another page was asked for while one was on its way. */
  #stale = false;
  #busy = false;
  #over = false;

  constructor(
    private readonly client: RecentsClient,
    private readonly changed: () => void,
  ) {}

  get calls(): readonly RecentCall[] {
    return this.#calls;
  }

  /** How the newest page stands; `failed` only while there is nothing to show. */
  get state(): ListState {
    return this.#state;
  }

  /** Whether there are older ones than are known. */
  get more(): boolean {
    return this.#more;
  }

  /** How the page before the oldest call stands. */
  get older(): ListState {
    return this.#older;
  }

  /** How many were missed and not read. */
  get missed(): number {
    return this.#missed;
  }

  /** Whether a call was missed and is new to the person. */
  isFresh({ id }: RecentCall): boolean {
    return this.#fresh.has(id);
  }

  /** Nothing changes any more. */
  end(): void {
    this.#over = true;
  }

  /** Reads the newest page; several wishes at once are one. */
  async refresh(): Promise<void> {
    if (this.#busy) {
      this.#stale = true;
      return;
    }
    this.#busy = true;
    do {
      this.#stale = false;
      await this.#readNewest();
    } while (this.#stale && !this.#over);
    this.#busy = false;
  }

  async #readNewest(): Promise<void> {
    try {
      const { calls, more, missed, readTo } = await this.client.recents({ limit: PAGE });
      if (this.#over) return;
      const known = this.#calls[0]?.id;
      const oldest = calls.at(-1)?.id;
      // More came than a page holds: what was known does not join on.
      const gap = known !== undefined && oldest !== undefined && oldest > known && more;
      if (this.#calls.length === 0 || gap) this.#more = more;
      this.#calls = gap ? calls : joined(this.#calls, calls);
      this.#missed = missed;
      this.#readTo = readTo;
      this.#mark();
      this.#state = 'ready';
    } catch {
      if (this.#over) return;
      this.#state = this.#calls.length > 0 ? 'ready' : 'failed';
    }
    this.changed();
  }

  /** Reads the page before the oldest call. */
  async readOlder(): Promise<void> {
    const before = this.#calls.at(-1)?.id;
    if (before === undefined || !this.#more || this.#older === 'loading') return;
    this.#older = 'loading';
    this.changed();
    try {
      const { calls, more } = await this.client.recents({ limit: PAGE, before });
      if (this.#over) return;
      this.#calls = joined(this.#calls, calls);
      this.#more = more;
      this.#mark();
      this.#older = 'ready';
    } catch {
      this.#older = 'failed';
    }
    this.changed();
  }

  /** Takes that the calls up to `upTo` were read. */
  applyRead(upTo: number): void {
    this.#readTo = Math.max(this.#readTo, upTo);
    this.#missed = this.#calls.filter(({ id, missed }) => missed && id > this.#readTo).length;
    this.changed();
  }

  /** The person has looked away: what they have seen is new no more. */
  settle(): void {
    this.#fresh = new Set();
    this.#mark();
  }

  /** Keeps for the account that everything known was read. */
  async markRead(): Promise<void> {
    const newest = this.#calls[0]?.id;
    if (newest === undefined || this.#missed === 0) return;
    this.applyRead(newest);
    // It is marked with the next look.
    await this.client.markRecentsRead(newest).catch(() => undefined);
  }

  #mark(): void {
    const missed = this.#calls.filter(({ id, missed }) => missed && id > this.#readTo);
    this.#fresh = new Set([...this.#fresh, ...missed.map(({ id }) => id)]);
  }
}

/** Both lists, newest first, each call once. */
function joined(known: readonly RecentCall[], added: readonly RecentCall[]): RecentCall[] {
  const byId = new Map([...known, ...added].map((call) => [call.id, call]));
  return [...byId.values()].sort((a, b) => b.id - a.id);
}
