// The device's media: carries out the endpoint's media commands on RTCPeerConnection and devices, and reports what they
// do. It decides nothing.

import type { CallStats } from '../types.ts';
import type { AppEvent, MediaCommand, MediaEvent, RemoteSlot, SlotKind } from '../wire.ts';
import { loadDevice } from './device_choice.ts';
import { detectFirstFrame } from './first_frame.ts';
import type { IncomingSlot } from './incoming.ts';
import { LocalDevices } from './local_devices.ts';
import { type Lines, Peer } from './peer.ts';
import { Sounds } from './sounds.ts';
import { NO_STATS, StatsReader } from './stats.ts';
import { show, Views } from './views.ts';

const KINDS: readonly SlotKind[] = ['audio', 'video'];

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

/** At most one connection, one microphone and one camera. */
export class MediaEngine {
  readonly #report: (event: MediaEvent) => void;
  readonly #network: MediaNetwork;
  #iceServers: readonly RTCIceServer[];
  /** This machine's devices. */
  readonly devices: LocalDevices;
  /** The others' sound. */
  readonly sounds: Sounds;
  readonly #views = new Views();
  #peer: Peer | undefined;
  #flow: Record<SlotKind, boolean> = { audio: false, video: false };
  #slots: readonly RemoteSlot[] = [];
  #incoming: readonly IncomingSlot[] = [];
  readonly #stats = new StatsReader();
  /** By m-line; kept after the first picture has come, so that it is reported once for each account that takes the line. */
  readonly #firstFrames = new Map<string, FirstFrame>();
  #localView: HTMLVideoElement | null = null;
  #preview: MediaStream | undefined;

  /** `report` is for the endpoint, `notify` for the app. */
  constructor(
    report: (event: MediaEvent) => void,
    network: MediaNetwork = {},
    notify: (event: AppEvent) => void = () => {},
  ) {
    this.#report = report;
    this.#network = network;
    this.#iceServers = network.iceServers ?? [];
    this.sounds = new Sounds(loadDevice('speaker'), (blocked) =>
      notify({ name: 'soundBlocked', detail: { blocked } }),
    );
    this.devices = new LocalDevices(this.sounds, {
      changed: (kind) => this.#applyDevice(kind),
      reported: (kind, state) => report({ event: 'device', kind, ...state }),
      notify,
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
        this.devices.want({ audio: command.audio, video: command.video });
        break;
      case 'retry':
        this.devices.retry(command.kind);
        break;
      case 'flow':
        if (!this.#of(command.peer)) break;
        this.#flow = { audio: command.audio, video: command.video };
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
        this.devices.want({ audio: false, video: false });
        break;
    }
  }

  /** Closes everything, for good. */
  destroy(): void {
    this.#closePeer();
    this.devices.destroy();
    this.attachLocalView(null);
    this.#views.close();
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

  detachView(view: HTMLVideoElement): void {
    if (this.#localView === view) this.attachLocalView(null);
    this.#views.detach(view);
  }

  setVolume(accid: string, volume: number): void {
    this.sounds.setVolume(accid, volume, this.#incomingSounds);
  }

  async stats(): Promise<CallStats> {
    const peer = this.#peer;
    if (!peer) return NO_STATS;
    return this.#stats.read(peer.state, await peer.stats(), this.#slots);
  }

  #applyDevice(kind: SlotKind): void {
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
    this.#flow = { audio: false, video: false };
    this.#slots = [];
    this.#incoming = [];
    this.#stats.clear();
    for (const { stop } of this.#firstFrames.values()) stop();
    this.#firstFrames.clear();
    this.#views.apply([]);
    this.sounds.clear();
  }

  #applyFlow(): void {
    for (const kind of KINDS) {
      const track = this.#flow[kind] ? this.devices.track(kind) : undefined;
      this.#peer?.send(kind, track ?? null);
    }
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
    this.sounds.apply(this.#incomingSounds);
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
