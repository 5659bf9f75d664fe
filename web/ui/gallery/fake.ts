// A client that has no server: it is put into a state and stays there, obeys mutes, and shows painted pictures.
import type {
  Call,
  CallRecord,
  DevicePresets,
  Devices,
  DevicesInUse,
  GroupCallOptions,
  GroupCallResult,
  HulloEvents,
  LocalMedia,
  Media,
  Member,
  OtherCall,
  Participant,
  RefusedInvite,
  State,
} from '@hullo/sdk';
import type { CallClient } from '../src/client.ts';

export interface FakeState {
  state: State;
  current?: Call | undefined;
  local?: Partial<LocalMedia>;
  held?: Call | undefined;
  waiting?: Call | undefined;
  elsewhere?: readonly Call[];
  reconnecting?: boolean;
}

type Listener<E extends keyof HulloEvents> = (detail: HulloEvents[E]) => void;
type Listeners = { [E in keyof HulloEvents]?: Set<Listener<E>> };

/** Microphone and camera as they are in a call of `media` when nothing is wrong. */
function localOf(media: Media | undefined): LocalMedia {
  return {
    microphone: { state: media ? 'on' : 'off' },
    camera: { state: media === 'video' ? 'on' : 'off' },
    screen: { state: 'off' },
    audioMuted: false,
    videoEnabled: media === 'video',
    videoMuted: false,
  };
}

export class FakeHullo implements CallClient {
  state: State = 'idle';
  current: Call | undefined;
  local: LocalMedia = localOf(undefined);
  held: Call | undefined;
  waiting: Call | undefined;
  elsewhere: readonly Call[] = [];
  accid: string | undefined = 'alice';
  reconnecting = false;
  soundBlocked = false;
  inUse: DevicesInUse = {
    microphone: 'Built-in Microphone',
    camera: 'FaceTime HD Camera',
    speaker: 'Built-in Speakers',
  };
  audioMutes: readonly string[] = [];
  /** What was asked of it, in order. */
  readonly asked: string[] = [];
  /** What the next operation rejects with. */
  refusal: { kind: string } | undefined;
  /** Whom the next invites refuse. */
  refused: readonly RefusedInvite[] = [];
  /** Whose pictures were asked for last, the most important first. */
  shown: readonly string[] = [];
  /** Which element shows whose picture. */
  readonly views = new Map<string, HTMLVideoElement>();
  /** Which elements show whose shared screen. */
  readonly screens = new Map<string, HTMLVideoElement>();
  readonly #volumes = new Map<string, number>();
  readonly #listeners: Listeners = {};

  /** `show` puts someone's picture into an element. */
  constructor(
    private readonly show: (
      accid: string,
      video: HTMLVideoElement,
      source: 'camera' | 'screen',
    ) => void = () => undefined,
  ) {}

