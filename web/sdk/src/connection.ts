// Why there is no connection to the server, as far as a page can know. Browsers hide from pages what went wrong with a
// WebSocket: whether anybody answers at its address is asked once more, by HTTP.
import type { ConnectionFailure } from './types.ts';

/** How long an answer is waited for. */
const PROBE_MS = 5_000;

const SENTENCES: Record<ConnectionFailure, string> = {
  offline: 'this machine is offline',
  lost: 'it was lost and is being restored',
  unreachable:
    'nobody answers there: the server is down, the address is wrong, its certificate is not valid, or the page may not connect there (Content-Security-Policy: connect-src)',
  refused:
    'something answers there, but takes no WebSocket: the path is wrong, or a proxy does not pass upgrades on',
  too_many_attempts:
    'the server has had too many failed logins or connections from this address: wait a while',
  server_busy: 'the server cannot take the login for now',
  shutting_down: 'the server is restarting',
  too_slow: 'the server gave this client up, because it did not take what it was sent',
  token_expired: 'the login token has run out: log in with a fresh one',
};

/** What to tell the developer. */
export function explainFailure(address: string, why: ConnectionFailure | undefined): string {
  const reason = why === undefined ? '' : `: ${SENTENCES[why]}`;
  return `there is no connection to ${address}${reason}`;
}

/** What is known of the connection that there is not. */
export class ConnectionDiagnosis {
  readonly #address: string;
  readonly #changed: () => void;
  #why: ConnectionFailure | undefined;
  /** Once for each outage: a server that comes back is not to be asked twice by everyone. */
  #hasProbed = false;

  /** Calls `changed` when more is known. */
  constructor(address: string, changed: () => void) {
    this.#address = address;
    this.#changed = changed;
  }

  /** Undefined while nothing is wrong. */
  get why(): ConnectionFailure | undefined {
    return this.#why;
  }

  /** The session is open, or nobody wants one. */
  reset(): void {
    this.#why = undefined;
    this.#hasProbed = false;
  }

  /** The socket has closed, or could not be opened. */
  closed(wasOpen: boolean): void {
    this.#why = isOffline() ? 'offline' : wasOpen ? 'lost' : (this.#probed() ?? 'unreachable');
    this.#changed();
    if (this.#why === 'unreachable' && !this.#hasProbed) void this.#probe();
  }

  /** What an earlier attempt of the same outage has found out. */
  #probed(): ConnectionFailure | undefined {
    return this.#why === 'lost' || this.#why === 'offline' ? undefined : this.#why;
  }

  async #probe(): Promise<void> {
    this.#hasProbed = true;
    const why = await answerAt(this.#address);
    if (this.#why !== 'unreachable') return;
    this.#why = why;
    this.#changed();
  }
}

/** How a session is missing that was there. */
export function lossOf(): ConnectionFailure {
  return isOffline() ? 'offline' : 'lost';
}

function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}

/** Asks by HTTP what a WebSocket was not told. Of another origin only whether it answers can be known. */
async function answerAt(address: string): Promise<ConnectionFailure> {
  try {
    const { status } = await fetch(address.replace(/^ws/, 'http'), {
      mode: 'no-cors',
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(PROBE_MS),
    });
    if (status === 429) return 'too_many_attempts';
    return status >= 500 ? 'server_busy' : 'refused';
  } catch {
    return 'unreachable';
  }
}
