// One RTCPeerConnection to the server: one audio and one video m-line, both ways. The client is always the offerer.
import type { MediaEvent, SlotKind } from '../wire.ts';
import { codecsFor, ENCODINGS } from './constraints.ts';
import { withStartBitrate } from './start_bitrate.ts';

/** A connection, from its first offer to its end. */
export class Peer {
  /** Its number at the endpoint. */
  readonly id: number;
  readonly #connection: RTCPeerConnection;
  readonly #transceivers: Record<SlotKind, RTCRtpTransceiver>;
  readonly #report: (event: MediaEvent) => void;
  readonly #sending: Record<SlotKind, MediaStreamTrack | null> = { audio: null, video: null };
  /** Negotiation happens step by step; each step waits here for the one before. */
  #negotiation: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** Makes the connection with nothing attached to it. */
  constructor(id: number, report: (event: MediaEvent) => void) {
    this.id = id;
    this.#report = report;
    this.#connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.#connection.onconnectionstatechange = () => this.#reportState();
    this.#transceivers = { audio: this.#addTransceiver('audio'), video: this.#addTransceiver('video') };
  }

  /** The connection's own word for how it is. */
  get state(): RTCPeerConnectionState {
    return this.#isClosed ? 'closed' : this.#connection.connectionState;
  }

  /**
   * Makes an offer and reports it at once. Candidates are not waited for: the server has host candidates of its own and
   * learns ours from the first packets.
   */
  offer(options: RTCOfferOptions = {}): void {
    this.#negotiate(async () => {
      await this.#connection.setLocalDescription(await this.#connection.createOffer(options));
      const sdp = this.#connection.localDescription?.sdp;
      if (sdp && !this.#isClosed)
        this.#report({ event: 'offered', peer: this.id, sdp: withStartBitrate(sdp) });
    });
  }

  /** Takes the server's answer. */
  answer(sdp: string): void {
    this.#negotiate(async () => {
      // An answer to an offer that is answered already (a repeated reply) changes nothing.
      if (this.#connection.signalingState !== 'have-local-offer') return;
      await this.#connection.setRemoteDescription({ type: 'answer', sdp: withStartBitrate(sdp) });
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

  /** The browser's figures. */
  stats(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  /** Ends it at once; nothing is reported any more. */
  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  #addTransceiver(kind: SlotKind): RTCRtpTransceiver {
    const transceiver = this.#connection.addTransceiver(kind, {
      direction: 'sendrecv',
      sendEncodings: [ENCODINGS[kind]],
    });
    const codecs = codecsFor(kind);
    if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
    return transceiver;
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