  /** How many listen, to all events. */
  get listeners(): number {
    return Object.values(this.#listeners).reduce((sum, listeners) => sum + listeners.size, 0);
  }

  on<E extends keyof HulloEvents>(event: E, listener: Listener<E>): () => void {
    const listeners: Set<Listener<E>> = this.#listeners[event] ?? new Set();
    Object.assign(this.#listeners, { [event]: listeners });
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit<E extends keyof HulloEvents>(event: E, detail: HulloEvents[E]): void {
    for (const listener of this.#listeners[event] ?? []) listener(detail);
  }

  /** Puts the client into a state and emits `changed`. */
  enter({ state, current, local, held, waiting, elsewhere = [], reconnecting = false }: FakeState): void {
    this.state = state;
    this.current = current;
    this.local = { ...localOf(state === 'called' ? undefined : current?.media), ...local };
    this.reconnecting = reconnecting;
    this.held = held;
    this.waiting = waiting;
    this.elsewhere = elsewhere;
    this.emit('changed', {
      state,
      local: this.local,
      elsewhere,
      audioMutes: this.audioMutes,
      connected: true,
      reconnecting,
      ...(current ? { call: current } : {}),
      ...(held ? { held } : {}),
      ...(waiting ? { waiting } : {}),
    });
  }

  /** The same state with other local media. */
  #turn(local: Partial<LocalMedia>): void {
    const { state, current, held, waiting, elsewhere, reconnecting } = this;
    this.enter({
      state,
      current,
      held,
      waiting,
      elsewhere,
      reconnecting,
      local: { ...this.local, ...local },
    });
  }

  /** The others change beside it: `changed` says so. */
  #publish(): void {
    this.#turn({});
  }

  /** The browser blocks sound, or no longer does. */
  blockSound(blocked: boolean): void {
    this.soundBlocked = blocked;
    this.emit('soundBlocked', { blocked });
  }

  async call(accid: string, options?: { media?: Media }): Promise<Call> {
    await this.#ask(`call ${accid} ${options?.media}`);
    return callOf({ media: options?.media ?? 'video' });
  }

  async groupCall(accids: readonly string[], options: GroupCallOptions = {}): Promise<GroupCallResult> {
    await this.#ask(`group call ${accids.join(' ')} ${options.media}`);
    return { call: callOf({ media: options.media ?? 'video' }), refused: this.refused };
  }

  async groupInvite(accids: readonly string[]): Promise<GroupCallResult> {
    await this.#ask(`invite ${accids.join(' ')}`);
    return { call: this.current ?? callOf(), refused: this.refused };
  }

  async record(callId: string): Promise<CallRecord> {
    await this.#ask(`record ${callId}`);
    return {
      callId,
      kind: 'group',
      caller: 'bob',
      callees: ['alice', 'carol', 'dave'],
      media: 'video',
      status: 'complete',
      reason: 'hung_up',
      startedAtMs: 0,
      endedAtMs: 0,
      durations: [],
      outcomes: [],
      quality: [],
    };
  }

  leave(): Promise<void> {
    return this.#ask('leave');
  }

  async acceptWaiting(callId: string, other: OtherCall, _options?: DevicePresets): Promise<Member[]> {
    await this.#ask(`accept waiting ${callId} ${other}`);
    return [];
  }

  rejectWaiting(callId: string): Promise<void> {
    return this.#ask(`reject waiting ${callId}`);
  }

  async continueHere(callId: string): Promise<Member[]> {
    await this.#ask(`continue ${callId}`);
    return [];
  }

  async setAudioMute(accid: string, muted: boolean): Promise<void> {
    await this.#ask(`mute ${accid} ${muted}`);
    const others = this.audioMutes.filter((other) => other !== accid);
    this.audioMutes = muted ? [...others, accid] : others;
    this.#publish();
  }

  setVolume(accid: string, volume: number): void {
    this.asked.push(`volume ${accid} ${volume}`);
    this.#volumes.set(accid, volume);
  }

  volumeOf(accid: string): number {
    return this.#volumes.get(accid) ?? 1;
  }

  async showVideos(accids: readonly string[] | 'attached'): Promise<void> {
    if (accids !== 'attached') this.shown = accids;
  }

  async accept({ video }: DevicePresets = {}): Promise<Member[]> {
    await this.#ask(video === undefined ? 'accept' : `accept ${video ? 'with' : 'without'} video`);
    return [];
  }

  reject(): Promise<void> {
    return this.#ask('reject');
  }

  hangup(): Promise<void> {
    return this.#ask('hangup');
  }

  async switchCallType(media: Media): Promise<boolean> {
    await this.#ask(`switch ${media}`);
    return true;
  }

  answerSwitch(agree: boolean): Promise<void> {
    return this.#ask(`answer ${agree}`);
  }

  async muteLocalAudio(muted: boolean): Promise<void> {
    await this.#ask(`mute audio ${muted}`);
    this.#turn({ audioMuted: muted });
  }

  async muteLocalVideo(muted: boolean): Promise<void> {
    await this.#ask(`mute video ${muted}`);
    this.#turn({ videoMuted: muted, camera: { state: muted ? 'off' : 'on' } });
  }

  async enableLocalVideo(enabled: boolean): Promise<void> {
    await this.#ask(`enable video ${enabled}`);
    this.#turn({ videoEnabled: enabled, camera: { state: enabled ? 'on' : 'off' } });
  }

  async retryDevice(kind: 'microphone' | 'camera'): Promise<void> {
    await this.#ask(`retry ${kind}`);
    this.#turn({ [kind]: { state: 'on' } });
  }

  async shareScreen(enabled: boolean): Promise<void> {
    await this.#ask(`share ${enabled}`);
    this.#turn({ screen: { state: enabled ? 'on' : 'off' } });
  }

  async startSound(): Promise<void> {
    await this.#ask('start sound');
    this.blockSound(false);
  }

  switchCamera(): Promise<void> {
    return this.#ask('switch camera');
  }

  async devices(): Promise<Devices> {
    const device = (kind: MediaDeviceKind, label: string): MediaDeviceInfo => {
      const info = { deviceId: label, groupId: '', kind, label };
      return { ...info, toJSON: () => info };
    };
    return {
      microphones: [device('audioinput', 'Built-in Microphone'), device('audioinput', 'AirPods Pro')],
      cameras: [device('videoinput', 'FaceTime HD Camera'), device('videoinput', 'Studio Display Camera')],
      speakers: [device('audiooutput', 'Built-in Speakers'), device('audiooutput', 'AirPods Pro')],
    };
  }

  useMicrophone(id: string): Promise<void> {
    return this.#use('microphone', id);
  }

  useCamera(id: string): Promise<void> {
    return this.#use('camera', id);
  }

  useSpeaker(id: string): Promise<void> {
    return this.#use('speaker', id);
  }

  async #use(kind: 'microphone' | 'camera' | 'speaker', id: string): Promise<void> {
    await this.#ask(`use ${kind} ${id}`);
    this.inUse = { ...this.inUse, [kind]: id };
    this.emit('devicesChanged', { devices: await this.devices(), inUse: this.inUse });
  }

  attachLocalView(video: HTMLVideoElement | null): void {
    this.#attach(video, this.accid);
  }

  attachRemoteView(accid: string, video: HTMLVideoElement | null): void {
    this.#attach(video, accid);
  }

  attachScreenView(accid: string, video: HTMLVideoElement | null): void {
    if (!video) {
      this.screens.delete(accid);
      return;
    }
    this.screens.set(accid, video);
    this.show(accid, video, 'screen');
  }

  detachView(video: HTMLVideoElement): void {
    for (const shown of [this.views, this.screens]) {
      for (const [accid, view] of shown) if (view === video) shown.delete(accid);
    }
  }

  #attach(video: HTMLVideoElement | null, accid = ''): void {
    if (!video) {
      this.views.delete(accid);
      return;
    }
    this.views.set(accid, video);
    // A camera that is off, or not connected yet, gives no picture.
    const participant = this.current?.participants.find((one) => one.accid === accid);
    const on = accid === this.accid ? this.local.camera.state === 'on' : participant?.video === 'on';
    if (on) this.show(accid, video, 'camera');
  }

