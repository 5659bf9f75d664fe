// A client that has no server: it is put into a state and stays there, obeys mutes, and shows painted pictures.
import type {
  Call,
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
}

type Listener<E extends keyof HulloEvents> = (detail: HulloEvents[E]) => void;
type Listeners = { [E in keyof HulloEvents]?: Set<Listener<E>> };

const OPEN: LocalMedia = {
  microphone: { state: 'on' },
  camera: { state: 'on' },
  screen: { state: 'off' },
  audioMuted: false,
  videoEnabled: true,
  videoMuted: false,
};

export class FakeHullo implements CallClient {
  state: State = 'idle';
  current: Call | undefined;
  local: LocalMedia = OPEN;
  held: Call | undefined;
  waiting: Call | undefined;
  elsewhere: readonly Call[] = [];
  accid: string | undefined = 'alice';
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
  readonly #listeners: Listeners = {};

  /** `show` puts someone's picture into an element. */
  constructor(private readonly show: (accid: string, video: HTMLVideoElement) => void = () => undefined) {}

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
  enter({ state, current, local, held, waiting, elsewhere = [] }: FakeState): void {
    this.state = state;
    this.current = current;
    this.local = { ...OPEN, videoEnabled: current?.media === 'video', ...local };
    this.held = held;
    this.waiting = waiting;
    this.elsewhere = elsewhere;
    this.emit('changed', {
      state,
      local: this.local,
      elsewhere,
      audioMutes: [],
      connected: true,
      reconnecting: false,
      ...(current ? { call: current } : {}),
      ...(held ? { held } : {}),
      ...(waiting ? { waiting } : {}),
    });
  }

  /** The same state with other local media. */
  #turn(local: Partial<LocalMedia>): void {
    const { state, current, held, waiting, elsewhere } = this;
    this.enter({ state, current, held, waiting, elsewhere, local: { ...this.local, ...local } });
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

  leave(): Promise<void> {
    return this.#ask('leave');
  }

  async acceptWaiting(callId: string, other: OtherCall): Promise<Member[]> {
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

  setAudioMute(accid: string, muted: boolean): Promise<void> {
    return this.#ask(`mute ${accid} ${muted}`);
  }

  async showVideos(accids: readonly string[] | 'attached'): Promise<void> {
    if (accids !== 'attached') this.shown = accids;
  }

  async accept(): Promise<Member[]> {
    await this.#ask('accept');
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
    this.#turn({ videoMuted: muted });
  }

  async enableLocalVideo(enabled: boolean): Promise<void> {
    await this.#ask(`enable video ${enabled}`);
    this.#turn({ videoEnabled: enabled });
  }

  switchCamera(): Promise<void> {
    return this.#ask('switch camera');
  }

  async devices(): Promise<{
    microphones: MediaDeviceInfo[];
    cameras: MediaDeviceInfo[];
    speakers: MediaDeviceInfo[];
  }> {
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
    return this.#ask(`use microphone ${id}`);
  }

  useCamera(id: string): Promise<void> {
    return this.#ask(`use camera ${id}`);
  }

  useSpeaker(id: string): Promise<void> {
    return this.#ask(`use speaker ${id}`);
  }

  attachLocalView(video: HTMLVideoElement | null): void {
    this.#attach(video, this.accid);
  }

  attachRemoteView(accid: string, video: HTMLVideoElement | null): void {
    this.#attach(video, accid);
  }

  #attach(video: HTMLVideoElement | null, accid = ''): void {
    if (!video) {
      this.views.delete(accid);
      return;
    }
    this.views.set(accid, video);
    // A camera that is off, or not connected yet, gives no picture.
    const participant = this.current?.participants.find((one) => one.accid === accid);
    if (participant?.video !== 'off') this.show(accid, video);
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
  return { accid, uid, state, audio: 'on', video: 'on', reconnecting: false, held: false };
}

/** A call between Alice, whose screen it is, and Bob. */
export function callOf(sketch: CallSketch = {}): Call {
  const { media = 'video', caller = 'alice', state = 'ringing' } = sketch;
  const joined = state === 'active' ? 'joined' : undefined;
  const video = media === 'video' ? 'on' : 'off';
  const participant = (accid: string, uid: number, fallback: Participant['state']): Participant => ({
    ...participantOf(accid, uid, joined ?? fallback),
    video,
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
