// One RTCPeerConnection to the server: one audio and one video m-line both ways, more that only receive, and one for screens
// both ways once there are any. The client is always the offerer.
import type { CaptureKind, MediaEvent, SlotKind } from '../wire.ts';
import { codecsFor, codecsToReceive, encodingFor, SCREEN_ENCODING } from './constraints.ts';
import { withScreenMark } from './screen_mark.ts';
import { withStartBitrate } from './start_bitrate.ts';

const KINDS: readonly CaptureKind[] = ['audio', 'video'];

/** How many m-lines receive each kind, of which the first also sends; and whether there is one for screens. */
export type Lines = Readonly<Record<CaptureKind, number> & { screen?: boolean }>;

/** A connection, from its first offer to its end. */
export class Peer {
  /** The endpoint's number for it. */
  readonly id: number;
  readonly #connection: RTCPeerConnection;
  readonly #transceivers: Record<CaptureKind, RTCRtpTransceiver>;
  #screen: RTCRtpTransceiver | undefined;
  readonly #report: (event: MediaEvent) => void;
  readonly #sending: Record<SlotKind, MediaStreamTrack | null> = { audio: null, video: null, screen: null };
  /** Negotiation happens step by step; each step waits here for the one before. */
  #negotiation: Promise<void> = Promise.resolve();
  /** There are m-lines that no offer has had yet. */
  #hasGrown = false;
  #isClosed = false;

  /** Makes the connection with nothing attached to it. */
  constructor(
    id: number,
    lines: Lines,
    configuration: RTCConfiguration,
    report: (event: MediaEvent) => void,
  ) {
    this.id = id;
    this.#report = report;
    this.#connection = new RTCPeerConnection(configuration);
    this.#connection.onconnectionstatechange = () => this.#reportState();
    this.#transceivers = {
      audio: this.#addSender('audio', lines),
      video: this.#addSender('video', lines),
    };
    this.#addReceivers(lines);
  }

  /** The browser's word for how the connection is. */
  get state(): RTCPeerConnectionState {
    return this.#isClosed ? 'closed' : this.#connection.connectionState;
  }

  /**
   * Makes an offer and reports it at once. Candidates are not waited for: the server has host candidates of its own and
   * learns ours from the first packets.
   */
  offer(options: RTCOfferOptions = {}): void {
    this.#negotiate(() => this.#offerNow(options));
  }

  /**
   * Adds m-lines until there are so many, and offers them. An offer that waits for its answer goes
   * first: one made now would go back behind an ICE restart in it.
   */
  grow(lines: Lines): void {
    this.#negotiate(async () => {
      this.#addReceivers(lines);
      await this.#shrinkPicture(lines);
      if (this.#hasGrown && this.#connection.signalingState === 'stable') await this.#offerNow({});
    });
  }

  /** Uses other servers from its next restart of ICE on. */
  configure(configuration: RTCConfiguration): void {
    if (!this.#isClosed) this.#connection.setConfiguration(configuration);
  }

  /** Takes the server's answer. */
  answer(sdp: string): void {
    this.#negotiate(async () => {
      // An answer to an offer that is answered already (a repeated reply) changes nothing.
      if (this.#connection.signalingState !== 'have-local-offer') return;
      await this.#connection.setRemoteDescription({ type: 'answer', sdp: withStartBitrate(sdp) });
      if (this.#hasGrown) await this.#offerNow({});
    });
  }

  /** Lets a track flow out, in place of any other of its kind; `null` for none. */
  send(kind: SlotKind, track: MediaStreamTrack | null): void {
    if (this.#isClosed || this.#sending[kind] === track) return;
    this.#sending[kind] = track;
    this.#replace(kind);
  }

  #replace(kind: SlotKind): void {
    const transceiver = kind === 'screen' ? this.#screen : this.#transceivers[kind];
    // Calls for one sender are carried out in order (WebRTC section 5.2), so that the last one counts. It rejects only
    // when the connection is closed meanwhile.
    transceiver?.sender.replaceTrack(this.#sending[kind]).catch(() => {});
  }

  /** What comes in through an m-line. */
  receiver(mid: string): RTCRtpReceiver | undefined {
    return this.#connection.getTransceivers().find((transceiver) => transceiver.mid === mid)?.receiver;
  }

  /** The browser's statistics. */
  stats(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  /** Ends it at once; nothing is reported any more. */
  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  async #offerNow(options: RTCOfferOptions): Promise<void> {
    if (this.#isClosed) return;
    this.#hasGrown = false;
    await this.#connection.setLocalDescription(await this.#connection.createOffer(options));
    const sdp = this.#connection.localDescription?.sdp;
    if (!sdp || this.#isClosed) return;
    const offer = withScreenMark(withStartBitrate(sdp), this.#screen?.mid);
    this.#report({ event: 'offered', peer: this.id, sdp: offer });
  }

  #addSender(kind: CaptureKind, lines: Lines): RTCRtpTransceiver {
    const sendEncodings = [encodingFor(kind, lines.video)];
    const transceiver = this.#connection.addTransceiver(kind, { direction: 'sendrecv', sendEncodings });
    prefer(transceiver, codecsFor(kind));
    return transceiver;
  }

  /** The more pictures everyone receives, the less this device's may take. */
  async #shrinkPicture(lines: Lines): Promise<void> {
    if (this.#isClosed) return;
    const { sender } = this.#transceivers.video;
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (!encoding) return;
    Object.assign(encoding, encodingFor('video', lines.video));
    // Rejects where an encoder does not take it; then the picture stays as it is.
    await sender.setParameters(parameters).catch(() => {});
  }

  #addReceivers(lines: Lines): void {
    if (this.#isClosed) return;
    for (const kind of KINDS) {
      const known = this.#connection
        .getTransceivers()
        .filter((transceiver) => transceiver.receiver.track.kind === kind && transceiver !== this.#screen);
      for (let count = known.length; count < lines[kind]; count += 1) {
        const transceiver = this.#connection.addTransceiver(kind, { direction: 'recvonly' });
        prefer(transceiver, codecsToReceive(kind));
        this.#hasGrown = true;
      }
    }
    if (lines.screen && !this.#screen) this.#addScreen();
  }

  /** Both ways: whoever has been shown a screen can share one without another offer. */
  #addScreen(): void {
    const sendEncodings = [SCREEN_ENCODING];
    this.#screen = this.#connection.addTransceiver('video', { direction: 'sendrecv', sendEncodings });
    prefer(this.#screen, codecsFor('video'));
    const { sender } = this.#screen;
    // Where browsers do not know it yet, the hint of the track says the same.
    const parameters = { ...sender.getParameters(), degradationPreference: 'maintain-resolution' as const };
    sender.setParameters(parameters).catch(() => {});
    this.#hasGrown = true;
    this.#replace('screen');
  }

  #negotiate(step: () => Promise<void>): void {
    this.#negotiation = this.#negotiation.then(step).catch(() => {
      if (!this.#isClosed) this.#report({ event: 'failed', peer: this.id });
    });
  }

  #reportState(): void {
    if (this.#isClosed) return;
    const state = this.#connection.connectionState;
    if (state === 'connected' || state === 'disconnected' || state === 'failed') {
      this.#report({ event: state, peer: this.id });
    }
  }
}

function prefer(transceiver: RTCRtpTransceiver, codecs: RTCRtpCodec[]): void {
  if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
}
