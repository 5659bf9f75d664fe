// The client: turns what the app asks and what happens outside into inputs of the endpoint (the Rust state machine in
// WebAssembly), and carries out what the endpoint says. It decides nothing about calls itself.
import { version as SDK_VERSION } from '../package.json';
import { Connection } from './connection.ts';
import { Cursors, storageFor } from './cursor.ts';
import { deviceIdOfTab } from './device.ts';
import { Driver, type Effect } from './driver.ts';
import { type Endpoint, loadEndpoint } from './endpoint.ts';
import { type HulloError, messageOf } from './errors.ts';
import type { HulloEvents } from './events.ts';
import { Listeners } from './listeners.ts';
import { MediaEngine } from './media/engine.ts';
import { observeNetwork } from './network.ts';
import { Socket, socketUrl } from './socket.ts';
import type {
  Account,
  Call,
  CallOptions,
  CallQuery,
  CallRecord,
  CallStats,
  DevicePresets,
  Devices,
  FoundCall,
  GroupCallOptions,
  GroupCallResult,
  HulloOptions,
  InviteOptions,
  LocalMedia,
  Media,
  Member,
  MessagePage,
  MessagesOptions,
  OtherCall,
  Presence,
  RecentCalls,
  RecentsOptions,
  State,
  TokenHandler,
  TokenProvider,
} from './types.ts';
import { VideoSubscription } from './video_subscription.ts';
import { eventFrom, LOCAL_MEDIA_CLOSED, type MediaEvent, type WireEvent } from './wire.ts';

const MESSAGES_LIMIT_DEFAULT = 50;
const RECENTS_LIMIT_DEFAULT = 50;
const ACCEPT_MARK = 'hullo:accept';
const FIRST_FRAME_MEASURE = 'hullo:accept-to-first-frame';

const IDLE: HulloEvents['changed'] = {
  state: 'idle',
  local: LOCAL_MEDIA_CLOSED,
  elsewhere: [],
  audioMutes: [],
  connected: false,
  reconnecting: false,
};

/**
 * The client of a Hullo server: one for each page. It signs in, calls, rings and answers, reconnects by itself, plays
 * the others' sound, and shows pictures in the views that are attached to it.
 *
 * Every operation settles exactly once: it resolves when it is done, or rejects with a {@link HulloError}. Operations
 * may be called at any time, inside listeners too.
 */
export class Hullo {
  /** Asked for login tokens; counts from the next `login()` on. */
  tokenProvider: TokenProvider | undefined;
  /** Asked for room tokens (secure mode); may be set at any time before a call. */
  tokenHandler: TokenHandler | undefined;

