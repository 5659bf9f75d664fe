// The words of Hullo in TypeScript: calls, participants, messages, statistics. Values of enumerations are the strings of
// the wire; names are camelCase; times and durations are milliseconds and end in `Ms`.
import type { ErrorKind } from './errors.ts';

/** Where this device is. `idle`: no call; `calling`: dialled, nobody has accepted; `called`: someone calls; `in_call`: accepted. */
export type State = 'idle' | 'calling' | 'called' | 'in_call';

/** What a call carries: sound only, or sound and picture. */
export type Media = 'audio' | 'video';

/** Two accounts, or several. */
export type CallKind = 'one_to_one' | 'group';

/** Who may invite more accounts into a group call: all who are in it, or its caller alone. */
export type InviteMode = 'everyone' | 'caller';

/** Who may join a running group call uninvited: those who were invited to it once, or every account of the app. */
export type JoinMode = 'invited' | 'everyone';

/** What accepting another call does to the running one: it is left, or held and resumed afterwards. */
export type OtherCall = 'end' | 'hold';

/** Where a call is: `ringing` until the first callee accepts. */
export type CallState = 'ringing' | 'active' | 'ended';

/** Where an account in a call is. The first three can still answer; `accepted` and `joined` are in the call; the rest are over. */
export type ParticipantState =
  | 'invited'
  | 'delivered'
  | 'ringing'
  | 'accepted'
  | 'joined'
  | 'left'
  | 'lost'
  | 'rejected'
  | 'busy'
  | 'cancelled'
  | 'timed_out'
  | 'unreachable';

/** The one reason for which a call ended. */
export type EndReason =
  | 'hung_up'
  | 'cancelled'
  | 'rejected'
  | 'busy'
  | 'timed_out'
  | 'unreachable'
  | 'connect_timed_out'
  | 'lost'
  | 'logged_out'
  | 'token_refused'
  | 'server';

/** Network quality, best to worst after `unknown`. */
export type Quality = 'unknown' | 'excellent' | 'good' | 'poor' | 'bad' | 'very_bad' | 'down';

/** The outcome of a call. */
export type RecordStatus = 'complete' | 'cancelled' | 'rejected' | 'timed_out' | 'busy';

/**
 * Why the server ended the session: `replaced` by a newer session of this device, `kicked_out` by another device of the
 * account where the app lets only so many be, `signed_out` (its tokens were revoked), `token_expired`, `shutting_down` or
 * `too_slow`. The client comes back by itself after the last three.
 */
export type SessionClosed =
  | 'replaced'
  | 'kicked_out'
  | 'signed_out'
  | 'token_expired'
  | 'shutting_down'
  | 'too_slow';

/** The signed-in account. */
export interface Account {
  /** As the app's backend created it, in whatever case it was written at the login. */
  readonly accid: string;
  /** The account's name for people, if it has one. */
  readonly name?: string;
  /** Address of the account's picture, if it has one. */
  readonly avatar?: string;
  /** Whether calls of this app need room tokens from {@link HulloOptions.tokenHandler}. */
  readonly secure: boolean;
}

/** An account in the call. */
export interface Member {
  readonly accid: string;
  /** Its number, unique in the call; the caller's is 1. */
  readonly uid: number;
}

/** One participant of a call. */
export interface Participant extends Member {
  /** The account's name for people, if it has one. */
  readonly name?: string;
  /** Address of the account's picture, if it has one. */
  readonly avatar?: string;
  readonly state: ParticipantState;
  /** What its microphone does; only what is `on` can be heard. */
  readonly audio: DeviceState;
  /** What its camera does; only what is `on` can be seen. */
  readonly video: DeviceState;
  /** In the call, but its device is away for the moment. */
  readonly reconnecting: boolean;
  /** In the call, but has it on hold: nothing flows from or to it. */
  readonly held: boolean;
  /** Whether its screen is the one that is shared in the call. */
  readonly screen: boolean;
  /** Who invited it, if that was not the caller. */
  readonly inviter?: string;
  /** The device that answered, or dialled. */
  readonly device?: string;
}

