// The parts of a browser that the SDK touches, driven by the tests.
import { vi } from 'vitest';

/** A microphone's, camera's or remote track. */
export class FakeTrack extends EventTarget {
  readyState: MediaStreamTrackState = 'live';
  label = '';
  contentHint = '';

  constructor(
    readonly kind: 'audio' | 'video',
    readonly settings: MediaTrackSettings = {},
  ) {
    super();
  }

  stop(): void {
    this.readyState = 'ended';
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  /** Unplugs the device. */
  end(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

export class FakeStream {
  constructor(private readonly tracks: FakeTrack[] = []) {}
  getTracks(): FakeTrack[] {
    return this.tracks;
  }
  getAudioTracks(): FakeTrack[] {
    return this.tracks.filter(({ kind }) => kind === 'audio');
  }
  getVideoTracks(): FakeTrack[] {
    return this.tracks.filter(({ kind }) => kind === 'video');
  }
}

/** One prompt, for microphone, camera or both. */
interface OpenRequest {
  kind: 'audio' | 'video' | 'screen';
  constraints: MediaStreamConstraints;
  /** Hands over a track of the one kind that was asked for. */
  grant(track?: FakeTrack): FakeTrack;
  /** Hands over both. */
  grantBoth(): { microphone: FakeTrack; camera: FakeTrack };
  refuse(name: string): void;
}

/** `navigator.mediaDevices`: each request waits until the test grants or refuses it. */
export class FakeDevices extends EventTarget {
  readonly requests: OpenRequest[] = [];
  list: Partial<MediaDeviceInfo>[] = [];

  getUserMedia(constraints: MediaStreamConstraints): Promise<FakeStream> {
    return this.#ask(constraints.audio ? 'audio' : 'video', constraints);
  }

  getDisplayMedia(constraints: MediaStreamConstraints): Promise<FakeStream> {
    return this.#ask('screen', constraints);
  }

  #ask(kind: OpenRequest['kind'], constraints: MediaStreamConstraints): Promise<FakeStream> {
    return new Promise((resolve, reject) => {
      this.requests.push({
        kind,
        constraints,
        grant: (track = new FakeTrack(kind === 'audio' ? 'audio' : 'video')) => {
          resolve(new FakeStream([track]));
          return track;
        },
        grantBoth: () => {
          const [microphone, camera] = [new FakeTrack('audio'), new FakeTrack('video')];
          resolve(new FakeStream([microphone, camera]));
          return { microphone, camera };
        },
        refuse: (name) => reject(new DOMException(`${kind} refused`, name)),
      });
    });
  }

  async enumerateDevices(): Promise<Partial<MediaDeviceInfo>[]> {
    return this.list;
  }

  /** The machine has these devices now. */
  plug(...list: Partial<MediaDeviceInfo>[]): void {
    this.list = list;
    this.dispatchEvent(new Event('devicechange'));
  }

  /** The newest request for a kind, by itself or with the other. */
  asked(kind: OpenRequest['kind']): OpenRequest {
    const isFor = (one: OpenRequest) =>
      one.kind === 'screen' ? kind === 'screen' : kind !== 'screen' && Boolean(one.constraints[kind]);
    const request = this.requests.findLast(isFor);
    if (!request) throw new Error(`no ${kind} was asked for`);
    return request;
  }
}

class FakeTransceiver {
  mid: string | null = null;
  codecs: unknown[] = [];
  readonly sent: (FakeTrack | null)[] = [];
  readonly sender = {
    replaceTrack: async (track: FakeTrack | null) => {
      this.sent.push(track);
    },
    getParameters: () => structuredClone(this.parameters),
    setParameters: async (parameters: { encodings: RTCRtpEncodingParameters[] }) => {
      this.parameters = parameters;
    },
  };
  /** How it is encoded. */
  parameters: { encodings: RTCRtpEncodingParameters[] };
  readonly receiver: { track: FakeTrack; stats: object[]; getStats(): Promise<Map<string, object>> };

  constructor(
    readonly kind: 'audio' | 'video',
    readonly init: RTCRtpTransceiverInit,
  ) {
    this.parameters = { encodings: init.sendEncodings ?? [] };
    const stats: object[] = [];
    this.receiver = {
      track: new FakeTrack(kind),
      stats,
      getStats: async () => new Map(stats.map((entry, index) => [String(index), entry])),
    };
  }

  setCodecPreferences(codecs: unknown[]): void {
    this.codecs = codecs;
  }

  /** What flows out now. */
  get flowing(): FakeTrack | null {
    return this.sent.at(-1) ?? null;
  }
}

export class FakePeerConnection {
  static all: FakePeerConnection[] = [];
  static get newest(): FakePeerConnection {
    const connection = FakePeerConnection.all.at(-1);
    if (!connection) throw new Error('no connection was made');
    return connection;
  }

  connectionState: RTCPeerConnectionState = 'new';
  signalingState: RTCSignalingState = 'stable';
  localDescription: { sdp: string } | null = null;
  onconnectionstatechange: (() => void) | null = null;
  readonly transceivers: FakeTransceiver[] = [];
  readonly offers: RTCOfferOptions[] = [];
  readonly answers: string[] = [];
  /** What `getStats` gives. */
  stats: object[] = [];

  constructor(public configuration: RTCConfiguration) {
    FakePeerConnection.all.push(this);
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configuration = configuration;
  }

  addTransceiver(kind: 'audio' | 'video', init: RTCRtpTransceiverInit): FakeTransceiver {
    const transceiver = new FakeTransceiver(kind, init);
    this.transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  async createOffer(options: RTCOfferOptions): Promise<{ sdp: string }> {
    if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
    this.offers.push(options);
    return { sdp: `offer ${this.offers.length}` };
  }

  async setLocalDescription(description: { sdp: string }): Promise<void> {
    if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
    this.localDescription = description;
    this.signalingState = 'have-local-offer';
    this.transceivers.forEach((transceiver, index) => {
      transceiver.mid = String(index);
    });
  }

  async setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    if (sdp === 'garbage') throw new DOMException('cannot be parsed', 'OperationError');
    this.answers.push(sdp);
    this.signalingState = 'stable';
  }

  async getStats(): Promise<Map<string, object>> {
    return new Map(this.stats.map((entry, index) => [String(index), entry]));
  }

  close(): void {
    this.connectionState = 'closed';
    this.signalingState = 'closed';
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  track(kind: 'audio' | 'video'): FakeTransceiver {
    const transceiver = this.transceivers.find((one) => one.kind === kind);
    if (!transceiver) throw new Error(`no ${kind} m-line`);
    return transceiver;
  }

  line(mid: string): FakeTransceiver {
    const transceiver = this.transceivers.find((one) => one.mid === mid);
    if (!transceiver) throw new Error(`no m-line ${mid}`);
    return transceiver;
  }
}

/** An audio or video element. */
export class FakeElement {
  static all: FakeElement[] = [];
  static blocked = false;
  srcObject: FakeStream | null = null;
  muted = false;
  volume = 1;
  playsInline = false;
  autoplay = false;
  paused = true;
  sink = '';
  /** Set by `requestVideoFrameCallback`. */
  showFrame: ((now: number, metadata: { width: number; height: number }) => void) | undefined;

  constructor() {
    FakeElement.all.push(this);
  }

  async play(): Promise<void> {
    if (FakeElement.blocked) throw new DOMException('a gesture is needed', 'NotAllowedError');
    this.paused = false;
  }

  pause(): void {
    this.paused = true;
  }

  async setSinkId(id: string): Promise<void> {
    if (id === 'gone') throw new DOMException('no such speaker', 'NotFoundError');
    this.sink = id;
  }

  cancelVideoFrameCallback(): void {
    this.showFrame = undefined;
  }

  requestVideoFrameCallback(callback: FakeElement['showFrame']): number {
    this.showFrame = callback;
    return 1;
  }

  get playing(): FakeTrack | undefined {
    return this.srcObject?.getTracks()[0];
  }
}

class FakeDocument extends EventTarget {
  visibilityState = 'visible';
  createElement(): FakeElement {
    return new FakeElement();
  }
}

export class FakeWebSocket {
  static readonly OPEN = 1;
  static all: FakeWebSocket[] = [];
  static refuses = false;
  static get newest(): FakeWebSocket {
    const socket = FakeWebSocket.all.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }

  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: string[] = [];

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    if (FakeWebSocket.refuses) throw new DOMException('mixed content', 'SecurityError');
    FakeWebSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 2;
  }

  open(): void {
    this.readyState = FakeWebSocket.OPEN;
    this.onopen?.();
  }

  drop(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

/** `sessionStorage` and `localStorage`. */
export class FakeStorage {
  constructor(readonly entries = new Map<string, string>()) {}
  getItem(key: string): string | null {
    return this.entries.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.entries.set(key, value);
  }
}

/** `navigator.locks` of one browser. */
export class FakeLocks {
  /** By name: what takes the lock from who holds it. */
  readonly #held = new Map<string, () => void>();
  /** How many requests found their lock taken. */
  waited = 0;

  get held(): string[] {
    return [...this.#held.keys()];
  }

  async request(name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>): Promise<void> {
    if (this.#held.has(name)) this.waited += 1;
    while (this.#held.has(name)) {
      await new Promise<void>((resolve, reject) => {
        const release = this.#held.get(name);
        this.#held.set(name, () => {
          release?.();
          resolve();
        });
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
    await new Promise<void>((resolve) => {
      this.#held.set(name, resolve);
      void hold().then(() => this.release(name));
    });
  }

  /** Closes the page that holds the lock. */
  release(name: string): void {
    const release = this.#held.get(name);
    this.#held.delete(name);
    release?.();
  }

  /** Closes all pages. */
  releaseAll(): void {
    for (const name of this.held) this.release(name);
  }
}

/** What is next in the test runs in another page: what the SDK keeps for a page is gone. */
export function forgetPage(): void {
  Reflect.deleteProperty(globalThis, Symbol.for('@hullo/sdk: devices of the tab'));
}

export interface FakeBrowser {
  devices: FakeDevices;
  document: FakeDocument;
  storage: FakeStorage;
  /** By the name of the permission; granted when absent. */
  permissions: Record<string, PermissionState>;
  /** The person changes a permission in the browser's settings. */
  permit(name: string, state: PermissionState): void;
}

/** Puts a browser into the globals of the test. */
export function stubBrowser(): FakeBrowser {
  FakePeerConnection.all = [];
  FakeElement.all = [];
  FakeElement.blocked = false;
  FakeWebSocket.all = [];
  FakeWebSocket.refuses = false;
  const browser: FakeBrowser = {
    devices: new FakeDevices(),
    document: new FakeDocument(),
    storage: new FakeStorage(),
    permissions: {},
    permit: (name, state) => {
      browser.permissions[name] = state;
      statuses.get(name)?.dispatchEvent(new Event('change'));
    },
  };
  const statuses = new Map<string, EventTarget>();
  const query = async ({ name }: { name: string }) => {
    const status = statuses.get(name) ?? new EventTarget();
    statuses.set(name, status);
    return Object.defineProperty(status, 'state', {
      configurable: true,
      get: () => browser.permissions[name] ?? 'granted',
    });
  };
  vi.stubGlobal('navigator', { mediaDevices: browser.devices, permissions: { query } });
  vi.stubGlobal('document', browser.document);
  vi.stubGlobal('location', new URL('https://calls.example.com/page?x=1#top'));
  vi.stubGlobal('localStorage', browser.storage);
  vi.stubGlobal('sessionStorage', new FakeStorage());
  vi.stubGlobal('MediaStream', FakeStream);
  vi.stubGlobal('Audio', FakeElement);
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.stubGlobal('RTCPeerConnection', FakePeerConnection);
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: capabilities });
  return browser;
}

function capabilities(kind: string): { codecs: { mimeType: string; sdpFmtpLine?: string }[] } {
  if (kind === 'audio')
    return { codecs: ['opus', 'red', 'PCMU'].map((name) => ({ mimeType: `audio/${name}` })) };
  return {
    codecs: [
      { mimeType: 'video/VP8' },
      { mimeType: 'video/rtx' },
      { mimeType: 'video/VP9' },
      { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=1;profile-level-id=42e01f' },
      { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=0;profile-level-id=42e01f' },
      { mimeType: 'video/AV1' },
    ],
  };
}

/** Lets everything that is ready to run run: several turns of the microtask queue. */
export async function flushMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
