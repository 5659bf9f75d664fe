// When the first picture of a track has been decoded, whether or not a view shows it.

/** How often to ask for figures. Rarely where an element tells, for the pages that are not drawn at the moment. */
const POLL_MS = { alone: 60, besideProbe: 500 };

interface InboundVideo {
  type: string;
  framesDecoded?: number;
  frameWidth?: number;
  frameHeight?: number;
}

/** Calls `decoded` once with the picture's size in pixels. Returns the function that gives up. */
export function watchFirstFrame(
  receiver: RTCRtpReceiver,
  decoded: (width: number, height: number) => void,
): () => void {
  const watch = new FirstFrameWatch(receiver, decoded);
  watch.start();
  return () => watch.stop();
}

/**
 * Two ways at once, the faster wins: a video element that nobody sees (within a millisecond of the decoder, where
 * browsers draw such elements), and the receiver's figures (everywhere, but browsers renew them only now and then).
 */
class FirstFrameWatch {
  readonly #receiver: RTCRtpReceiver;
  readonly #decoded: (width: number, height: number) => void;
  #probe: HTMLVideoElement | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(receiver: RTCRtpReceiver, decoded: (width: number, height: number) => void) {
    this.#receiver = receiver;
    this.#decoded = decoded;
  }

  start(): void {
    this.#watchProbe();
    void this.#poll();
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (this.#probe) this.#probe.srcObject = null;
    this.#probe = undefined;
  }

  #watchProbe(): void {
    const probe = globalThis.document?.createElement('video');
    if (!probe?.requestVideoFrameCallback) return;
    this.#probe = probe;
    probe.muted = true;
    probe.playsInline = true;
    probe.srcObject = new MediaStream([this.#receiver.track]);
    probe.requestVideoFrameCallback((_, { width, height }) => this.#finish(width, height));
    probe.play().catch(() => {});
  }

  async #poll(): Promise<void> {
    const stats = await this.#receiver.getStats().catch(() => undefined);
    if (this.#isOver) return;
    for (const entry of (stats?.values() ?? []) as Iterable<InboundVideo>) {
      const { type, framesDecoded = 0, frameWidth = 0, frameHeight = 0 } = entry;
      if (type === 'inbound-rtp' && framesDecoded > 0) return this.#finish(frameWidth, frameHeight);
    }
    const delayMs = this.#probe ? POLL_MS.besideProbe : POLL_MS.alone;
    this.#timer = setTimeout(() => void this.#poll(), delayMs);
  }

  #finish(width: number, height: number): void {
    if (this.#isOver) return;
    this.stop();
    this.#decoded(width, height);
  }
}
