// The connection to the server as the app is told of it: by the endpoint what the server has said, and otherwise what the page
// sees.
import { ConnectionDiagnosis, explainFailure, lossOf } from './connection.ts';
import { type ErrorBody, HulloError } from './errors.ts';
import type { HulloEvents } from './events.ts';
import type { ConnectionFailure } from './types.ts';

type ConnectionState = HulloEvents['connectionChanged'];

/** Who wants to know. */
export interface ConnectionOwner {
  /** Whether somebody is signed in: then no connection is a loss. */
  isSignedIn(): boolean;
  /** The connection is another than before. */
  changed(now: ConnectionState): void;
}

/** Tells of each change once. */
export class ConnectionReport {
  readonly #address: string;
  readonly #owner: ConnectionOwner;
  readonly #diagnosis: ConnectionDiagnosis;
  /** What the endpoint says, and what the app was told. */
  #session: ConnectionState = { connected: false };
  #told: ConnectionState = { connected: false };

  /** `address` is that of the WebSocket. */
  constructor(address: string, owner: ConnectionOwner) {
    this.#address = address;
    this.#owner = owner;
    this.#diagnosis = new ConnectionDiagnosis(address, () => this.#tell());
  }

  /** The socket has closed, or could not be opened. */
  closed(wasOpen: boolean): void {
    this.#diagnosis.closed(wasOpen);
  }

  /** The endpoint says how the session is. */
  follow(session: ConnectionState): void {
    this.#session = session;
    if (session.connected) this.#diagnosis.reset();
    this.#tell();
  }

  /** Nobody wants a connection any more. */
  forget(): void {
    this.#session = { connected: false };
    this.#diagnosis.reset();
    this.#tell();
  }

  /** What an operation rejects with that has failed like this. */
  refusal(error: ErrorBody): HulloError {
    if (error.kind !== 'no_connection') return new HulloError(error);
    const why = this.#why;
    const message = explainFailure(this.#address, why);
    return new HulloError({ ...error, message }, why && { why });
  }

  get #why(): ConnectionFailure | undefined {
    const { connected, why } = this.#session;
    if (connected) return undefined;
    return why ?? this.#diagnosis.why ?? (this.#owner.isSignedIn() ? lossOf() : undefined);
  }

  #tell(): void {
    const { connected } = this.#session;
    const why = this.#why;
    if (connected === this.#told.connected && why === this.#told.why) return;
    this.#told = { connected, ...(why && { why }) };
    this.#owner.changed(this.#told);
  }
}
