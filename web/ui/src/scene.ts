// What a screen renders: the client's state, the call and the people, put together once for all parts.
import type { Call, DeviceState, LocalMedia, OtherCall, Participant, State } from '@hullo/sdk';
import type { CallClient } from './client.ts';
import type { GroupView } from './group/controller.ts';
import type { NetworkView } from './network.ts';
import type { Person } from './people.ts';
import type { Language } from './texts.ts';

/** What can be opened over a running call. */
export type Sheet = 'devices' | 'invite' | 'members' | 'leave';

/** Everything about the call of this moment. A new one is made for each change. */
export interface Scene extends GroupView {
  readonly client: CallClient;
  readonly lang: Language;
  readonly state: Exclude<State, 'idle'>;
  readonly call: Call;
  readonly local: LocalMedia;
  readonly me: string | undefined;
  readonly self: Person;
  /** The other side of a one-to-one call; in a group call the one who called me, or else the first of the others. */
  readonly remote: Person;
  /** The other participant of a one-to-one call; undefined in a group call. */
  readonly remoteParticipant: Participant | undefined;
  readonly group: boolean;
  /** Everyone else who is in the call or still called, those in it first. */
  readonly others: readonly Person[];
  /** Everyone else whom the app knows, to be invited. */
  readonly contacts: readonly Person[];
  /** Whether this person may invite more, and how many. */
  readonly inviting: { readonly allowed: boolean; readonly seats: number };
  /** The call on hold beside this one, and with whom it is. */
  readonly held: { readonly call: Call; readonly people: readonly Person[] } | undefined;
  /** The call that waits beside this one, who calls, and who else is in it. */
  readonly waiting:
    | { readonly call: Call; readonly inviter: Person; readonly people: readonly Person[] }
    | undefined;
  /** This person is in a call on another device: to answer here is to leave it. */
  readonly busyElsewhere: boolean;
  /** When the call became active, by `performance.now()`. */
  readonly startedAt: number | undefined;
  /** This device's media is connected; in a one-to-one call that of the other side, too. */
  readonly connected: boolean;
  /** An answer was pressed, to the call that rings or to the one that waits, and is under way. */
  readonly answering: boolean;
  /** This device's connection to the server is being restored. */
  readonly reconnecting: boolean;
  readonly network: NetworkView;
  /** What is open over the screen. */
  readonly sheet: Sheet | undefined;
  /** How an account is called and what it looks like. */
  person(accid: string): Person;
}

/** What a person asks for by pressing something; run by `<hullo-call>`. */
export type Intent =
  | { readonly type: 'accept' }
  | { readonly type: 'reject' }
  | { readonly type: 'hangup' }
  | { readonly type: 'leave' }
  | { readonly type: 'muteAudio'; readonly muted: boolean }
  | { readonly type: 'camera'; readonly on: boolean }
  | { readonly type: 'switch'; readonly media: 'audio' | 'video' }
  | { readonly type: 'answerSwitch'; readonly agree: boolean }
  | { readonly type: 'switchCamera' }
  | { readonly type: 'device'; readonly kind: 'microphone' | 'camera' | 'speaker'; readonly id: string }
  | { readonly type: 'invite'; readonly accids: readonly string[] }
  | { readonly type: 'muteForMe'; readonly accid: string; readonly muted: boolean }
  | { readonly type: 'pin'; readonly accid: string | undefined }
  | { readonly type: 'acceptWaiting'; readonly callId: string; readonly other: OtherCall }
  | { readonly type: 'rejectWaiting'; readonly callId: string }
  | { readonly type: 'continueHere'; readonly callId: string }
  | { readonly type: 'open'; readonly sheet: Sheet }
  | { readonly type: 'close' }
  | { readonly type: 'dismiss' };

/** Whether the camera's picture goes out. */
export function cameraIsOn(local: LocalMedia): boolean {
  return local.videoEnabled && !local.videoMuted && local.camera.state !== 'failed';
}

/** Whether the microphone's sound goes out, or is about to. */
export function microphoneIsOn(local: LocalMedia): boolean {
  return !local.audioMuted && local.microphone.state !== 'failed';
}

/** Whether nothing comes from a device of a participant, and nothing is about to. */
export function isAbsent(state: DeviceState | undefined): boolean {
  return state === 'off' || state === 'failed';
}

/** Asks for the microphone to be muted, or unmuted if it is muted; one that has failed is tried again. */
export function toggleMicrophone(local: LocalMedia): Intent {
  return { type: 'muteAudio', muted: microphoneIsOn(local) };
}

/** Asks for the camera to go off, or on if it is off. */
export function toggleCamera(local: LocalMedia): Intent {
  return { type: 'camera', on: !cameraIsOn(local) };
}
