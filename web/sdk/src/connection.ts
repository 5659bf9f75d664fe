// Why there is no connection to the server, as far as a page can know. Browsers hide from pages what went wrong with a
// WebSocket: whether anybody answers at its address is asked once more, by HTTP.
import type { ConnectionFailure } from './connection_failure.ts';
import { type ErrorBody, HulloError } from './errors.ts';
import type { HulloEvents } from './events.ts';

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
function explainFailure(address: string, why: ConnectionFailure | undefined): string {
  const reason = why === undefined ? '' : `: ${SENTENCES[why]}`;
  return `there is no connection to ${address}${reason}`;
}

type ConnectionState = HulloEvents['connectionChanged'];

/** Who is told of the connection. */
export interface ConnectionListener {
  /** Whether an account is signed in, and so wants a connection. */
  isSignedIn(): boolean;
  /** The connection is up or down, or more is known of why. */
  changed(state: ConnectionState): void;
}

/** The one truth about the connection: what the endpoint says of the session, and what the page sees of the network. */
export class Connection {
  readonly #address: string;
  readonly #listener: ConnectionListener;
  /** By the endpoint: with a reason only where the server has given it. */
  #session: ConnectionState = { connected: false };
  /** By the page. */
  #seen: ConnectionFailure | undefined;
  /** Once for each outage: a server that comes back is not to be asked twice by everyone. */
  #hasProbed = false;
  #probing: AbortController | undefined;
  #told: ConnectionState = { connected: false };

  /** `address` is that of the WebSocket. */
  constructor(address: string, listener: ConnectionListener) {
    this.#address = address;
    this.#listener = listener;
  }

  /** Why there is none; undefined while nothing is wrong. */
  get why(): ConnectionFailure | undefined {
    const { connected, why } = this.#session;
    if (connected) return undefined;
    return why ?? this.#seen ?? (this.#listener.isSignedIn() ? lost() : undefined);
  }

  /** What the endpoint says of the session. */
  follow(session: ConnectionState): void {
    this.#session = session;
    if (session.connected) this.#forgetSeen();
    this.#announce();
  }

  /** The socket has closed, or could not be opened. */
  closed(wasOpen: boolean): void {
    this.#seen = wasOpen ? lost() : isOffline() ? 'offline' : (this.#answered() ?? 'unreachable');
    this.#announce();
    if (this.#seen === 'unreachable' && !this.#hasProbed) void this.#probe();
  }

  /** Nobody wants a connection any more. */
  forget(): void {
    this.#forgetSeen();
    this.#announce();
  }

  /** What an operation rejects with that has failed like this. */
  refusal(error: ErrorBody): HulloError {
    if (error.kind !== 'no_connection') return new HulloError(error);
    const { why } = this;
    return new HulloError({ ...error, message: explainFailure(this.#address, why) }, { why });
  }

  #forgetSeen(): void {
    this.#seen = undefined;
    this.#hasProbed = false;
    this.#probing?.abort();
  }

  /** What an earlier attempt of the same outage has found out. */
  #answered(): ConnectionFailure | undefined {
    return this.#seen === 'lost' || this.#seen === 'offline' ? undefined : this.#seen;
  }

  async #probe(): Promise<void> {
    this.#hasProbed = true;
    this.#probing = new AbortController();
    const timer = setTimeout(() => this.#probing?.abort(), PROBE_MS);
    const why = await answerAt(this.#address, this.#probing.signal);
    clearTimeout(timer);
    if (this.#seen !== 'unreachable') return;
    this.#seen = why;
    this.#announce();
  }

  #announce(): void {
    const { why } = this;
    const { connected } = this.#session;
    if (connected === this.#told.connected && why === this.#told.why) return;
    this.#told = { connected, ...(why && { why }) };
    this.#listener.changed(this.#told);
  }
}

function lost(): ConnectionFailure {
  return isOffline() ? 'offline' : 'lost';
}

function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}

/** Asks by HTTP what a WebSocket was not told. Of another origin only whether it answers can be known. */
async function answerAt(address: string, signal: AbortSignal): Promise<ConnectionFailure> {
  try {
    const { status } = await fetch(address.replace(/^ws/, 'http'), {
      mode: 'no-cors',
      cache: 'no-store',
      credentials: 'omit',
      signal,
    });
    if (status === 429) return 'too_many_attempts';
    return status >= 500 ? 'server_busy' : 'refused';
  } catch {
    return 'unreachable';
  }
}
