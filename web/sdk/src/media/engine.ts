// The device's media: carries out the endpoint's media commands on RTCPeerConnection and devices, and reports what they
// do. It decides nothing.

import { HulloError, messageOf } from '../errors.ts';
import type { CallStats, Devices } from '../types.ts';
import type { CaptureKind, MediaCommand, MediaEvent, RemoteSlot } from '../wire.ts';
import type { DeviceChoice } from './constraints.ts';
import { LocalDevice } from './device.ts';
import { loadDevice, saveDevice } from './device_choice.ts';
import { detectFirstFrame } from './first_frame.ts';
import { type Lines, Peer } from './peer.ts';
import { type IncomingSlot, Playback, show } from './playback.ts';
import { ScreenCapture } from './screen_capture.ts';
import { ScreenViews } from './screen_views.ts';
import { NO_STATS, StatsReader } from './stats.ts';

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

/** At most one connection, one microphone, one camera and one screen. */
export class MediaEngine {
  readonly #report: (event: MediaEvent) => void;
  readonly #network: MediaNetwork;
  #iceServers: readonly RTCIceServer[];
  readonly #devices: Record<CaptureKind, LocalDevice>;
  readonly #screen: ScreenCapture;
  readonly #screenViews = new ScreenViews();
  /** The signed-in account: its own screen is shown as that of anybody else. */
  readonly #self: () => string | undefined;
  readonly #playback = new Playback(loadDevice('speaker'));
  #peer: Peer | undefined;
  #flow = NOTHING;
  #slots: readonly RemoteSlot[] = [];
  readonly #stats = new StatsReader();
  /** By m-line; kept after the first picture has come, so that it is reported once for each account that takes the line. */
  readonly #firstFrames = new Map<string, FirstFrame>();
  #localView: HTMLVideoElement | null = null;
  #preview: MediaStream | undefined;

  constructor(
    report: (event: MediaEvent) => void,
    network: MediaNetwork = {},
    self: () => string | undefined = () => undefined,
  ) {
    this.#report = report;
    this.#network = network;
    this.#self = self;
    this.#screen = new ScreenCapture(report, () => {
      this.#applyFlow();
      this.#showScreens();
    });
    this.#iceServers = network.iceServers ?? [];
    this.#devices = {
      audio: this.#device('audio', loadDevice('microphone')),
      video: this.#device('video', loadDevice('camera')),
    };
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

  attachLocalView(view: HTMLVideoElement | null): void {
    if (this.#localView && this.#localView !== view) show(this.#localView, undefined);
    this.#localView = view;
    this.#showPreview();
  }

  /** The accounts that have a view, in the order in which they got it. */
  get viewed(): readonly string[] {
    return this.#playback.viewed;
  }

  attachRemoteView(accid: string, view: HTMLVideoElement | null): void {
    this.#playback.attach(accid, view);
  }

  attachScreenView(accid: string, view: HTMLVideoElement | null): void {
    this.#screenViews.attach(accid, view);
  }

  async stats(): Promise<CallStats> {
    const peer = this.#peer;
    if (!peer) return NO_STATS;
    return this.#stats.read(peer.state, await peer.stats(), this.#slots);
  }

  async devices(): Promise<Devices> {
    const all = (await globalThis.navigator?.mediaDevices?.enumerateDevices()) ?? [];
    const of = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind);
    return { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') };
  }

  async useMicrophone(deviceId: string): Promise<void> {
    await this.#devices.audio.choose({ deviceId });
    saveDevice('microphone', deviceId);
  }

  async useCamera(deviceId: string): Promise<void> {
    await this.#devices.video.choose({ deviceId });
    saveDevice('camera', deviceId);
  }

  async useSpeaker(deviceId: string): Promise<void> {
    try {
      await this.#playback.useSpeaker(deviceId);
    } catch (error) {
      throw HulloError.of('unknown', messageOf(error));
    }
    saveDevice('speaker', deviceId);
  }

  async switchCamera(): Promise<void> {
    const settings = this.#devices.video.track?.getSettings();
    if (settings?.facingMode === 'user') return this.#devices.video.choose({ facing: 'environment' });
    if (settings?.facingMode === 'environment') return this.#devices.video.choose({ facing: 'user' });
    const { cameras } = await this.devices();
    const current = cameras.findIndex(({ deviceId }) => deviceId === settings?.deviceId);
    const next = cameras[(current + 1) % cameras.length];
    if (!next) throw HulloError.of('camera_unavailable', 'this machine has no camera');
    if (next.deviceId !== settings?.deviceId) await this.useCamera(next.deviceId);
  }

  #device(kind: CaptureKind, deviceId: string | undefined): LocalDevice {
    const choice: DeviceChoice = deviceId === undefined ? {} : { deviceId };
    return new LocalDevice(kind, choice, {
      changed: () => {
        this.#applyFlow();
        if (kind === 'video') this.#showPreview();
      },
      failed: (denied, message) => this.#report({ event: 'capture_failed', kind, denied, message }),
    });
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
    this.#stats.clear();
    for (const { stop } of this.#firstFrames.values()) stop();
    this.#firstFrames.clear();
    this.#playback.clear();
    this.#showScreens();
  }

  #capture(wanted: Tracks): void {
    for (const kind of KINDS) this.#devices[kind].want(wanted[kind]);
    this.#screen.want(wanted.screen ?? false);
  }

  #applyFlow(): void {
    for (const kind of KINDS) {
      const track = this.#flow[kind] ? this.#devices[kind].track : undefined;
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
    this.#playback.apply(incoming);
    this.#showScreens();
  }

  /** The screens of the others, and this device's while it is captured. */
  #showScreens(): void {
    const tracks = new Map<string, MediaStreamTrack>();
    for (const { kind, mid, accid } of this.#slots) {
      const receiver = kind === 'screen' ? this.#peer?.receiver(mid) : undefined;
      if (receiver) tracks.set(accid, receiver.track);
    }
    const [self, { track }] = [this.#self(), this.#screen];
    if (self !== undefined && track) tracks.set(self, track);
    this.#screenViews.apply(tracks);
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
    const { track } = this.#devices.video;
    if (this.#preview?.getTracks()[0] !== track) this.#preview = track && new MediaStream([track]);
    if (this.#localView) show(this.#localView, this.#preview);
  }
}
