// The life of a client: made, told what happens outside, telling the app, destroyed. It turns what happens outside into
// inputs of the endpoint (the Rust state machine in WebAssembly) and carries out what the endpoint says; it decides nothing
// about calls itself.
/// <reference lib="esnext.disposable" preserve="true" />
import { Connection } from './connection.ts';
import { Cursors, storageFor } from './cursor.ts';
import { Driver, destroyed, type Effect } from './driver.ts';
import type { Endpoint } from './endpoint.ts';
import type { HulloError } from './errors.ts';
import type { HulloEvents } from './events.ts';
import { measureFirstFrame } from './first_picture.ts';
import { Listeners } from './listeners.ts';
import { MediaEngine } from './media/engine.ts';
import { observeNetwork } from './network.ts';
import { underPolicy } from './policy.ts';
import { Socket, socketUrl } from './socket.ts';
import type { DeviceIdentity } from './tab_devices.ts';
import { askForToken } from './tokens.ts';
import type { Account, Call, HulloOptions, LocalMedia, State, TokenHandler, TokenProvider } from './types.ts';
import { VideoSubscription } from './video_subscription.ts';
import {
  eventFrom,
  LOCAL_MEDIA_CLOSED,
  type MediaEvent,
  type Op,
  type Value,
  type WireEvent,
} from './wire.ts';

const IDLE: HulloEvents['changed'] = {
  state: 'idle',
  local: LOCAL_MEDIA_CLOSED,
  elsewhere: [],
  audioMutes: [],
  connected: false,
  reconnecting: false,
};

/** What a client is made of. */
export interface ClientParts {
  readonly options: HulloOptions;
  readonly endpoint: Endpoint;
  readonly device: DeviceIdentity;
}

/** A client without its operations: {@link Hullo} has them. */
export abstract class Client implements AsyncDisposable {
  /** Asked for login tokens; counts from the next `login()` on. */
  tokenProvider: TokenProvider | undefined;
  /** Asked for room tokens (secure mode); may be set at any time before a call. */
  tokenHandler: TokenHandler | undefined;

  /** @internal */
  protected readonly media: MediaEngine;
  /** @internal */
  protected readonly cursors: Cursors;
  /** @internal Whose pictures are received in a group call. */
  protected readonly subscription = new VideoSubscription(async (accids) => {
    await this.ask('done', { op: 'show_videos', accids });
  });
  readonly #device: DeviceIdentity;
  readonly #driver: Driver;
  readonly #socket: Socket;
  readonly #connection: Connection;
  readonly #listeners = new Listeners();
  /** Aborted by {@link Client.destroy}. */
  readonly #life = new AbortController();
  /** What the last `changed` said. */
  #now: HulloEvents['changed'] = IDLE;
  #account: Account | undefined;
  /** How many attempts to sign in are under way. */
  #logins = 0;
  #destruction: Promise<void> | undefined;

