// Whether there is a connection to the server, and why not: what the endpoint says, with what the page itself can see.
import { ConnectionDiagnosis, explainFailure, lossOf } from './connection.ts';
import { type ErrorBody, HulloError } from './errors.ts';
import type { HulloEvents } from './events.ts';
import type { ConnectionFailure } from './types.ts';

type Connection = HulloEvents['connectionChanged'];

/** The connection of one client. */
export class ConnectionState {
  /** Of the WebSocket. */
  readonly #address: string;
  readonly #isSignedIn: () => boolean;
  readonly #changed: (connection: Connection) => void;
  readonly #diagnosis: ConnectionDiagnosis;
  /** What the endpoint says. */
  #session: Connection = { connected: false };
  /** What the app was told. */
  #announced: Connection = { connected: false };

  constructor(address: string, isSignedIn: () => boolean, changed: (connection: Connection) => void) {
    this.#address = address;
    this.#isSignedIn = isSignedIn;
    this.#changed = changed;
    this.#diagnosis = new ConnectionDiagnosis(address, () => this.#announce());
  }

  /** Takes what the endpoint says. */
  adopt(session: Connection): void {
    this.#session = session;
    if (session.connected) this.#diagnosis.reset();
    this.#announce();
  }

  /** The socket has closed, or could not be opened. */
  socketClosed(wasOpen: boolean): void {
    this.#diagnosis.closed(wasOpen);
  }

  /** Nobody wants a connection any more. */
  forget(): void {
    this.#diagnosis.reset();
    this.#announce();
  }

  /** What an operation rejects with: one that found no connection says where to and why. */
  refusal(error: ErrorBody): HulloError {
    if (error.kind !== 'no_connection') return new HulloError(error);
    const why = this.#why;
    return new HulloError({ ...error, message: explainFailure(this.#address, why) }, { why });
  }

  get #why(): ConnectionFailure | undefined {
    const { connected, why } = this.#session;
    if (connected) return undefined;
    return why ?? this.#diagnosis.why ?? (this.#isSignedIn() ? lossOf() : undefined);
  }

  #announce(): void {
    const { connected } = this.#session;
    const why = this.#why;
    if (connected === this.#announced.connected && why === this.#announced.why) return;
    this.#announced = { connected, ...(why && { why }) };
    this.#changed(this.#announced);
  }
}
