// The device's media: carries out the endpoint's media commands on RTCPeerConnection and devices, and reports what they
// do. It decides nothing.

import type { CallStats } from '../types.ts';
import type { AppEvent, CaptureKind, MediaCommand, MediaEvent, RemoteSlot } from '../wire.ts';
import { loadDevice } from './device_choice.ts';
import { detectFirstFrame } from './first_frame.ts';
import type { IncomingSlot } from './incoming.ts';
import { LocalDevices } from './local_devices.ts';
import { type Lines, Peer } from './peer.ts';
import { ScreenCapture } from './screen_capture.ts';
import { Sounds } from './sounds.ts';
import { NO_STATS, StatsReader } from './stats.ts';
import { show, Views } from './views.ts';

const KINDS: readonly CaptureKind[] = ['audio', 'video'];
const NOTHING: Tracks = { audio: false, video: false };

/** Which tracks are open, or flow. */
type Tracks = Readonly<Record<CaptureKind, boolean> & { screen?: boolean }>;

/** Waits for the first picture of an account; of nobody when its m-line is free. */
interface FirstFrame {
  readonly accid: string | undefined;
  readonly stop: () => void;
}

/** How the app wants media to find its way. */
export interface MediaNetwork {
  readonly iceServers?: readonly RTCIceServer[] | undefined;
  readonly iceTransportPolicy?: RTCIceTransportPolicy | undefined;
}

/** What the engine has to do with the app. */
export interface MediaOwner {
  /** Tells the app what the endpoint has no part in. */
  notify(event: AppEvent): void;
  /** The signed-in account: its own screen is shown as that of anybody else. */
  self(): string | undefined;
}

/** At most one connection, one microphone, one camera and one screen. */
export class MediaEngine {
  readonly #report: (event: MediaEvent) => void;
  readonly #network: MediaNetwork;
  #iceServers: readonly RTCIceServer[];
  /** This machine's devices. */
  readonly devices: LocalDevices;
  /** The others' sound. */
  readonly sounds: Sounds;
  readonly #screen: ScreenCapture;
  readonly #views = new Views();
  readonly #screenViews = new Views();
  readonly #owner: MediaOwner;
  #peer: Peer | undefined;
  #flow = NOTHING;
  #slots: readonly RemoteSlot[] = [];
  #incoming: readonly IncomingSlot[] = [];
  readonly #stats = new StatsReader();
  /** By m-line; kept after the first picture has come, so that it is reported once for each account that takes the line. */
  readonly #firstFrames = new Map<string, FirstFrame>();
  #localView: HTMLVideoElement | null = null;
  #preview: MediaStream | undefined;

