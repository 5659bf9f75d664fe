// A client that has no server: it is put into a state and stays there, obeys mutes, and shows drawn pictures.
import type { Call, HulloEvents, LocalMedia, Media, Member, Participant, State } from '@hullo/sdk';
import type { CallClient } from '../src/client.ts';

/** What the fake is in. */
export interface FakeState {
  state: State;
  current?: Call | undefined;
  local?: Partial<LocalMedia>;
}

type Listener<E extends keyof HulloEvents> = (detail: HulloEvents[E]) => void;
type Listeners = { [E in keyof HulloEvents]?: Set<Listener<E>> };

const OPEN: LocalMedia = {
  videoEnabled: true,
  videoMuted: false,
  audioMuted: false,
  audioFailed: false,
  videoFailed: false,
};

/** Stands in for `Hullo`. */
export class FakeHullo implements CallClient {
  state: State = 'idle';
  current: Call | undefined;
  local: LocalMedia = OPEN;
  accid: string | undefined = 'alice';
  /** What was asked of it, in order. */
  readonly asked: string[] = [];
  /** What the next operation rejects with. */
  refusal: { kind: string } | undefined;
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

  /** Puts the client into a state and tells it. */
  enter({ state, current, local }: FakeState): void {
    this.state = state;
    this.current = current;
    this.local = { ...OPEN, videoEnabled: current?.media === 'video', ...local };
    this.emit('changed', { state, ...(current ? { call: current } : {}), local: this.local });
  }

  async call(accid: string, options?: { media?: Media }): Promise<Call> {
    await this.#ask(`call ${accid} ${options?.media}`);
    return callOf({ media: options?.media ?? 'video' });
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
    this.enter({ state: this.state, current: this.current, local: { ...this.local, audioMuted: muted } });
  }

  async muteLocalVideo(muted: boolean): Promise<void> {
    await this.#ask(`mute video ${muted}`);
    this.enter({ state: this.state, current: this.current, local: { ...this.local, videoMuted: muted } });
  }

  async enableLocalVideo(enabled: boolean): Promise<void> {
    await this.#ask(`enable video ${enabled}`);
    this.enter({ state: this.state, current: this.current, local: { ...this.local, videoEnabled: enabled } });
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
    if (participant?.video !== false) this.show(accid, video);
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
  readonly caller?: 'alice' | 'bob';
  readonly state?: Call['state'];
  readonly activeMs?: number;
  readonly self?: Partial<Participant>;
  readonly other?: Partial<Participant>;
  readonly switch?: Call['switch'];
}

/** A call between Alice, whose screen it is, and Bob. */
export function callOf(sketch: CallSketch = {}): Call {
  const { media = 'video', caller = 'alice', state = 'ringing' } = sketch;
  const joined = state === 'active' ? 'joined' : undefined;
  const video = media === 'video';
  const participant = (accid: string, uid: number, fallback: Participant['state']): Participant => ({
    accid,
    uid,
    state: joined ?? fallback,
    audio: true,
    video,
    reconnecting: false,
  });
  const alice = {
    ...participant('alice', caller === 'alice' ? 1 : 2, caller === 'alice' ? 'accepted' : 'ringing'),
    ...sketch.self,
  };
  const bob = {
    ...participant('bob', caller === 'bob' ? 1 : 2, caller === 'bob' ? 'accepted' : 'ringing'),
    ...sketch.other,
  };
  return {
    callId: 'call-1',
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
