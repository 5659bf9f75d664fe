// The endpoint's inputs and outputs as they cross the JSON boundary to WebAssembly: the serde forms of
// crates/core/src/endpoint/io.rs, and their translation into the words of the public API.
import type { ErrorBody } from './errors.ts';
import type { HulloEvents } from './events.ts';
import type {
  Call,
  CallRecord,
  DeviceFailure,
  DevicePresets,
  DeviceState,
  FoundCall,
  GroupCallResult,
  InviteMode,
  JoinMode,
  LocalMedia,
  Media,
  Member,
  MessagePage,
  OtherCall,
  Presence,
  RecentCalls,
} from './types.ts';

export type SlotKind = 'audio' | 'video' | 'screen';

/** What comes from a microphone or a camera. */
export type CaptureKind = Exclude<SlotKind, 'screen'>;

/** What the application can ask. */
export type Op =
  | {
      op: 'login';
      app_key: string;
      accid: string;
      token?: string;
      provider: boolean;
      cursor?: number;
      device: { id: string; platform: 'web'; sdk_version: string };
    }
  | { op: 'logout' }
  | ({
      op: 'call';
      accid: string;
      media: Media;
      attachment?: string;
      timeout_ms?: number;
    } & DevicePresets)
  | ({
      op: 'group_call';
      accids: readonly string[];
      media: Media;
      group_id?: string;
      invite_mode?: InviteMode;
      join_mode?: JoinMode;
      keep_last?: boolean;
      attachment?: string;
      timeout_ms?: number;
    } & DevicePresets)
  | { op: 'group_invite'; accids: readonly string[]; attachment?: string; timeout_ms?: number }
  | ({ op: 'join'; call_id: string } & DevicePresets)
  | { op: 'query_call'; call_id?: string; group_id?: string }
  | ({ op: 'continue_here'; call_id: string } & DevicePresets)
  | ({ op: 'accept' } & DevicePresets)
  | ({ op: 'accept_waiting'; call_id: string; other: OtherCall } & DevicePresets)
  | { op: 'reject_waiting'; call_id: string }
  | { op: 'reject' }
  | { op: 'cancel' }
  | { op: 'hangup' }
  | { op: 'leave' }
  | { op: 'switch_call_type'; media: Media }
  | { op: 'answer_switch'; agree: boolean }
  | { op: 'mute_local_audio'; muted: boolean }
  | { op: 'mute_local_video'; muted: boolean }
  | { op: 'enable_local_video'; enabled: boolean }
  | { op: 'retry_device'; kind: CaptureKind }
  | { op: 'set_audio_mute'; accid: string; muted: boolean }
  | { op: 'show_videos'; accids: readonly string[] }
  | { op: 'share_screen'; enabled: boolean }
  | { op: 'list_messages'; with: string; before?: number; limit: number }
  | { op: 'call_record'; call_id: string }
  | { op: 'list_calls'; before?: number; limit: number }
  | { op: 'mark_calls_read'; up_to: number }
  | { op: 'watch_presence'; accids: string[] };

/** What the device's media reports. */
export type MediaEvent =
  | { event: 'offered'; peer: number; sdp: string }
  | { event: 'connected'; peer: number }
  | { event: 'disconnected'; peer: number }
  | { event: 'failed'; peer: number }
  | { event: 'first_video_frame'; peer: number; mid: string; width: number; height: number }
  | {
      event: 'device';
      kind: SlotKind;
      state: DeviceState;
      failure?: DeviceFailure;
      message?: string;
    };

/** Something that happened outside. */
export type Input =
  | { input: 'op'; ticket: number; op: Op }
  | { input: 'socket_opened' }
  | { input: 'socket_closed' }
  | { input: 'frame'; text: string }
  | { input: 'network_changed' }
  | { input: 'page_hidden' }
  | { input: 'token'; call_id: string; token?: string; error?: string }
  | { input: 'login_token'; token?: string; error?: string }
  | { input: 'media'; event: MediaEvent }
  | { input: 'timeout' };