/** What the caller has decided for a group call. */
export interface GroupTerms {
  /** The app's name of the group, by which its running calls can be found. */
  readonly groupId?: string;
  readonly inviteMode: InviteMode;
  readonly joinMode: JoinMode;
  /** Once somebody has answered, the last one who is in it stays until leaving. */
  readonly keepLast: boolean;
}

/** A whole call as the server sees it. */
export interface Call {
  /** A UUID, made by the device that dialled. */
  readonly callId: string;
  /** Grows with each change of the call. */
  readonly version: number;
  readonly kind: CallKind;
  /** The terms of a group call; absent for one-to-one. */
  readonly group?: GroupTerms;
  /** What it carries now. */
  readonly media: Media;
  readonly state: CallState;
  /** The account that dialled. */
  readonly caller: string;
  /** The caller's text for those it called, at most 4 KiB. */
  readonly attachment?: string;
  /** Everyone in it, the caller first. */
  readonly participants: readonly Participant[];
  /** Milliseconds since the first accept, at the moment of this view. */
  readonly activeMs?: number;
  /** A switch from audio to video that waits for consent. */
  readonly switch?: { readonly by: string; readonly media: Media };
  /** How it ended, once it has. */
  readonly end?: {
    readonly reason: EndReason;
    readonly by?: string;
    readonly durationMs: number;
    readonly durations?: readonly ParticipantDuration[];
  };
  /** Whether joining needs a room token. */
  readonly secure: boolean;
}

/** An account that could not be invited. */
export interface RefusedInvite {
  readonly accid: string;
  /** Why: `account_not_found`, `already_in_call`, `participant_limit` or `called_oneself`. */
  readonly kind: ErrorKind;
}

/** The outcome of `groupCall()` and `groupInvite()`. */
export interface GroupCallResult {
  /** The call. Those who are busy are in it, with that state. */
  readonly call: Call;
  /** Those who could not be invited. */
  readonly refused: readonly RefusedInvite[];
}

/** A running call that the signed-in account is in, or may join. */
export interface FoundCall {
  /** What `join()` takes. */
  readonly callId: string;
  /** The signed-in account's number in it, now or after joining. */
  readonly uid: number;
  /** What it carries now. */
  readonly media: Media;
  /** The terms of a group call. */
  readonly group?: GroupTerms;
  /** How many are in it now. */
  readonly people: number;
  /** All of it; in an app with room tokens, only for those who have a part in it. */
  readonly call?: Call;
}

/**
 * What a device does: `off` while it is not wanted (of a participant: while it is muted, too); `asking` while the browser asks
 * the person for it or opens it; `on`; or `failed`, which means that it is wanted and cannot be had.
 */
export type DeviceState = 'off' | 'asking' | 'on' | 'failed';

/**
 * Why a device has failed. `denied`: the person or the browser said no; `missing`: there is none; `busy`: another program has it,
 * or it is broken; `insecure`: the page is not secure; `ended`: it was unplugged, and there is no other.
 */
export type DeviceFailure = 'denied' | 'missing' | 'busy' | 'insecure' | 'ended';

/** What one of this device's devices does. */
export interface LocalDevice {
  readonly state: DeviceState;
  /** Why it has failed, if it has. It is tried again when another is plugged in or chosen, and by `retryDevice()`. */
  readonly failure?: DeviceFailure;
}

/** What this device's devices do, and apart from that what the person wants. */
export interface LocalMedia {
  /** Open, too, while it is muted. */
  readonly microphone: LocalDevice;
  /** Closed while it is muted or not enabled. */
  readonly camera: LocalDevice;
  readonly screen: LocalDevice;
  /** The person has muted the microphone. */
  readonly audioMuted: boolean;
  /** The person wants the camera. */
  readonly videoEnabled: boolean;
  /** The person has paused the picture. */
  readonly videoMuted: boolean;
}

/** How long one account was in a call. */
export interface ParticipantDuration {
  readonly accid: string;
  /** From when its media was connected until it left. */
  readonly durationMs: number;
}

/** How the call went for one callee. */
export interface ParticipantOutcome {
  readonly accid: string;
  /** Its last state. */
  readonly state: ParticipantState;
}

