// The client's operations: what an app asks, in the words of the endpoint. It decides nothing about calls itself.
import { version as SDK_VERSION } from '../package.json';
import { type Endpoint, loadEndpoint } from './endpoint.ts';
import { HulloError } from './errors.ts';
import { markAccept } from './first_picture.ts';
import { askApp } from './hooks.ts';
import { MediaClient } from './media_client.ts';
import { checkOptions } from './options.ts';
import { type DeviceIdentity, deviceOfTab, namedDevice } from './tab_devices.ts';
import type {
  Account,
  Call,
  CallOptions,
  CallQuery,
  CallRecord,
  DevicePresets,
  FoundCall,
  GroupCallOptions,
  GroupCallResult,
  HulloOptions,
  InviteOptions,
  Media,
  Member,
  MessagePage,
  MessagesOptions,
  OtherCall,
  Presence,
  RecentCalls,
  RecentsOptions,
} from './types.ts';

const MESSAGES_LIMIT_DEFAULT = 50;
const RECENTS_LIMIT_DEFAULT = 50;

/**
 * The client of a Hullo server: one for each page. It signs in, calls, rings and answers, reconnects by itself, plays
 * the others' sound, and shows pictures in the views that are attached to it.
 *
 * Every operation settles exactly once: it resolves when it is done, or rejects with a {@link HulloError}. Operations
 * may be called at any time, inside listeners too.
 */
export class Hullo extends MediaClient {
  readonly #appKey: string;
  readonly #hooks: Pick<HulloOptions, 'beforeCall' | 'beforeAccept'>;

  private constructor(options: HulloOptions, endpoint: Endpoint, device: DeviceIdentity) {
    super({ options, endpoint, device });
    this.#appKey = options.appKey;
    const { beforeCall, beforeAccept } = options;
    this.#hooks = { ...(beforeCall && { beforeCall }), ...(beforeAccept && { beforeAccept }) };
  }

  /**
   * Loads the WebAssembly module and makes a client that is signed out. Rejects with `invalid_argument` for missing and
   * senseless options, with the reason of `signal` when that is aborted before, and with `module_failed` when the module cannot
   * be loaded or the page's content security policy forbids it.
   */
  static async create(options: HulloOptions): Promise<Hullo> {
    checkOptions(options);
    options.signal?.throwIfAborted();
    const loading = loadEndpoint(options.wasm);
    const joining =
      options.deviceId === undefined ? deviceOfTab(options.appKey) : namedDevice(options.deviceId);
    try {
      const [endpoint, device] = await untilAborted(Promise.all([loading, joining]), options.signal);
      options.signal?.throwIfAborted();
      return new Hullo(options, endpoint, device);
    } catch (error) {
      void loading.then((endpoint) => endpoint.free()).catch(() => {});
      await (await joining).leave();
      throw error;
    }
  }

  /**
   * Connects and signs in with a token from the app's backend; without `token`, with one of `tokenProvider`. A call that this
   * device was in before a reload goes on. For the account that is signed in it hands over a fresh token: session and call go
   * on. Rejects with `wrong_token`, `token_expired`, `token_revoked`, `token_unavailable`, `account_not_found`, `account_disabled`, `no_connection` or `timeout`.
   */
  login(accid: string, token?: string): Promise<Account> {
    return this.signIn((deviceId) => {
      const cursor = this.cursors.of(accid);
      return {
        op: 'login',
        app_key: this.#appKey,
        accid,
        ...(token === undefined ? {} : { token }),
        provider: this.tokenProvider !== undefined,
        device: { id: deviceId, platform: 'web', sdk_version: SDK_VERSION },
        ...(cursor !== undefined && { cursor }),
      };
    });
  }

  /** Ends any call, signs out and disconnects. */
  async logout(): Promise<void> {
    await this.ask('done', { op: 'logout' });
    this.forgetAccount();
  }