  /** `report` is for the endpoint. */
  constructor(
    report: (event: MediaEvent) => void,
    network: MediaNetwork = {},
    owner: MediaOwner = { notify: () => {}, self: () => undefined },
  ) {
    this.#report = report;
    this.#network = network;
    this.#owner = owner;
    this.#screen = new ScreenCapture(report, () => {
      this.#applyFlow();
      this.#showScreens();
    });
    this.#iceServers = network.iceServers ?? [];
    this.sounds = new Sounds(loadDevice('speaker'), (blocked) =>
      owner.notify({ name: 'soundBlocked', detail: { blocked } }),
    );
    this.devices = new LocalDevices(this.sounds, {
      changed: (kind) => this.#applyDevice(kind),
      reported: (kind, state) => report({ event: 'device', kind, ...state }),
      notify: (event) => owner.notify(event),
    });
  }

  /** Carries out a command of the endpoint. */
  apply(command: MediaCommand): void {
    switch (command.command) {
      case 'open':
        this.#open(command.peer, command);
        break;
      case 'grow':
        this.#of(command.peer)?.grow(command);
        break;
      case 'answer':
        this.#of(command.peer)?.answer(command.sdp);
        break;
      case 'restart':
        this.#of(command.peer)?.offer({ iceRestart: true });
        break;
      case 'capture':
        this.#capture(command);
        break;
      case 'retry':
        this.devices.retry(command.kind);
        break;
      case 'flow':
        if (!this.#of(command.peer)) break;
        this.#flow = command;
        this.#applyFlow();
        break;
      case 'slots':
        if (!this.#of(command.peer)) break;
        this.#slots = command.slots;
        this.#applySlots();
        break;
      case 'ice_servers':
        this.#useIceServers(command.ice_servers);
        break;
      case 'close':
        this.#closePeer();
        this.#capture(NOTHING);
        break;
    }
  }

  /** Closes everything, for good. */
  destroy(): void {
    this.#closePeer();
    this.#screen.want(false);
    this.devices.destroy();
    this.attachLocalView(null);
    this.#views.close();
    this.#screenViews.close();
  }

  attachLocalView(view: HTMLVideoElement | null): void {
    if (this.#localView && this.#localView !== view) show(this.#localView, undefined);
    this.#localView = view;
    this.#showPreview();
  }

  /** The accounts that have a view, folded, in the order in which they got their first. */
  get viewed(): readonly string[] {
    return this.#views.viewed;
  }

  attachRemoteView(accid: string, view: HTMLVideoElement | null): void {
    this.#views.attach(accid, view);
  }

  attachScreenView(accid: string, view: HTMLVideoElement | null): void {
    this.#screenViews.attach(accid, view);
  }

  detachView(view: HTMLVideoElement): void {
    if (this.#localView === view) this.attachLocalView(null);
    this.#views.detach(view);
    this.#screenViews.detach(view);
  }

  setVolume(accid: string, volume: number): void {
    this.sounds.setVolume(accid, volume, this.#incomingSounds);
  }

  async stats(): Promise<CallStats> {
    const peer = this.#peer;
    if (!peer) return NO_STATS;
    return this.#stats.read(peer.state, await peer.stats(), this.#slots);
  }

  #capture({ audio, video, screen = false }: Tracks): void {
    this.devices.want({ audio, video });
    this.#screen.want(screen);
  }

  #applyDevice(kind: CaptureKind): void {
    this.#applyFlow();
    if (kind === 'video') this.#showPreview();
    // Browsers let a page sound that may use a microphone or a camera.
    if (this.devices.track(kind)) void this.sounds.start();
  }

  /** The connection, if `peer` still names it. */
  #of(peer: number): Peer | undefined {
    return this.#peer?.id === peer ? this.#peer : undefined;
  }

  #open(id: number, lines: Lines): void {
    this.#closePeer();
    this.#peer = new Peer(id, lines, this.#configuration, this.#report);
    this.#peer.offer();
  }

  /** What the app has set counts, if it has. */
  #useIceServers(servers: readonly RTCIceServer[]): void {
    if (this.#network.iceServers) return;
    this.#iceServers = servers;
    this.#peer?.configure(this.#configuration);
  }

  get #configuration(): RTCConfiguration {
    const { iceTransportPolicy = 'all' } = this.#network;
    return { bundlePolicy: 'max-bundle', iceServers: [...this.#iceServers], iceTransportPolicy };
  }

  #closePeer(): void {
    this.#peer?.close();
    this.#peer = undefined;
    this.#flow = NOTHING;
    this.#slots = [];
    this.#incoming = [];
    this.#stats.clear();
    for (const { stop } of this.#firstFrames.values()) stop();
    this.#firstFrames.clear();
    this.#views.apply([]);
    this.#showScreens();
    this.sounds.clear();
  }

  #applyFlow(): void {
    for (const kind of KINDS) {
      const track = this.#flow[kind] ? this.devices.track(kind) : undefined;
      this.#peer?.send(kind, track ?? null);
    }
    this.#peer?.send('screen', (this.#flow.screen && this.#screen.track) || null);
  }

  #applySlots(): void {
    const peer = this.#peer;
    if (!peer) return;
    this.#stats.follow(this.#slots, () => peer.stats());
    this.#forgetFreed();
    const incoming: IncomingSlot[] = [];
    for (const slot of this.#slots) {
      const receiver = peer.receiver(slot.mid);
      if (!receiver) continue;
      incoming.push({ ...slot, track: receiver.track });
      if (slot.kind === 'video') this.#detectFirstFrame(slot, receiver);
    }
    this.#incoming = incoming;
    const pictures = incoming.filter(({ kind }) => kind === 'video');
    this.#views.apply(pictures.map(({ accid, track }) => [accid, track]));
    this.#showScreens();
    this.sounds.apply(this.#incomingSounds);
  }

  /** The screens of the others, and this device's while it is captured. */
  #showScreens(): void {
    const screens = this.#incoming.filter(({ kind }) => kind === 'screen');
    const tracks = new Map(screens.map(({ accid, track }) => [accid, track]));
    const [self, { track }] = [this.#owner.self(), this.#screen];
    if (self !== undefined && track) tracks.set(self, track);
    this.#screenViews.apply(tracks);
  }

  get #incomingSounds(): readonly IncomingSlot[] {
    return this.#incoming.filter(({ kind }) => kind === 'audio');
  }

  /** Stops waiting for the picture of an account that has lost its m-line. */
  #forgetFreed(): void {
    for (const [mid, { stop }] of this.#firstFrames) {
      if (this.#slots.some((slot) => slot.mid === mid)) continue;
      stop();
      this.#firstFrames.set(mid, { accid: undefined, stop: () => {} });
    }
  }

  #detectFirstFrame({ mid, accid }: RemoteSlot, receiver: RTCRtpReceiver): void {
    const peer = this.#peer?.id;
    const known = this.#firstFrames.get(mid);
    if (peer === undefined || known?.accid === accid) return;
    known?.stop();
    const stop = detectFirstFrame(receiver, known !== undefined, (width, height) => {
      this.#report({ event: 'first_video_frame', peer, mid, width, height });
    });
    this.#firstFrames.set(mid, { accid, stop });
  }

  #showPreview(): void {
    const track = this.devices.track('video');
    if (this.#preview?.getTracks()[0] !== track) this.#preview = track && new MediaStream([track]);
    if (this.#localView) show(this.#localView, this.#preview);
  }
}
