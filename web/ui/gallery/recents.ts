// Past calls for the gallery and the tests, and a client that has nothing else.
import type {
  CallSummary,
  HulloEvents,
  Media,
  RecentCall,
  RecentCalls,
  RecentsOptions,
  RecordStatus,
} from '@hullo/sdk';
import type { RecentsClient } from '../src/recents/client.ts';

const HOUR = 3_600_000;

/** What differs from a video call that Alice has had with Bob. */
export interface RecentSketch {
  readonly id: number;
  readonly with?: readonly string[];
  readonly incoming?: boolean;
  readonly media?: Media;
  readonly status?: RecordStatus;
  /** How long ago it was dialled. */
  readonly ago?: number;
  readonly people?: number;
}

/** A past call of Alice. */
export function recentOf({
  id,
  with: accids = ['bob'],
  incoming = false,
  media = 'video',
  status = 'complete',
  ago = HOUR * (100 - id),
  people = accids.length + 1,
}: RecentSketch): RecentCall {
  const startedAtMs = Date.now() - ago;
  const other = accids[0] ?? 'bob';
  const summary: CallSummary = {
    callId: `past-${id}`,
    kind: people > 2 ? 'group' : 'one_to_one',
    caller: incoming ? other : 'alice',
    callee: incoming ? 'alice' : other,
    media,
    status,
    reason: status === 'complete' ? 'hung_up' : status,
    startedAtMs,
    endedAtMs: startedAtMs + 140_000,
    outcome: status === 'complete' ? 'left' : status,
    callerMs: status === 'complete' ? 133_000 : 0,
    calleeMs: status === 'complete' ? 133_000 : 0,
    people,
  };
  const missed = incoming && (status === 'timed_out' || status === 'cancelled' || status === 'busy');
  return { id, summary, missed, others: accids.map((accid) => ({ accid })) };
}

/** A few days of calls. */
export function someRecents(): RecentCall[] {
  const sketches: readonly RecentSketch[] = [
    { id: 99, with: ['carol'], incoming: true, status: 'timed_out', ago: 0.4 * HOUR },
    { id: 98, with: ['bob'], media: 'audio', ago: 1.2 * HOUR },
    { id: 97, with: ['erin', 'dave', 'frank', 'grace'], incoming: true, status: 'timed_out', ago: 2 * HOUR },
    { id: 96, with: ['dave'], status: 'timed_out', media: 'audio', ago: 3 * HOUR },
    { id: 95, with: ['grace'], incoming: true, ago: 26 * HOUR },
    { id: 94, with: ['bob'], status: 'rejected', ago: 27 * HOUR },
    { id: 93, with: ['heidi'], incoming: true, status: 'cancelled', media: 'audio', ago: 28 * HOUR },
    { id: 92, with: ['frank', 'ivan', 'judy'], ago: 75 * HOUR },
    { id: 91, with: ['kenji'], incoming: true, status: 'busy', ago: 76 * HOUR },
    { id: 90, with: ['carol'], media: 'audio', ago: 400 * HOUR },
  ];
  return sketches.map(recentOf);
}

type Listeners = { [E in keyof HulloEvents]?: Set<(detail: HulloEvents[E]) => void> };

/** Answers from a list that a test changes. */
export class FakeRecents implements RecentsClient {
  accid: string | undefined = 'alice';
  calls: readonly RecentCall[] = [];
  /** Up to which call the account has read. */
  readUpTo = 0;
  /** What was asked of it, in order. */
  readonly asked: string[] = [];
  refusal: unknown;
  readonly #listeners: Listeners = {};

  on<E extends keyof HulloEvents>(event: E, listener: (detail: HulloEvents[E]) => void): () => void {
    const listeners: Set<(detail: HulloEvents[E]) => void> = this.#listeners[event] ?? new Set();
    Object.assign(this.#listeners, { [event]: listeners });
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit<E extends keyof HulloEvents>(event: E, detail: HulloEvents[E]): void {
    for (const listener of this.#listeners[event] ?? []) listener(detail);
  }

  /** How many listen, to whatever. */
  get listeners(): number {
    return Object.values(this.#listeners).reduce((sum, { size }) => sum + size, 0);
  }

  async recents({
    before = Number.POSITIVE_INFINITY,
    limit = 50,
  }: RecentsOptions = {}): Promise<RecentCalls> {
    this.asked.push(before === Number.POSITIVE_INFINITY ? 'newest' : `before ${before}`);
    if (this.refusal) throw this.refusal;
    const older = this.calls.filter(({ id }) => id < before);
    const missed = this.calls.filter((call) => call.missed && call.id > this.readUpTo).length;
    return { calls: older.slice(0, limit), more: older.length > limit, missed, readTo: this.readUpTo };
  }

  async markRecentsRead(upTo: number): Promise<void> {
    this.asked.push(`read ${upTo}`);
    this.readUpTo = Math.max(this.readUpTo, upTo);
  }
}