  readonly #appKey: string;
  readonly #deviceId: string;
  readonly #cursors: Cursors;
  readonly #driver: Driver;
  readonly #socket: Socket;
  readonly #connection: Connection;
  readonly #media: MediaEngine;
  readonly #listeners = new Listeners();
  readonly #subscription = new VideoSubscription(async (accids) => {
    await this.#driver.ask('done', { op: 'show_videos', accids });
  });

  /** What the last `changed` said. */
  #now: HulloEvents['changed'] = IDLE;
  #account: Account | undefined;

  private constructor(options: HulloOptions, deviceId: string, endpoint: Endpoint) {
    this.tokenProvider = options.tokenProvider;
    this.tokenHandler = options.tokenHandler;
    this.#appKey = options.appKey;
    this.#deviceId = deviceId;
    this.#cursors = new Cursors(options.storage ?? storageFor(options.deviceId), options.appKey, deviceId);
    this.#driver = new Driver(endpoint, {
      carryOut: (effect) => this.#carryOut(effect),
      completed: (value) => {
        if (value.is !== 'logged_in') return;
        const { is: _, ...account } = value;
        this.#account = account;
      },
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
    this.#media = new MediaEngine(report, options);
    observeNetwork(() => this.#driver.feed({ input: 'network_changed' }));
    // A reload, or the end of the page: what its caller leaves ringing is not to ring for long.
    globalThis.addEventListener?.('pagehide', () => this.#driver.feed({ input: 'page_hidden' }));
  }

  /** Loads the WebAssembly module and makes a client that is signed out. Rejects when the module cannot be loaded. */
  static async create(options: HulloOptions): Promise<Hullo> {
    const [endpoint, deviceId] = await Promise.all([
      loadEndpoint(options.wasm),
      options.deviceId ?? deviceIdOfTab(),
    ]);
    return new Hullo(options, deviceId, endpoint);
  }

  /** Where this device is. */
  get state(): State {
    return this.#now.state;
  }

  /** What this device's microphone and camera do. */
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
    return this.#deviceId;
  }

  /**
   * Connects and signs in with a token from the app's backend; without `token`, with one of `tokenProvider`. A call that this
   * device was in before a reload goes on. For the account that is signed in it hands over a fresh token: session and call go
   * on. Rejects with `wrong_token`, `token_expired`, `token_revoked`, `token_unavailable`, `account_not_found`, `account_disabled`, `no_connection` or `timeout`.
   */
  async login(accid: string, token?: string): Promise<Account> {
    const cursor = this.#cursors.of(accid);
    const device = { id: this.#deviceId, platform: 'web', sdk_version: SDK_VERSION } as const;
    const { is: _, ...account } = await this.#driver.ask('logged_in', {
      op: 'login',
      app_key: this.#appKey,
      accid,
      ...(token === undefined ? {} : { token }),
      provider: this.tokenProvider !== undefined,
      device,
      ...(cursor !== undefined && { cursor }),
    });
    return account;
  }

  /** Ends any call, signs out and disconnects. */
  async logout(): Promise<void> {
    await this.#driver.ask('done', { op: 'logout' });
    this.#account = undefined;
    this.#connection.forget();
  }

  /**
   * Dials. Resolves when the server has the call, which may already have ended (busy). When the other side was dialling
   * too, both are in the one call that results. Rejects with `call_while_calling`, `call_while_called`,
   * `call_while_in_call`, `called_oneself`, `account_not_found`, `not_logged_in` and others.
   */
  async call(accid: string, options: CallOptions = {}): Promise<Call> {
    const { media = 'video' } = options;
    const value = await this.#driver.ask('call', {
      op: 'call',
      accid,
      media,
      ...inviteTerms(options),
      ...presetsOf(options),
    });
    return value.call;
  }

  /**
   * Dials 1 to 99 accounts at once. Resolves with the call and those who could not be invited; rejects when none could,
   * with that one's kind or with `invite_failed`, and otherwise as {@link Hullo.call} does.
   */
  async groupCall(accids: readonly string[], options: GroupCallOptions = {}): Promise<GroupCallResult> {
    const { media = 'video', groupId, inviteMode, joinMode, keepLast } = options;
    const { call, refused } = await this.#driver.ask('call', {
      op: 'group_call',
      accids,
      media,
      ...(groupId !== undefined && { group_id: groupId }),
      ...(inviteMode !== undefined && { invite_mode: inviteMode }),
      ...(joinMode !== undefined && { join_mode: joinMode }),
      ...(keepLast !== undefined && { keep_last: keepLast }),
      ...inviteTerms(options),
      ...presetsOf(options),
    });
    return { call, refused };
  }

  /**
   * Invites more accounts into the call; a one-to-one call becomes a group call by it. Resolves and rejects like
   * {@link Hullo.groupCall}, and with `forbidden` where only the caller may invite.
   */
  async groupInvite(accids: readonly string[], options: InviteOptions = {}): Promise<GroupCallResult> {
    const { call, refused } = await this.#driver.ask('call', {
      op: 'group_invite',
      accids,
      ...inviteTerms(options),
    });
    return { call, refused };
  }

  /** Looks for running calls, by name or by group, that the signed-in account is in or may join. */
  async queryCall(query: CallQuery): Promise<FoundCall[]> {
    const which = 'callId' in query ? { call_id: query.callId } : { group_id: query.groupId };
    return (await this.#driver.ask('found', { op: 'query_call', ...which })).calls;
  }

  /** Enters a running group call that does not ring here. Resolves with the members in it, oneself included. */
  async join(callId: string, options: DevicePresets = {}): Promise<Member[]> {
    const op = { op: 'join', call_id: callId, ...presetsOf(options) } as const;
    return (await this.#driver.ask('accepted', op)).members;
  }

  /**
   * Takes a call of {@link Hullo.elsewhere} over from another of the account's devices. What was muted there stays so, where
   * `options` do not say otherwise. Resolves with its members.
   */
  async continueHere(callId: string, options: DevicePresets = {}): Promise<Member[]> {
    const op = { op: 'continue_here', call_id: callId, ...presetsOf(options) } as const;
    return (await this.#driver.ask('accepted', op)).members;
  }

  /**
   * Answers the call that rings; a video call by voice with `{ video: false }`. What was muted while it rang stays so, where
   * `options` do not say otherwise. Resolves with the members in it, oneself included.
   */
  async accept(options: DevicePresets = {}): Promise<Member[]> {
    markAccept(this.#now.call);
    return (await this.#driver.ask('accepted', { op: 'accept', ...presetsOf(options) })).members;
  }

  /**
   * Answers the invite that waits beside the current call, which is left (`end`) or held until the new one is over
   * (`hold`). Resolves with the members in it, oneself included.
   */
  async acceptWaiting(callId: string, other: OtherCall, options: DevicePresets = {}): Promise<Member[]> {
    markAccept(this.#now.waiting);
    const op = { op: 'accept_waiting', call_id: callId, other, ...presetsOf(options) } as const;
    return (await this.#driver.ask('accepted', op)).members;
  }

  /** Declines the invite that waits beside the current call. */
  async rejectWaiting(callId: string): Promise<void> {
    await this.#driver.ask('done', { op: 'reject_waiting', call_id: callId });
  }

  /** Declines the call that rings. */
  async reject(): Promise<void> {
    await this.#driver.ask('done', { op: 'reject' });
  }

  /**
   * Takes back a dial of this device. Where the other side was faster, the call that has begun is hung up. Rejects with
   * `cancel_while_idle`, `cancel_while_called` or `cancel_while_in_call` in another state.
   */
  async cancel(): Promise<void> {
    await this.#driver.ask('done', { op: 'cancel' });
  }

  /**
   * Ends the call in whatever state. Devices close and the state is `idle` before this returns. A group call ends for
   * all when its caller hangs up, and goes on for the others when somebody else does.
   */
  async hangup(): Promise<void> {
    await this.#driver.ask('done', { op: 'hangup' });
  }

  /**
   * Leaves the call, as fast as {@link Hullo.hangup}; a group call goes on for the others, whoever leaves. Rejects with
   * `leave_while_idle`, `leave_while_calling` or `leave_while_called` outside a call; `hangup()` works in every state.
   */
  async leave(): Promise<void> {
    await this.#driver.ask('done', { op: 'leave' });
  }

  /**
   * Switches between audio and video: to audio at once, to video with the other side's consent. Resolves with whether
   * the other side agreed.
   */
  async switchCallType(media: Media): Promise<boolean> {
    return (await this.#driver.ask('switched', { op: 'switch_call_type', media })).agreed;
  }

  /** Answers the event `switchAsked`. */
  async answerSwitch(agree: boolean): Promise<void> {
    await this.#driver.ask('done', { op: 'answer_switch', agree });
  }

  /** Mutes the microphone, for the answer while it rings. It stays open; to unmute one that has failed tries it again. */
  async muteLocalAudio(muted: boolean): Promise<void> {
    await this.#driver.ask('done', { op: 'mute_local_audio', muted });
  }

  /** Pauses this device's picture and closes the camera, or opens it again. */
  async muteLocalVideo(muted: boolean): Promise<void> {
    await this.#driver.ask('done', { op: 'mute_local_video', muted });
  }

  /** Opens or closes the camera, for the answer while it rings; to open one that has failed tries it again. */
  async enableLocalVideo(enabled: boolean): Promise<void> {
    await this.#driver.ask('done', { op: 'enable_local_video', enabled });
  }

  /** Tries a microphone or camera again that has failed; what comes of it is told by `changed`. Nothing if it has not failed. */
  async retryDevice(kind: 'microphone' | 'camera'): Promise<void> {
    await this.#driver.ask('done', { op: 'retry_device', kind: kind === 'microphone' ? 'audio' : 'video' });
  }

  /** Mutes a participant for this device alone; {@link Hullo.audioMutes} has them. Rejects with `participant_not_found`. */
  async setAudioMute(accid: string, muted: boolean): Promise<void> {
    await this.#driver.ask('done', { op: 'set_audio_mute', accid, muted });
  }

  /** Switches to the camera on the other side (phones) or to the next one. Rejects with `camera_unavailable` or `camera_denied`. */
  switchCamera(): Promise<void> {
    return this.#media.switchCamera();
  }

  /** The devices of this machine. */
  devices(): Promise<Devices> {
    return this.#media.devices();
  }

  /** Chooses the microphone by its `deviceId`, now and from now on. Rejects, and keeps the old one, when it cannot be opened. */
  useMicrophone(deviceId: string): Promise<void> {
    return this.#media.useMicrophone(deviceId);
  }

  /** Chooses the camera by its `deviceId`, now and from now on. Rejects, and keeps the old one, when it cannot be opened. */
  useCamera(deviceId: string): Promise<void> {
    return this.#media.useCamera(deviceId);
  }

  /** Chooses the speaker by its `deviceId`, now and from now on. Rejects where the browser does not let a page choose. */
  useSpeaker(deviceId: string): Promise<void> {
    return this.#media.useSpeaker(deviceId);
  }

  /** Shows this device's camera in a `<video>` while it is open; `null` takes the view away. It is not mirrored. */
  attachLocalView(video: HTMLVideoElement | null): void {
    this.#media.attachLocalView(video);
  }

  /** Shows a participant's picture in a `<video>`, in this call and the next ones; `null` takes the view away. */
  attachRemoteView(accid: string, video: HTMLVideoElement | null): void {
    this.#media.attachRemoteView(accid, video);
    this.#subscription.update(this.#media.viewed);
  }

  /**
   * Says whose pictures are received in a group call, the most important first; counts for this call. By default
   * (`attached`) these are the participants that have a view, in the order in which the views were attached.
   */
  async showVideos(accids: readonly string[] | 'attached'): Promise<void> {
    await this.#subscription.choose(accids);
  }

  /** Reads the conversation with an account, newest first. */
  async messages(withAccid: string, options: MessagesOptions = {}): Promise<MessagePage> {
    const { before, limit = MESSAGES_LIMIT_DEFAULT } = options;
    const { messages, more } = await this.#driver.ask('messages', {
      op: 'list_messages',
      with: withAccid,
      limit,
      ...(before !== undefined && { before }),
    });
    return { messages, more };
  }

  /** The past calls of the signed-in account with everybody, newest first, and how many were missed. */
  async recents(options: RecentsOptions = {}): Promise<RecentCalls> {
    const { before, limit = RECENTS_LIMIT_DEFAULT, seen } = options;
    const { calls, more, missed } = await this.#driver.ask('calls', {
      op: 'list_calls',
      limit,
      ...(before !== undefined && { before }),
      ...(seen !== undefined && { seen }),
    });
    return { calls, more, missed };
  }

  /**
   * The record of a call that is over and that the signed-in account has dialled or was called in. Who was not in it learns
   * nothing of how the others fared. Rejects with `call_not_found`.
   */
  async record(callId: string): Promise<CallRecord> {
    return (await this.#driver.ask('record', { op: 'call_record', call_id: callId })).record;
  }

  /** Follows the presence of these accounts, in place of those followed before, by the event `presenceChanged`. */
  async watchPresence(accids: string[]): Promise<Presence[]> {
    return (await this.#driver.ask('presence', { op: 'watch_presence', accids })).accounts;
  }

  /** Statistics of the running connection. */
  stats(): Promise<CallStats> {
    return this.#media.stats();
  }

  /** Listens to an event; returns the function that stops it. */
  on<E extends keyof HulloEvents>(event: E, listener: (detail: HulloEvents[E]) => void): () => void {
    return this.#listeners.on(event, listener);
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
        this.#media.apply(effect.command);
        break;
      case 'ask_login_token':
        void this.#askLoginToken();
        break;
      case 'keep_cursor':
        this.#cursors.keep(effect.accid, effect.cursor);
        break;
      case 'ask_token':
        void this.#askToken(effect.call_id, effect.uid);
        break;
    }
  }

  #announce(wireEvent: WireEvent): void {
    const event = eventFrom(wireEvent);
    if (event.name === 'changed') this.#adopt(event.detail);
    if (event.name === 'connectionChanged') {
      this.#connection.follow(event.detail);
      return;
    }
    if (event.name === 'disconnect') {
      this.#account = undefined;
      this.#connection.forget();
    }
    if (event.name === 'accountChanged' && this.#account) {
      const { accid, secure } = this.#account;
      this.#account = { accid, secure, ...event.detail };
    }
    this.#listeners.dispatch(event);
  }

  #adopt(now: HulloEvents['changed']): void {
    this.#now = now;
    this.#subscription.follow(now.state, now.call);
  }

  /** Nothing may stay open that nobody controls any more. */
  #giveUp(error: HulloError): void {
    this.#socket.close();
    this.#media.apply({ command: 'close' });
    this.#account = undefined;
    this.#adopt(IDLE);
    this.#listeners.dispatch({ name: 'changed', detail: IDLE });
    const { code, kind, message } = error;
    this.#listeners.dispatch({ name: 'error', detail: { error: { code, kind, message } } });
  }

  async #askLoginToken(): Promise<void> {
    const provider = this.tokenProvider;
    try {
      if (!provider) throw new Error('there is no tokenProvider any more');
      const token: unknown = await provider();
      if (typeof token !== 'string' || token === '') throw new Error('tokenProvider gave no token');
      this.#driver.feed({ input: 'login_token', token });
    } catch (error) {
      this.#driver.feed({ input: 'login_token', error: messageOf(error) });
    }
  }

  async #askToken(callId: string, uid: number): Promise<void> {
    const handler = this.tokenHandler;
    try {
      if (!handler) throw new Error('this app needs room tokens: set tokenHandler');
      const token: unknown = await handler(uid, callId);
      if (typeof token !== 'string' || token === '') throw new Error('tokenHandler gave no token');
      this.#driver.feed({ input: 'token', call_id: callId, token });
    } catch (error) {
      this.#driver.feed({ input: 'token', call_id: callId, error: messageOf(error) });
    }
  }
}

/** The text and the ring time of an invite as the endpoint takes them. */
function inviteTerms({ attachment, timeoutMs }: InviteOptions): { attachment?: string; timeout_ms?: number } {
  return {
    ...(attachment !== undefined && { attachment }),
    ...(timeoutMs !== undefined && { timeout_ms: timeoutMs }),
  };
}

/** Which devices are on from the start, as the endpoint takes it. */
function presetsOf({ audio, video }: DevicePresets): DevicePresets {
  return { ...(audio !== undefined && { audio }), ...(video !== undefined && { video }) };
}

/** Where the time to the first picture begins, for a call that has any. */
function markAccept(call: Call | undefined): void {
  performance.clearMarks(ACCEPT_MARK);
  if (call?.media === 'video') performance.mark(ACCEPT_MARK);
}

/** Makes the time from `accept()` to the first decoded remote picture readable in `performance.getEntriesByName`. */
function measureFirstFrame(): void {
  if (performance.getEntriesByName(ACCEPT_MARK).length === 0) return;
  performance.measure(FIRST_FRAME_MEASURE, ACCEPT_MARK);
  performance.clearMarks(ACCEPT_MARK);
}
