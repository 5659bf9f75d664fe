// What a screen renders: the client's state, the call and the people, put together once for all parts.
import type { Call, Devices, DevicesInUse, LocalMedia, OtherCall, Participant, State } from '@hullo/sdk';
import type { CallClient, DeviceKind } from './client.ts';
import type { ControlName } from './controls.ts';
import type { GroupView } from './group/controller.ts';
import type { Corner, Layout } from './layout.ts';
import type { NetworkView } from './network.ts';
import type { Person } from './people.ts';
import type { Language } from './texts.ts';

/** What is to be said of devices that are not open yet. */
export interface AskingView {
  /** What the browser asks this person to allow. */
  readonly prompted: readonly DeviceKind[];
  /** Whether the others wait for this device of an account; oneself included. */
  isAwaited(accid: string, kind: DeviceKind): boolean;
}

/** What can be opened over a running call. */
export type Sheet = 'devices' | 'invite' | 'members' | 'leave';

/** Everything about the call of this moment. A new one is made for each change. */
export interface Scene extends GroupView, AskingView {
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
  /** The browser blocks sound until the person presses something. */
  readonly soundBlocked: boolean;
  /** The devices of this machine; undefined until they are known. */
  readonly devices: Devices | undefined;
  /** Which of them are in use, by `deviceId`. */
  readonly inUse: DevicesInUse;
  /** Whom this person has muted for themselves. */
  readonly mutedForMe: ReadonlySet<string>;
  /** Everyone else in the call whose screen is shared. */
  readonly sharers: readonly Person[];
  /** This browser can share a screen. */
  readonly canShare: boolean;
  /** What is open over the screen. */
  readonly sheet: Sheet | undefined;
  /** The call can leave the page for a window of its own. */
  readonly canPictureInPicture: boolean;
  /** Whether the app wants this button. */
  offers(control: ControlName): boolean;
  /** How an account is called and what it looks like. */
  person(accid: string): Person;
  /** How loud an account is for this person, 0 to 1. */
  volumeOf(accid: string): number;
}

/** What a person asks for by pressing something; run by `<hullo-call>`. */
export type Intent =
  /** `video`: with the camera open or closed; as the call is when absent. */
  | { readonly type: 'accept'; readonly video?: boolean }
  | { readonly type: 'reject' }
  | { readonly type: 'hangup' }
  | { readonly type: 'leave' }
  | { readonly type: 'muteAudio'; readonly muted: boolean }
  | { readonly type: 'camera'; readonly on: boolean }
  | { readonly type: 'retry'; readonly kinds: readonly DeviceKind[] }
  | { readonly type: 'switch'; readonly media: 'audio' | 'video' }
  | { readonly type: 'answerSwitch'; readonly agree: boolean }
  | { readonly type: 'switchCamera' }
  | { readonly type: 'device'; readonly kind: DeviceKind | 'speaker'; readonly id: string }
  | { readonly type: 'share'; readonly on: boolean }
  | { readonly type: 'invite'; readonly accids: readonly string[] }
  | { readonly type: 'muteForMe'; readonly accid: string; readonly muted: boolean }
  /** `volume`: 0 to 1. */
  | { readonly type: 'volume'; readonly accid: string; readonly volume: number }
  /** `tile`: an accid, or what {@link screenTileOf} gives. */
  | { readonly type: 'pin'; readonly tile: string | undefined }
  | { readonly type: 'acceptWaiting'; readonly callId: string; readonly other: OtherCall }
  | { readonly type: 'rejectWaiting'; readonly callId: string }
  | { readonly type: 'continueHere'; readonly callId: string }
  | { readonly type: 'layout'; readonly layout: Layout }
  | { readonly type: 'corner'; readonly corner: Corner }
  | { readonly type: 'pictureInPicture'; readonly open: boolean }
  | { readonly type: 'openBanner' }
  | { readonly type: 'startSound' }
  | { readonly type: 'open'; readonly sheet: Sheet }
  | { readonly type: 'close' }
  | { readonly type: 'dismiss' };

/** The one who calls is not connected for the moment: it may be that nobody is there any more. */
export function isCallerAway({ call, remote }: Scene): boolean {
  return call.participants.some(({ accid, reconnecting }) => accid === remote.accid && reconnecting);
}

/** Whether the camera's picture goes out. */
export function cameraIsOn(local: LocalMedia): boolean {
  return local.camera.state === 'on';
}

/** Whether the person wants the camera open, whatever has become of it. */
export function cameraIsWanted(local: LocalMedia): boolean {
  return local.videoEnabled && !local.videoMuted;
}

/** What ends this call for the person who wants it to end: a running group goes on for the others. */
export function endingIntent({ group, state }: Pick<Scene, 'group' | 'state'>): Intent {
  return { type: group && state === 'in_call' ? 'leave' : 'hangup' };
}

/** What a press on the microphone asks for: on if it is muted, another try if it failed, muted otherwise. */
export function toggleMicrophone(local: LocalMedia): Intent {
  if (local.audioMuted) return { type: 'muteAudio', muted: false };
  if (local.microphone.state === 'failed') return { type: 'retry', kinds: ['microphone'] };
  return { type: 'muteAudio', muted: true };
}

/** What a press on the camera asks for: on if it is off, another try if it failed, off otherwise. */
export function toggleCamera(local: LocalMedia): Intent {
  if (!cameraIsWanted(local)) return { type: 'camera', on: true };
  if (local.camera.state === 'failed') return { type: 'retry', kinds: ['camera'] };
  return { type: 'camera', on: false };
}
