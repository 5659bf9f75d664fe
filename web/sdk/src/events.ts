// Everything that the client tells the app. The state has changed before a listener is called.
import type { ConnectionFailure } from './connection_failure.ts';
import type { ErrorBody } from './errors.ts';
import type {
  Call,
  CallSummary,
  Devices,
  DevicesInUse,
  EndReason,
  LocalMedia,
  Media,
  Member,
  Message,
  ParticipantDuration,
  Presence,
  QualityReport,
  SessionClosed,
  State,
} from './types.ts';

/** What concerns one account. */
export interface UserEvent {
  readonly accid: string;
}

/** An invite: someone calls. */
export interface InvitedEvent {
  /** Who calls. */
  readonly invitor: string;
  /** The caller's name for people, if it has one. */
  readonly name?: string;
  /** Address of the caller's picture, if it has one. */
  readonly avatar?: string;
  /** All who are invited. */
  readonly accids: readonly string[];
  /** Whether it is a group call. */
  readonly group: boolean;
  /** The app's name of the group, if it has one. */
  readonly groupId?: string;
  readonly media: Media;
  /** The caller's text. */
  readonly attachment?: string;
  /** How much longer it rings, in milliseconds. */
  readonly ringMsLeft: number;
  readonly callId: string;
}

/** What concerns one call. */
export interface CallEvent {
  readonly callId: string;
}