  /** @internal */
  protected constructor({ options, endpoint, device }: ClientParts) {
    this.tokenProvider = options.tokenProvider;
    this.tokenHandler = options.tokenHandler;
    this.#device = device;
    this.cursors = new Cursors(options.storage ?? storageFor(options.deviceId), options.appKey, device);
    this.#driver = new Driver(endpoint, {
      carryOut: (effect) => this.#carryOut(effect),
      completed: (value) => this.#adoptAccount(value),
      refusal: (error) => this.#connection.refusal(error),
      announce: (event) => this.#announce(event),
      failed: (error) => this.#giveUp(error),
    });
    const address = socketUrl(options.server);
    this.#connection = new Connection(address, {
      isSignedIn: () => this.#account !== undefined,
      changed: (detail) => this.#listeners.dispatch({ name: 'connectionChanged', detail }),
    });
    this.#socket = new Socket(address, {
      opened: () => this.#driver.feed({ input: 'socket_opened' }),
      closed: (wasOpen) => {
        this.#connection.closed(wasOpen);
        this.#driver.feed({ input: 'socket_closed' });
      },
      frame: (text) => this.#driver.feed({ input: 'frame', text }),
    });
    const report = (event: MediaEvent) => {
      if (event.event === 'first_video_frame') measureFirstFrame();
      this.#driver.feed({ input: 'media', event });
    };
    this.media = new MediaEngine(report, options, {
      notify: (event) => this.#listeners.dispatch(event),
      self: () => this.accid,
    });
    const { signal } = this.#life;
    observeNetwork(() => this.#driver.feed({ input: 'network_changed' }), signal);
    // A reload, or the end of the page: what its caller leaves ringing is not to ring for long.
    const hidden = () => this.#driver.feed({ input: 'page_hidden' });
    globalThis.addEventListener?.('pagehide', hidden, { signal });
    options.signal?.addEventListener('abort', () => void this.destroy(), { signal });
  }

  /** Where this device is. */
  get state(): State {
    return this.#now.state;
  }

  /** What this device's microphone, camera and screen do. */
  get local(): LocalMedia {
    return this.#now.local;
  }

  /** The call; undefined while idle. */
  get current(): Call | undefined {
    return this.#now.call;
  }

  /** The call that is on hold beside the current one. */
  get held(): Call | undefined {
    return this.#now.held;
  }

  /** The invite that waits beside the current call: `acceptWaiting()` or `rejectWaiting()` answer it. */
  get waiting(): Call | undefined {
    return this.#now.waiting;
  }

  /** Calls of the account on its other devices: `continueHere()` fetches one. */
  get elsewhere(): readonly Call[] {
    return this.#now.elsewhere;
  }

  /** The signed-in account; undefined while signed out. */
  get accid(): string | undefined {
    return this.#account?.accid;
  }

  /** The signed-in account as it is now; undefined while signed out. */
  get account(): Account | undefined {
    return this.#account;
  }

  /** Whether the connection to the server is up; it is restored by itself when it is not, and `connectionChanged` says so. */
  get connected(): boolean {
    return this.#now.connected;
  }

  /** In a call whose connection (to the server, or of its media) is being restored. */
  get reconnecting(): boolean {
    return this.#now.reconnecting;
  }

  /** Whom this device has muted for itself in the call; kept for the call, also by who leaves and comes back. */
  get audioMutes(): readonly string[] {
    return this.#now.audioMutes;
  }

  /** This device's id: the server takes two clients with one id for the same device. */
  get deviceId(): string {
    return this.#device.id;
  }

  /** Listens to an event; returns the function that stops it. */
  on<E extends keyof HulloEvents>(event: E, listener: (detail: HulloEvents[E]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  /**
   * Gives back all that the client has: the connection, the devices, listeners, timers, and its device id, which another
   * client may have when this resolves. It does not hang up: as after a reload, a call goes on with the next client of this
   * device, or is over when none comes within the grace time; `logout()` before it ends the call. Operations that are open
   * or asked for from now on reject with `destroyed`. Twice is once.
   */
  destroy(): Promise<void> {
    this.#destruction ??= this.#end();
    return this.#destruction;
  }

  /** As {@link Client.destroy}: `await using hullo = await Hullo.create(...)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy();
  }

  /** @internal Hands an operation to the endpoint; settles with what the endpoint completes it with. */
  protected ask<Is extends Value['is']>(is: Is, op: Op): Promise<Extract<Value, { is: Is }>> {
    return this.#driver.ask(is, op);
  }

  /** @internal Whether it was destroyed. */
  protected get isDestroyed(): boolean {
    return this.#life.signal.aborted;
  }

  /** @internal For what the endpoint has no part in: rejects once the client is destroyed. */
  protected async whileAlive<T>(operation: () => T | Promise<T>): Promise<T> {
    if (this.isDestroyed) throw destroyed();
    return operation();
  }

  /** @internal Signs in under a device id, which is given back when nothing comes of it. */
  protected async signIn(login: (deviceId: string) => Op & { op: 'login' }): Promise<Account> {
    if (this.isDestroyed) throw destroyed();
    this.#logins += 1;
    try {
      const signIn = () => this.ask('logged_in', login(this.#device.take()));
      // The login says why.
      const giveUp = () => void this.ask('done', { op: 'logout' }).catch(() => {});
      const { is: _, ...account } = await underPolicy(this.#socket.url, signIn, giveUp);
      return account;
    } finally {
      this.#logins -= 1;
      this.#giveDeviceBack();
    }
  }

  /** @internal Signed out: another client of the page may have the device id. */
  protected forgetAccount(): void {
    this.#account = undefined;
    this.#connection.forget();
    this.#giveDeviceBack();
  }

  #giveDeviceBack(): void {
    if (!this.#account && this.#logins === 0) this.#device.giveBack();
  }

  async #end(): Promise<void> {
    this.#life.abort();
    // What it leaves ringing is not to ring for long.
    this.#driver.close({ input: 'page_hidden' });
    this.#close();
    this.media.destroy();
    this.#listeners.close();
    await this.#device.leave();
  }

  /** Nothing stays open, and screens show that nothing is. */
  #close(): void {
    this.#socket.close();
    this.media.apply({ command: 'close' });
    this.#account = undefined;
    if (this.#now !== IDLE) {
      this.#adopt(IDLE);
      this.#listeners.dispatch({ name: 'changed', detail: IDLE });
    }
    this.#connection.follow({ connected: false });
    this.#connection.forget();
  }

  #carryOut(effect: Effect): void {
    switch (effect.output) {
      case 'open_socket':
        this.#socket.open();
        break;
      case 'close_socket':
        this.#socket.close();
        break;
      case 'send':
        this.#socket.send(effect.text);
        break;
      case 'media':
        this.media.apply(effect.command);
        break;
      case 'ask_login_token':
        void this.#askLoginToken();
        break;
      case 'keep_cursor':
        this.cursors.keep(effect.accid, effect.cursor);
        break;
      case 'ask_token':
        void this.#askToken(effect.call_id, effect.uid);
        break;
    }
  }

  #adoptAccount(value: Value): void {
    if (value.is !== 'logged_in') return;
    const { is: _, ...account } = value;
    this.#account = account;
  }

  #announce(wireEvent: WireEvent): void {
    const event = eventFrom(wireEvent);
    if (event.name === 'changed') this.#adopt(event.detail);
    if (event.name === 'connectionChanged') {
      this.#connection.follow(event.detail);
      return;
    }
    if (event.name === 'disconnect') this.forgetAccount();
    if (event.name === 'accountChanged' && this.#account) {
      const { accid, secure } = this.#account;
      this.#account = { accid, secure, ...event.detail };
    }
    this.#listeners.dispatch(event);
  }

  #adopt(now: HulloEvents['changed']): void {
    this.#now = now;
    this.subscription.follow(now.state, now.call);
  }

  /** Nothing may stay open that nobody controls any more. */
  #giveUp(error: HulloError): void {
    this.#close();
    const { code, kind, message } = error;
    this.#listeners.dispatch({ name: 'error', detail: { error: { code, kind, message } } });
  }

  async #askLoginToken(): Promise<void> {
    const provider = this.tokenProvider;
    const answer = await askForToken('tokenProvider', () => {
      if (!provider) throw new Error('there is no tokenProvider any more');
      return provider();
    });
    this.#driver.feed({ input: 'login_token', ...answer });
  }

  async #askToken(callId: string, uid: number): Promise<void> {
    const handler = this.tokenHandler;
    const answer = await askForToken('tokenHandler', () => {
      if (!handler) throw new Error('this app needs room tokens: set tokenHandler');
      return handler(uid, callId);
    });
    this.#driver.feed({ input: 'token', call_id: callId, ...answer });
  }
}