/** A receiving m-line and the account whose track it carries. */
export interface RemoteSlot {
  mid: string;
  kind: SlotKind;
  accid: string;
  muted: boolean;
}

/** What the device's media has to do. */
export type MediaCommand =
  | { command: 'open'; peer: number; audio: number; video: number; screen?: boolean }
  | { command: 'grow'; peer: number; audio: number; video: number; screen?: boolean }
  | { command: 'answer'; peer: number; sdp: string }
  | { command: 'restart'; peer: number }
  | { command: 'capture'; audio: boolean; video: boolean; screen?: boolean }
  | { command: 'retry'; kind: CaptureKind }
  | { command: 'flow'; peer: number; audio: boolean; video: boolean; screen?: boolean }
  | { command: 'slots'; peer: number; slots: RemoteSlot[] }
  | { command: 'ice_servers'; ice_servers: RTCIceServer[] }
  | { command: 'close' };

/** An application event, still in the names of the core. */
export type WireEvent = { event: string } & Record<string, unknown>;

/** Something to do, in order. */
export type Output =
  | { output: 'open_socket' }
  | { output: 'close_socket' }
  | { output: 'send'; text: string }
  | { output: 'media'; command: MediaCommand }
  | { output: 'complete'; ticket: number; value?: unknown; error?: ErrorBody }
  | { output: 'ask_login_token' }
  | { output: 'keep_cursor'; accid: string; cursor: number }
  | { output: 'ask_token'; call_id: string; uid: number }
  | { output: 'event'; event: WireEvent };

/** What an operation completes with, in the names of the public API. */
export type Value =
  | { is: 'done' }
  | { is: 'logged_in'; accid: string; name?: string; avatar?: string; secure: boolean }
  | ({ is: 'call' } & GroupCallResult)
  | { is: 'found'; calls: FoundCall[] }
  | { is: 'accepted'; call: Call; members: Member[] }
  | { is: 'switched'; agreed: boolean }
  | ({ is: 'messages' } & MessagePage)
  | { is: 'record'; record: CallRecord }
  | ({ is: 'calls' } & RecentCalls)
  | { is: 'presence'; accounts: Presence[] };

/** An event of the public API with what it carries. */
export type AppEvent = { [E in keyof HulloEvents]: { name: E; detail: HulloEvents[E] } }[keyof HulloEvents];

/** What microphone, camera and screen do before the endpoint has said anything. */
export const LOCAL_MEDIA_CLOSED: LocalMedia = {
  microphone: { state: 'off' },
  camera: { state: 'off' },
  screen: { state: 'off' },
  audioMuted: false,
  videoEnabled: false,
  videoMuted: false,
};

// The casts below take the core's types on trust: both sides of the boundary are built from one tree, and what comes off
// the wire has been checked on the other side of it.

/** A completion's value in the names of the public API. */
export function valueFrom(value: unknown): Value {
  return translate(value) as Value;
}

/** An event in the names of the public API. */
export function eventFrom({ event, ...detail }: WireEvent): AppEvent {
  const translated = translate(detail) as Record<string, unknown>;
  if (event === 'changed') {
    translated.elsewhere ??= [];
    translated.audioMutes ??= [];
    translated.connected ??= false;
    translated.reconnecting ??= false;
  }
  if (event === 'call_end') translated.durations ??= [];
  return { name: camelCase(event), detail: translated } as AppEvent;
}

/** Renames the keys of a JSON value, drops `null`s, and fills in what serde omits when false or empty. */
function translate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translate);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  const translated = Object.fromEntries(entries.map(([key, inner]) => [camelCase(key), translate(inner)]));
  if ('participants' in translated) translated.secure ??= false;
  if ('inviteMode' in translated) translated.keepLast ??= false;
  if ('uid' in translated && 'state' in translated) {
    translated.reconnecting ??= false;
    translated.held ??= false;
    translated.screen ??= false;
  }
  return translated;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