  /**
   * Dials. Resolves when the server has the call, which may already have ended (busy). When the other side was dialling
   * too, both are in the one call that results. Rejects with `call_while_calling`, `call_while_called`,
   * `call_while_in_call`, `called_oneself`, `account_not_found`, `not_logged_in`, `refused_by_app` (by
   * {@link HulloOptions.beforeCall}) and others.
   */
  async call(accid: string, options: CallOptions = {}): Promise<Call> {
    const { media = 'video' } = options;
    const { beforeCall } = this.#hooks;
    if (beforeCall) await askApp('beforeCall', () => beforeCall([accid], { ...options, media }));
    const value = await this.ask('call', {
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
    const { beforeCall } = this.#hooks;
    if (beforeCall) await askApp('beforeCall', () => beforeCall(accids, { ...options, media }));
    const { call, refused } = await this.ask('call', {
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
    const { call, refused } = await this.ask('call', {
      op: 'group_invite',
      accids,
      ...inviteTerms(options),
    });
    return { call, refused };
  }

  /** Looks for running calls, by name or by group, that the signed-in account is in or may join. */
  async queryCall(query: CallQuery): Promise<FoundCall[]> {
    const which = 'callId' in query ? { call_id: query.callId } : { group_id: query.groupId };
    return (await this.ask('found', { op: 'query_call', ...which })).calls;
  }

  /** Enters a running group call that does not ring here. Resolves with the members in it, oneself included. */
  async join(callId: string, options: DevicePresets = {}): Promise<Member[]> {
    const op = { op: 'join', call_id: callId, ...presetsOf(options) } as const;
    return (await this.ask('accepted', op)).members;
  }

  /**
   * Takes a call of {@link Client.elsewhere} over from another of the account's devices. What was muted there stays so, where
   * `options` do not say otherwise. Resolves with its members.
   */
  async continueHere(callId: string, options: DevicePresets = {}): Promise<Member[]> {
    const op = { op: 'continue_here', call_id: callId, ...presetsOf(options) } as const;
    return (await this.ask('accepted', op)).members;
  }

  /**
   * Answers the call that rings; a video call by voice with `{ video: false }`. What was muted while it rang stays so, where
   * `options` do not say otherwise. Resolves with the members in it, oneself included. Rejects with `refused_by_app` where
   * {@link HulloOptions.beforeAccept} says no; it rings on then.
   */
  async accept(options: DevicePresets = {}): Promise<Member[]> {
    if (this.#hooks.beforeAccept && this.state === 'called') await this.#approve(() => this.current);
    markAccept(this.current);
    return (await this.ask('accepted', { op: 'accept', ...presetsOf(options) })).members;
  }

  /**
   * Answers the invite that waits beside the current call, which is left (`end`) or held until the new one is over
   * (`hold`). Resolves with the members in it, oneself included.
   */
  async acceptWaiting(callId: string, other: OtherCall, options: DevicePresets = {}): Promise<Member[]> {
    if (this.#hooks.beforeAccept) await this.#approve(() => this.waiting);
    markAccept(this.waiting);
    const op = { op: 'accept_waiting', call_id: callId, other, ...presetsOf(options) } as const;
    return (await this.ask('accepted', op)).members;
  }

  /** Declines the invite that waits beside the current call. */
  async rejectWaiting(callId: string): Promise<void> {
    await this.ask('done', { op: 'reject_waiting', call_id: callId });
  }

  /** Declines the call that rings. */
  async reject(): Promise<void> {
    await this.ask('done', { op: 'reject' });
  }

  /**
   * Takes back a dial of this device. Where the other side was faster, the call that has begun is hung up. Rejects with
   * `cancel_while_idle`, `cancel_while_called` or `cancel_while_in_call` in another state.
   */
  async cancel(): Promise<void> {
    await this.ask('done', { op: 'cancel' });
  }

  /**
   * Ends the call in whatever state. Devices close and the state is `idle` before this returns. A group call ends for
   * all when its caller hangs up, and goes on for the others when somebody else does.
   */
  async hangup(): Promise<void> {
    await this.ask('done', { op: 'hangup' });
  }

  /**
   * Leaves the call, as fast as {@link Hullo.hangup}; a group call goes on for the others, whoever leaves. Rejects with
   * `leave_while_idle`, `leave_while_calling` or `leave_while_called` outside a call; `hangup()` works in every state.
   */
  async leave(): Promise<void> {
    await this.ask('done', { op: 'leave' });
  }

  /**
   * Switches between audio and video: to audio at once, to video with the other side's consent. Resolves with whether
   * the other side agreed.
   */
  async switchCallType(media: Media): Promise<boolean> {
    return (await this.ask('switched', { op: 'switch_call_type', media })).agreed;
  }

  /** Answers the event `switchAsked`. */
  async answerSwitch(agree: boolean): Promise<void> {
    await this.ask('done', { op: 'answer_switch', agree });
  }

  /** Mutes the microphone, for the answer while it rings. It stays open; to unmute one that has failed tries it again. */
  async muteLocalAudio(muted: boolean): Promise<void> {
    await this.ask('done', { op: 'mute_local_audio', muted });
  }

  /** Pauses this device's picture and closes the camera, or opens it again. */
  async muteLocalVideo(muted: boolean): Promise<void> {
    await this.ask('done', { op: 'mute_local_video', muted });
  }

  /** Opens or closes the camera, for the answer while it rings; to open one that has failed tries it again. */
  async enableLocalVideo(enabled: boolean): Promise<void> {
    await this.ask('done', { op: 'enable_local_video', enabled });
  }

  /** Tries a microphone or camera again that has failed; what comes of it is told by `changed`. Nothing if it has not failed. */
  async retryDevice(kind: 'microphone' | 'camera'): Promise<void> {
    await this.ask('done', { op: 'retry_device', kind: kind === 'microphone' ? 'audio' : 'video' });
  }

  /**
   * Shares this device's screen, or shares it no more. To be called in a gesture of the person (a click), who is asked by the
   * browser what to share; resolves when that is chosen. One screen is shared in a call: whoever shares last takes over, and the
   * other's {@link LocalMedia.screen} goes `off`, as it does when the person uses the browser's own button, and when the call is
   * held or goes on on another device. Rejects with `screen_denied` when the person chooses nothing, which changes nothing, with
   * `screen_unavailable` and with `not_in_call`.
   */
  async shareScreen(enabled: boolean): Promise<void> {
    await this.ask('done', { op: 'share_screen', enabled });
  }

  /** Mutes a participant for this device alone; {@link Client.audioMutes} has them. Rejects with `participant_not_found`. */
  async setAudioMute(accid: string, muted: boolean): Promise<void> {
    await this.ask('done', { op: 'set_audio_mute', accid, muted });
  }

  /** Reads the conversation with an account, newest first. */
  async messages(withAccid: string, options: MessagesOptions = {}): Promise<MessagePage> {
    const { before, limit = MESSAGES_LIMIT_DEFAULT } = options;
    const { messages, more } = await this.ask('messages', {
      op: 'list_messages',
      with: withAccid,
      limit,
      ...(before !== undefined && { before }),
    });
    return { messages, more };
  }

  /** The past calls of the signed-in account with everybody, newest first, and how many were missed since they were read. */
  async recents(options: RecentsOptions = {}): Promise<RecentCalls> {
    const { before, limit = RECENTS_LIMIT_DEFAULT } = options;
    const { is: _, ...page } = await this.ask('calls', {
      op: 'list_calls',
      limit,
      ...(before !== undefined && { before }),
    });
    return page;
  }

  /**
   * Says that the person has read the past calls up to the {@link RecentCall.id} `upTo`: only those missed later are counted,
   * on all devices of the account, which learn it by `recentsRead`. It never goes back.
   */
  async markRecentsRead(upTo: number): Promise<void> {
    await this.ask('done', { op: 'mark_calls_read', up_to: upTo });
  }

  /**
   * The record of a call that is over and that the signed-in account has dialled or was called in. Who was not in it learns
   * nothing of how the others fared. Rejects with `call_not_found`.
   */
  async record(callId: string): Promise<CallRecord> {
    return (await this.ask('record', { op: 'call_record', call_id: callId })).record;
  }

  /** Follows the presence of these accounts, in place of those followed before, by the event `presenceChanged`. */
  async watchPresence(accids: string[]): Promise<Presence[]> {
    return (await this.ask('presence', { op: 'watch_presence', accids })).accounts;
  }

  /** Asks the app whether to answer; the call that it was asked about must still be there afterwards. */
  async #approve(call: () => Call | undefined): Promise<void> {
    const { beforeAccept } = this.#hooks;
    const asked = call();
    if (!beforeAccept || !asked) return;
    await askApp('beforeAccept', () => beforeAccept(asked));
    if (call()?.callId === asked.callId) return;
    throw HulloError.of('call_over', 'the call was over before beforeAccept had answered');
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

/** As the promise, or rejects with the signal's reason when that comes first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