/** How well one account was connected in a call. */
export interface QualitySummary {
  readonly accid: string;
  /** The median from it to the server. */
  readonly medianUp: Quality;
  /** The worst from it to the server. */
  readonly worstUp: Quality;
  /** The median from the server to it. */
  readonly medianDown: Quality;
  /** The worst from the server to it. */
  readonly worstDown: Quality;
  /** How often its device was away and came back. */
  readonly reconnects: number;
  /** From the accept to the first picture of another participant that it showed, where known. */
  readonly firstFrameMs?: number;
}

/** What remains of a call; there is exactly one for each. */
export interface CallRecord {
  readonly callId: string;
  readonly kind: CallKind;
  /** The app's name of the group. */
  readonly groupId?: string;
  /** The account that dialled. */
  readonly caller: string;
  /** Everyone who was invited or joined, in order. */
  readonly callees: readonly string[];
  /** What it carried when it ended. */
  readonly media: Media;
  readonly status: RecordStatus;
  readonly reason: EndReason;
  /** Who ended it, where an account did. */
  readonly endedBy?: string;
  /** Unix milliseconds of the dial. */
  readonly startedAtMs: number;
  /** Unix milliseconds of the first accept. */
  readonly acceptedAtMs?: number;
  /** Unix milliseconds of the end. */
  readonly endedAtMs: number;
  /** Connected time of each account that was in the call. */
  readonly durations: readonly ParticipantDuration[];
  /** The last state of each callee: who talked, who was busy, who was not reached. */
  readonly outcomes: readonly ParticipantOutcome[];
  /** How well each account that was in the call was connected. */
  readonly quality: readonly QualitySummary[];
}

/** A call that is over as its caller and one of its callees read it. {@link Hullo.record} gives the whole record. */
export interface CallSummary {
  readonly callId: string;
  readonly kind: CallKind;
  /** The app's name of the group. */
  readonly groupId?: string;
  /** The account that dialled. */
  readonly caller: string;
  /** The callee whose summary this is. */
  readonly callee: string;
  /** What it carried when it ended. */
  readonly media: Media;
  readonly status: RecordStatus;
  readonly reason: EndReason;
  /** Who ended it, where an account did. */
  readonly endedBy?: string;
  /** Unix milliseconds of the dial. */
  readonly startedAtMs: number;
  /** Unix milliseconds of the first accept. */
  readonly acceptedAtMs?: number;
  /** Unix milliseconds of the end. */
  readonly endedAtMs: number;
  /** The callee's last state. */
  readonly outcome: ParticipantState;
  /** How long the caller was connected. */
  readonly callerMs: number;
  /** How long the callee was connected. */
  readonly calleeMs: number;
  /** How many were in it or invited to it, the caller included. */
  readonly people: number;
}

/** An account as it is shown. */
export interface Person {
  readonly accid: string;
  /** Its name for people, if it has one. */
  readonly name?: string;
  /** Address of its picture, if it has one. */
  readonly avatar?: string;
}

/** A past call of the signed-in account. */
export interface RecentCall {
  /** Grows with time: the greater, the newer. {@link RecentsOptions} take it. */
  readonly id: number;
  /** The call as this account reads it: as its caller, or as its callee. */
  readonly summary: CallSummary;
  /** This account was called and did not get to talk, without having declined. */
  readonly missed: boolean;
  /** The first of the others, the caller first; there are `summary.people - 1` of them. */
  readonly others: readonly Person[];
}

/** A page of past calls. */
export interface RecentCalls {
  /** Newest first. */
  readonly calls: readonly RecentCall[];
  /** Whether there are older ones. */
  readonly more: boolean;
  /** How many calls newer than `readTo` were missed; at most 1,000 are counted. */
  readonly missed: number;
  /** The newest {@link RecentCall.id} that was read on any device, as {@link Hullo.markRecentsRead} said; 0 at first. */
  readonly readTo: number;
}

/** Which page of the past calls. */
export interface RecentsOptions {
  /** Only calls older than this {@link RecentCall.id}. */
  before?: number;
  /** At most this many, 1 to 100; 50 when absent. */
  limit?: number;
}

