// The client behind `useHullo()` of React and Vue: made when a component first wants it, signed in, shared by all that want the
// same one, and given back when none does. A framework that unmounts and mounts again at once (StrictMode, hot reload) keeps it.
import { type Account, type Call, Hullo, type HulloOptions, type LocalMedia, type State } from '@hullo/sdk';

/** What `useHullo()` takes: the options of `Hullo.create()`, and who signs in. */
export interface UseHulloOptions extends HulloOptions {
  /** The account that signs in; while it is absent, there is no client. */
  accid?: string | undefined;
  /** Its login token, where there is no `tokenProvider`; a new one renews the session. */
  token?: string | undefined;
}

/** What `useHullo()` gives; renewed whenever something of it changes. */
export interface HulloSession {
  /** The client, once it is loaded. */
  readonly client: Hullo | undefined;
  /** The signed-in account; undefined while signed out. */
  readonly account: Account | undefined;
  /** Whether the server can be reached, and so this account called. */
  readonly connected: boolean;
  /** Why the client could not be made or signed in: a `HulloError`, mostly. */
  readonly error: Error | undefined;
  readonly state: State;
  /** The call; undefined while idle. */
  readonly call: Call | undefined;
  /** What this device's microphone and camera do. */
  readonly local: LocalMedia | undefined;
  /** Makes the client and signs in again after an `error`. */
  readonly retry: () => void;
}

/** What there is before a client is. */
export const NO_SESSION: HulloSession = {
  client: undefined,
  account: undefined,
  connected: false,
  error: undefined,
  state: 'idle',
  call: undefined,
  local: undefined,
  retry: () => {},
};

/** After any of these some of a session may be different. */
const EVENTS = ['changed', 'disconnect', 'accountChanged', 'connectionChanged'] as const;

const clients = new Map<string, SharedClient>();
/** Those that are being given back: the next one waits, so that it can be the same device. */
const leaving = new Set<Promise<void>>();

/** Which client it is: components with the same key share one. Undefined while nobody signs in. */
export function keyOf({ appKey, server, deviceId, accid }: UseHulloOptions): string | undefined {
  return accid === undefined ? undefined : JSON.stringify([appKey, server, deviceId, accid]);
}

/** The client of `key`, which whoever takes it has to `release()`. */
export function acquire(key: string, options: UseHulloOptions): SharedClient {
  const found = clients.get(key);
  const client = found ?? new SharedClient(key, options);
  clients.set(key, client);
  client.acquire();
  return client;
}

/** One client and those who use it. */
export class SharedClient {
  session: HulloSession;
  readonly #key: string;
  #options: UseHulloOptions;
  #users = 0;
  #client: Promise<Hullo> | undefined;
  readonly #subscribers = new Set<() => void>();

  constructor(key: string, options: UseHulloOptions) {
    this.#key = key;
    this.#options = options;
    this.session = { ...NO_SESSION, retry: () => void this.#start() };
    void this.#start();
  }

  /** Calls `listener` whenever `session` is another; returns what stops it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#subscribers.add(listener);
    return () => this.#subscribers.delete(listener);
  };

  acquire(): void {
    this.#users += 1;
  }

  /** Gives it up; after the last one, and unless somebody takes it again at once, the client goes. */
  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    const gone = new Promise<void>((next) => setTimeout(next)).then(() => this.#giveBack());
    leaving.add(gone);
    void gone.finally(() => leaving.delete(gone));
  }

  /** Follows options that may change without another client: providers, handlers, a fresh token. */
  update(options: UseHulloOptions): void {
    // Options for another client reach this one while a component changes over, and others may still use it.
    if (keyOf(options) !== this.#key) return;
    const before = this.#options;
    this.#options = options;
    const { client } = this.session;
    if (!client) return;
    client.tokenProvider = options.tokenProvider;
    client.tokenHandler = options.tokenHandler;
    if (options.token !== before.token && options.token !== undefined) void this.#signIn(client);
  }

  async #start(): Promise<void> {
    this.#show({ error: undefined });
    try {
      this.#client ??= this.#make();
      await this.#signIn(await this.#client);
    } catch (error) {
      this.#client = undefined;
      this.#show({ error: asError(error) });
    }
  }

  async #make(): Promise<Hullo> {
    await Promise.all(leaving);
    const { accid: _, token: __, ...options } = this.#options;
    const client = await Hullo.create(options);
    for (const event of EVENTS) client.on(event, () => this.#follow(client));
    this.#follow(client);
    return client;
  }

  async #signIn(client: Hullo): Promise<void> {
    const { accid, token } = this.#options;
    if (accid === undefined || this.#users === 0) return;
    try {
      await client.login(accid, token);
      this.#show({ error: undefined });
    } catch (error) {
      this.#show({ error: asError(error) });
    }
    this.#follow(client);
  }

  #follow(client: Hullo): void {
    const { account, connected, state, current: call, local } = client;
    this.#show({ client, account, connected, state, call, local });
  }

  #show(news: Partial<HulloSession>): void {
    this.session = { ...this.session, ...news };
    for (const notify of this.#subscribers) notify();
  }

  async #giveBack(): Promise<void> {
    if (this.#users > 0) return;
    if (clients.get(this.#key) === this) clients.delete(this.#key);
    await this.#client?.then(
      (client) => client.destroy(),
      () => {},
    );
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