/** What each event of {@link Client.on} carries. */
export interface HulloEvents {
  /** The state, what is known of the calls, or the local media has changed. Comes before the event that says why. */
  changed: {
    readonly state: State;
    /** The call, unless idle. */
    readonly call?: Call;
    /** What this device's microphone, camera and screen do. */
    readonly local: LocalMedia;
    /** The call that is on hold beside it. */
    readonly held?: Call;
    /** The invite that waits beside it. */
    readonly waiting?: Call;
    /** Calls of the account on its other devices: `continueHere()` fetches them. */
    readonly elsewhere: readonly Call[];
    /** Whom this device has muted for itself in the call. */
    readonly audioMutes: readonly string[];
    /** The connection to the server is up. */
    readonly connected: boolean;
    /** In a call whose connection (to the server, or of its media) is being restored. */
    readonly reconnecting: boolean;
  };
  /** Someone calls: answer with `accept()` or `reject()`. */
  invited: InvitedEvent;
  /** Someone calls while there is a call: answer with `acceptWaiting()` or `rejectWaiting()`. */
  callWaiting: InvitedEvent;
  /** The invite of `callWaiting` rings no more and was not answered here; no `callEnd` follows. */
  callWaitingEnd: CallEvent;
  /** The call was put on hold for another. */
  callHeld: CallEvent;
  /** The call that was on hold is taken up again, because the other is over. */
  callResumed: CallEvent;
  /** This device's media is connected in the active call. */
  joinChannel: Member & CallEvent;
  /** Caller: a device of the callee rings. */
  userRinging: UserEvent;
  /** Caller: the callee has accepted. */
  userAccept: UserEvent;
  /** A participant's media is connected. */
  userEnter: UserEvent;
  /** Caller: the callee has rejected. */
  userReject: UserEvent;
  /** Caller: the callee is in another call. */
  userBusy: UserEvent;
  /** Group call: this participant's invite has run out. */
  userTimeOut: UserEvent;
  /** Callee: the caller has cancelled. */
  userCancel: UserEvent;
  /** A participant has left. */
  userLeave: UserEvent;
  /** A participant is lost: its device stayed away too long. */
  userDisconnect: UserEvent;
  /** A participant's device is away for the moment. */
  userReconnecting: UserEvent;
  /** The device of `userReconnecting` is back. */
  userReconnected: UserEvent;
  /** A participant has put the call on hold, or taken it up again. */
  userHeld: UserEvent & { readonly held: boolean };
  /** Who speaks now, the loudest first, oneself included; empty when it is silent. */
  activeSpeakers: { readonly accids: readonly string[] };
  /** Caller: nobody answered in time. Callee: the invite ran out. */
  callingTimeOut: Record<string, never>;
  /** The call is over: exactly once for each call. */
  callEnd: {
    readonly callId: string;
    readonly reason: EndReason;
    /** Who caused it, where an account did. */
    readonly by?: string;
    /** How long this account was connected. */
    readonly durationMs: number;
    /**
     * How long each account that was in the call was connected: as in its record, or as far as this device has seen it where it
     * has hung up itself, which it does not let the person wait for; `record()` has the server's figures.
     */
    readonly durations: readonly ParticipantDuration[];
  };
  /** Another device of this account has answered; no `callEnd` follows. */
  otherClientAccept: CallEvent;
  /** Another device of this account has rejected; no `callEnd` follows. */
  otherClientReject: CallEvent;
  /** Another device of this account has taken this call over; no `callEnd` follows. */
  otherClientContinue: CallEvent;
  /** A participant's camera is on or off. */
  cameraAvailable: UserEvent & { readonly available: boolean };
  /** A participant's microphone is on or off. */
  audioAvailable: UserEvent & { readonly available: boolean };
  /** A participant shares its screen, or shares it no more. */
  screenAvailable: UserEvent & { readonly available: boolean };
  /** A participant has paused or resumed its picture. */
  videoMuted: UserEvent & { readonly muted: boolean };
  /** A participant has muted or unmuted its microphone. */
  audioMuted: UserEvent & { readonly muted: boolean };
  /** The call has become an audio or a video call. */
  callTypeChange: { readonly media: Media };
  /** The other side asks to turn the audio call into a video call: answer with `answerSwitch()`. */
  switchAsked: UserEvent & { readonly media: Media };
  /** The question of `switchAsked` no longer stands, whatever the answer was. */
  switchClosed: Record<string, never>;
  /** The first picture of a participant has been decoded. */
  firstVideoFrame: UserEvent & { readonly width: number; readonly height: number };
  /** Network quality of each participant, about every two seconds. */
  userNetworkQuality: { readonly reports: readonly QualityReport[] };
  /** A device was plugged in or unplugged, or another one is in use. */
  devicesChanged: { readonly devices: Devices; readonly inUse: DevicesInUse };
  /** The browser keeps the others silent until the person does something on the page, or it does not any more. */
  soundBlocked: { readonly blocked: boolean };
  /**
   * The connection to the server is up or down, in a call or not; again when more is known of why. It is restored by itself
   * except after `token_expired`, and where the account is signed out, which has no `why`.
   */
  connectionChanged: { readonly connected: boolean; readonly why?: ConnectionFailure };
  /** The connection of this device is being restored; the call goes on. {@link Client.reconnecting} says until when. */
  reconnecting: Record<string, never>;
  /** The connection is restored. It does not come where the call ends before. */
  reconnected: Record<string, never>;
  /** The login token runs out after `expiresInMs`, and there is no `tokenProvider`: call `login()` with a fresh one. */
  tokenExpiring: { readonly expiresInMs: number };
  /** The login token has run out, and no other could be had: `login()` with a fresh one brings the connection back. A call goes on. */
  tokenExpired: Record<string, never>;
  /** The session is over and will not come back by itself: sign in again. */
  disconnect: { readonly reason: SessionClosed };
  /** Something failed that belongs to no operation, such as a device that cannot be opened. */
  error: { readonly error: ErrorBody };
  /** The app's backend has given the signed-in account another name or picture. */
  accountChanged: { readonly name?: string; readonly avatar?: string };
  /** The past calls are read up to the {@link RecentCall.id} `upTo`, on this device or another of the account. */
  recentsRead: { readonly upTo: number };
  /** A new entry in a conversation, such as a call that is over; never one that this device was told of before. */
  messageAdded: { readonly message: Message };
  /** More entries came while this device was away than `messageAdded` told of: read the conversations again. */
  messagesSkipped: Record<string, never>;
  /** A call of this device ended while it was away. */
  endedWhileAway: { readonly summary: CallSummary };
  /** An account of `watchPresence()` came or went. */
  presenceChanged: { readonly presence: Presence };
}