  async #ask(what: string): Promise<void> {
    this.asked.push(what);
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal) throw refusal;
  }
}

/** What differs from a call that Alice has with Bob. */
export interface CallSketch {
  readonly media?: Media;
  readonly callId?: string;
  /** Who the other one is; Bob when absent. */
  readonly remote?: string;
  readonly caller?: 'alice' | 'bob';
  readonly state?: Call['state'];
  readonly activeMs?: number;
  readonly self?: Partial<Participant>;
  readonly remoteParticipant?: Partial<Participant>;
  readonly switch?: Call['switch'];
}

/** A participant with microphone and camera on. */
export function participantOf(accid: string, uid: number, state: Participant['state']): Participant {
  const open = state === 'joined' || state === 'accepted';
  return {
    accid,
    uid,
    state,
    audio: open ? 'on' : 'off',
    video: open ? 'on' : 'off',
    screen: false,
    reconnecting: false,
    held: false,
  };
}

/** A call between Alice, whose screen it is, and Bob. */
export function callOf(sketch: CallSketch = {}): Call {
  const { media = 'video', caller = 'alice', state = 'ringing' } = sketch;
  const joined = state === 'active' ? 'joined' : undefined;
  const video = media === 'video';
  const participant = (accid: string, uid: number, fallback: Participant['state']): Participant => ({
    ...participantOf(accid, uid, joined ?? fallback),
    ...(video ? {} : { video: 'off' }),
  });
  const alice = {
    ...participant('alice', caller === 'alice' ? 1 : 2, caller === 'alice' ? 'accepted' : 'ringing'),
    ...sketch.self,
  };
  const bob = {
    ...participant(
      sketch.remote ?? 'bob',
      caller === 'bob' ? 1 : 2,
      caller === 'bob' ? 'accepted' : 'ringing',
    ),
    ...sketch.remoteParticipant,
  };
  return {
    callId: sketch.callId ?? 'call-1',
    version: 1,
    kind: 'one_to_one',
    media,
    state,
    caller,
    participants: caller === 'alice' ? [alice, bob] : [bob, alice],
    secure: false,
    ...(sketch.activeMs === undefined ? {} : { activeMs: sketch.activeMs }),
    ...(sketch.switch ? { switch: sketch.switch } : {}),
  };
}
