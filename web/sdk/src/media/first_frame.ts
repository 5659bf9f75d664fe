// When the first picture of a source has been decoded, whether or not a view shows it.

/** How often to read the stats: rarely where an element tells, for the pages that are not drawn at the moment. */
const POLL_MS = { alone: 60, besideProbe: 500 };
/** A new source begins with a key picture; one that has come before the stats were first read is not waited for longer. */
const KEY_PICTURE_MS_MAX = 1_000;

interface InboundVideo {
  type: string;
  framesDecoded?: number;
  keyFramesDecoded?: number;
  frameWidth?: number;
  frameHeight?: number;
}

/**
 * Calls `decoded` once with the picture's size in pixels. `isReused` says that pictures of another source have come
 * through this receiver before. Returns the function that gives up.
 */
export function detectFirstFrame(
  receiver: RTCRtpReceiver,
  isReused: boolean,
  decoded: (width: number, height: number) => void,
): () => void {
  const detector = isReused ? new SourceDetector(receiver, decoded) : new TrackDetector(receiver, decoded);
  detector.start();
  return () => detector.stop();
}

/** Reads the receiver's stats again and again until a subclass or an element says that the picture is there. */
abstract class FirstFrameDetector {
  readonly #receiver: RTCRtpReceiver;
  readonly #decoded: (width: number, height: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(receiver: RTCRtpReceiver, decoded: (width: number, height: number) => void) {
    this.#receiver = receiver;
    this.#decoded = decoded;
  }

  /** Whether the stats say that the first picture has been decoded. */
  protected abstract hasPicture(stats: InboundVideo): boolean;

  protected get pollMs(): number {
    return POLL_MS.alone;
  }

  protected get track(): MediaStreamTrack {
    return this.#receiver.track;
  }

  start(): void {
    void this.#poll();
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  protected finish(width: number, height: number): void {
    if (this.#isOver) return;
    this.stop();
    this.#decoded(width, height);
  }

  async #poll(): Promise<void> {
    const stats = await this.#receiver.getStats().catch(() => undefined);
    if (this.#isOver) return;
    for (const entry of (stats?.values() ?? []) as Iterable<InboundVideo>) {
      if (entry.type !== 'inbound-rtp' || !this.hasPicture(entry)) continue;
      return this.finish(entry.frameWidth ?? 0, entry.frameHeight ?? 0);
    }
    this.#timer = setTimeout(() => void this.#poll(), this.pollMs);
  }
}

/**
 * The first picture of a track. Two ways at once, the faster wins: a video element that nobody sees (within
 * a millisecond of the decoder, where browsers draw such elements), and the stats (everywhere, but browsers renew them
 * only now and then).
 */
class TrackDetector extends FirstFrameDetector {
  #probe: HTMLVideoElement | undefined;
  #callback = 0;

  override start(): void {
    this.#startProbe();
    super.start();
  }

  override stop(): void {
    super.stop();
    const probe = this.#probe;
    this.#probe = undefined;
    if (!probe) return;
    probe.cancelVideoFrameCallback(this.#callback);
    // An element that plays is kept by the browser, and keeps the track.
    probe.pause();
    probe.srcObject = null;
  }

  protected override get pollMs(): number {
    return this.#probe ? POLL_MS.besideProbe : POLL_MS.alone;
  }

  protected override hasPicture({ framesDecoded = 0 }: InboundVideo): boolean {
    return framesDecoded > 0;
  }

  #startProbe(): void {
    const probe = globalThis.document?.createElement('video');
    if (!probe?.requestVideoFrameCallback) return;
    this.#probe = probe;
    probe.muted = true;
    probe.playsInline = true;
    probe.srcObject = new MediaStream([this.track]);
    this.#callback = probe.requestVideoFrameCallback((_, { width, height }) => this.finish(width, height));
    probe.play().catch(() => {});
  }
}

/** The first picture of another source on a track that has shown one before: an element would show what is left of that. */
class SourceDetector extends FirstFrameDetector {
  readonly #startedAtMs = performance.now();
  #before: { frames: number; keyFrames: number } | undefined;

  protected override hasPicture({ framesDecoded = 0, keyFramesDecoded }: InboundVideo): boolean {
    const keyFrames = keyFramesDecoded ?? 0;
    this.#before ??= { frames: framesDecoded, keyFrames };
    if (keyFrames > this.#before.keyFrames) return true;
    const hasWaited =
      keyFramesDecoded === undefined || performance.now() - this.#startedAtMs > KEY_PICTURE_MS_MAX;
    return hasWaited && framesDecoded > this.#before.frames;
  }
}