/** An entry in the conversation between two accounts. */
export interface Message {
  /** Grows with time: the greater, the newer. {@link MessagesOptions.before} takes it to read older ones. */
  readonly id: number;
  /** Who it is from: the caller, for a call. */
  readonly from: string;
  /** Who it is to: the callee, for a call. */
  readonly to: string;
  /** Unix milliseconds. */
  readonly sentAtMs: number;
  readonly body: { readonly type: 'call' } & CallSummary;
}

/** A page of a conversation. */
export interface MessagePage {
  /** Newest first. */
  readonly messages: readonly Message[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

/** Whether an account has at least one connected device. */
export interface Presence {
  readonly accid: string;
  readonly online: boolean;
}

/** Network quality of one participant. */
export interface QualityReport {
  readonly accid: string;
  /** From it to the server. */
  readonly up: Quality;
  /** From the server to it. */
  readonly down: Quality;
  /** Round trip between it and the server, once known. */
  readonly rttMs?: number;
  /** Variation of the arrival times of what comes from it, once known. */
  readonly jitterMs?: number;
  /** Packets lost on the way from it, per thousand, once known. */
  readonly lossUpPermille?: number;
  /** Packets lost on the way to it, per thousand, once known. */
  readonly lossDownPermille?: number;
}

/** The devices of this machine. Labels are empty until the person has allowed access once. */
export interface Devices {
  readonly microphones: readonly MediaDeviceInfo[];
  readonly cameras: readonly MediaDeviceInfo[];
  /** Empty where the browser does not let a page choose. */
  readonly speakers: readonly MediaDeviceInfo[];
}

/** Which devices are in use, by their `deviceId`. */
export interface DevicesInUse {
  /** The one that is open or, while none is, the one that was chosen; absent for an app's own track. */
  readonly microphone?: string;
  /** As above. */
  readonly camera?: string;
  /** Absent where the browser does not let a page choose. */
  readonly speaker?: string;
}

/**
 * Something that an app puts between a device and what the others get. It is started each time the device is opened, and
 * stopped each time it is closed or replaced.
 */
export interface TrackProcessor {
  /** Takes the device's track; resolves with the track that goes out in its place, which the processor owns. Within ten seconds. */
  start(track: MediaStreamTrack): Promise<MediaStreamTrack>;
  /** Ends what `start()` has begun; called also when that has failed. */
  stop(): void;
}

/** Statistics of the running connection, for quality displays and tests. Its counts of bytes and of sent pictures begin with it. */
export interface CallStats {
  /** `closed` when there is no connection; `connected` already while it rings (warm path). */
  readonly connection: RTCPeerConnectionState;
  /** Round trip to the server, once known. */
  readonly rttMs?: number;
  /** Sound and picture of this device. */
  readonly bytesSent: number;
  /** Sound and picture of the others. */
  readonly bytesReceived: number;
  /** Pictures of this device's camera and screen. */
  readonly framesEncoded: number;
  /** One entry for each account whose tracks this device receives. */
  readonly remotes: readonly RemoteStats[];
}

/** What has come from one account, since it was given the m-lines through which it comes now. */
export interface RemoteStats {
  readonly accid: string;
  readonly framesDecoded: number;
  /** In pixels, of the newest picture; 0 before the first. */
  readonly frameWidth: number;
  /** In pixels, of the newest picture; 0 before the first. */
  readonly frameHeight: number;
  /** Sound samples, concealed ones included. */
  readonly audioSamplesReceived: number;
  /** RTP packets of sound. */
  readonly audioPacketsReceived: number;
  /** RTP packets of sound and pictures that did not arrive. */
  readonly packetsLost: number;
  /** What has come of its screen, while it is shared. The counts above are without it, but for the lost packets. */
  readonly screen?: ScreenStats;
}

/** What has come of a shared screen. */
export interface ScreenStats {
  readonly framesDecoded: number;
  /** In pixels, of the newest picture; 0 before the first. */
  readonly frameWidth: number;
  /** In pixels, of the newest picture; 0 before the first. */
  readonly frameHeight: number;
}

/**
 * Gives the room token for this account's number `uid` in the call `callId` (secure mode); usually asks the app's backend.
 * When it rejects, the call fails with `token_unavailable`.
 */
export type TokenHandler = (uid: number, callId: string) => Promise<string>;

/**
 * Gives a fresh login token of the account that is signing in or signed in; usually asks the app's backend. It is asked
 * before the present token runs out, and again when the server has refused one; where it rejects, again after a while.
 */
export type TokenProvider = () => Promise<string>;

/**
 * Asked before anybody is dialled: by whom, and how. Where it gives `false` or throws, `call()` or `groupCall()` rejects with
 * `refused_by_app`.
 */
export type BeforeCall = (
  accids: readonly string[],
  options: Readonly<GroupCallOptions>,
) => boolean | Promise<boolean>;

/**
 * Asked before a call is answered. Where it gives `false` or throws, `accept()` or `acceptWaiting()` rejects with
 * `refused_by_app`; the call rings on until somebody rejects it.
 */
export type BeforeAccept = (call: Call) => boolean | Promise<boolean>;

/**
 * Where the WebAssembly module is: the address of the packaged `@hullo/sdk/hullo.wasm`, the answer to a request for it, its
 * bytes, or the compiled module.
 */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

/** What {@link Hullo.create} takes. */
export interface HulloOptions {
  /** Names the app at the server. */
  appKey: string;
  /** The server, such as `https://calls.example.com`; the page's origin when absent. */
  server?: string;
  /** Asked for login tokens, so that the session outlives each of them; without it, `tokenExpiring` asks for a `login()`. */
  tokenProvider?: TokenProvider;
  /** Asked for room tokens; needed only where {@link Account.secure} is true. */
  tokenHandler?: TokenHandler;
  /** Asked before anybody is dialled. */
  beforeCall?: BeforeCall;
  /** Asked before a call is answered. */
  beforeAccept?: BeforeAccept;
  /** Destroys the client when it is aborted; before it is made, `create()` rejects with its reason. */
  signal?: AbortSignal;
  /** Names this device (1 to 64 of `[A-Za-z0-9_-]`); one for each tab, surviving its reloads, when absent. */
  deviceId?: string;
  /** STUN and TURN servers, in place of those that the server names. */
  iceServers?: readonly RTCIceServer[];
  /** `relay` sends media through a TURN server alone; `all` when absent. */
  iceTransportPolicy?: RTCIceTransportPolicy;
  /**
   * Where this device keeps how far it has been told of messages; `localStorage` with a `deviceId`, and otherwise the tab's
   * `sessionStorage`.
   */
  storage?: Pick<Storage, 'getItem' | 'setItem'>;
  /** The WebAssembly module, as a file of its own in place of the one that travels in the script. */
  wasm?: WasmSource;
}

/** Which of this device's microphone and camera are on from the start of a call. */
export interface DevicePresets {
  /** False: muted. As it was, or on, when absent. */
  audio?: boolean;
  /** False: the camera stays closed. As it was, or as the call carries it, when absent; an audio call has none in any case. */
  video?: boolean;
}

/** How to dial. */
export interface CallOptions extends DevicePresets {
  /** What it carries; `video` when absent. */
  media?: Media;
  /** The app's text for the callee, at most 4 KiB. */
  attachment?: string;
  /** How long it rings: 5,000 to 120,000; 30,000 when absent. */
  timeoutMs?: number;
}

/** How to invite more accounts. */
export interface InviteOptions {
  /** The app's text for them, at most 4 KiB; that of the call when absent. */
  attachment?: string;
  /** How long it rings: 5,000 to 120,000; 30,000 when absent. */
  timeoutMs?: number;
}

/** How to dial several accounts. */
export interface GroupCallOptions extends CallOptions {
  /** The app's name of the group, 1 to 64 bytes, by which `queryCall()` finds the call. */
  groupId?: string;
  /** Who may invite more; `everyone` when absent. */
  inviteMode?: InviteMode;
  /** Who may join uninvited; `invited` when absent. */
  joinMode?: JoinMode;
  /** Whether the last one may stay, once somebody has answered, so that others can join; the call ends when absent. */
  keepLast?: boolean;
}

/** Which running calls to look for. */
export type CallQuery = { readonly callId: string } | { readonly groupId: string };

/** Which page of a conversation. */
export interface MessagesOptions {
  /** Only messages older than this {@link Message.id}. */
  before?: number;
  /** At most this many, 1 to 100; 50 when absent. */
  limit?: number;
}
