// One RTCPeerConnection to the server: one audio and one video m-line both ways, and more that only receive. The client
// is always the offerer.
import type { MediaEvent, SlotKind } from '../wire.ts';
import { codecsFor, codecsToReceive, encodingFor } from './constraints.ts';
import { withStartBitrate } from './start_bitrate.ts';

const KINDS: readonly SlotKind[] = ['audio', 'video'];

/** How many m-lines receive each kind; the first of each also sends. */
export type Lines = Readonly<Record<SlotKind, number>>;

/** A connection, from its first offer to its end. */
export class Peer {
  /** The endpoint's number for it. */
  readonly id: number;
  readonly #connection: RTCPeerConnection;
  readonly #transceivers: Record<SlotKind, RTCRtpTransceiver>;
  readonly #report: (event: MediaEvent) => void;
  readonly #sending: Record<SlotKind, MediaStreamTrack | null> = { audio: null, video: null };
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
   * Adds m-lines that only receive, until there are so many, and offers them. An offer that waits for its answer goes
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
    // Calls for one sender are carried out in order (WebRTC section 5.2), so that the last one counts. It rejects only
    // when the connection is closed meanwhile.
    this.#transceivers[kind].sender.replaceTrack(track).catch(() => {});
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
    if (sdp && !this.#isClosed) this.#report({ event: 'offered', peer: this.id, sdp: withStartBitrate(sdp) });
  }

  #addSender(kind: SlotKind, lines: Lines): RTCRtpTransceiver {
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
      const known = this.#connection.getTransceivers().filter(({ receiver }) => receiver.track.kind === kind);
      for (let count = known.length; count < lines[kind]; count += 1) {
        const transceiver = this.#connection.addTransceiver(kind, { direction: 'recvonly' });
        prefer(transceiver, codecsToReceive(kind));
        this.#hasGrown = true;
      }
    }
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
