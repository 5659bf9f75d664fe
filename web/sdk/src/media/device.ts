// This device's microphone or camera: open or closed as it is wanted, whatever the platform does meanwhile.
import { HulloError, messageOf } from '../errors.ts';
import type { CaptureKind } from '../wire.ts';
import { constraintsFor, type DeviceChoice } from './constraints.ts';

/** What a device reports. */
export interface DeviceEvents {
  /** {@link LocalDevice.track} is another one. */
  changed(): void;
  /** It could not be opened, or was lost and there is no other. */
  failed(denied: boolean, message: string): void;
}

/** A device that ends sooner than this after it was opened is not tried again. */
const LIFE_MS_MIN = 2_000;

/**
 * One kind of device. Invariant: while it is not wanted, no track is open; a track that the platform hands over late is
 * stopped at once.
 */
export class LocalDevice {
  readonly kind: CaptureKind;
  readonly #events: DeviceEvents;
  #choice: DeviceChoice;
  #isWanted = false;
  #track: MediaStreamTrack | undefined;
  /** Grows with each attempt to open and each close: an attempt that comes back to another number is stale. */
  #attempt = 0;

  constructor(kind: CaptureKind, choice: DeviceChoice, events: DeviceEvents) {
    this.kind = kind;
    this.#choice = choice;
    this.#events = events;
  }

  /** The open track, if it is open. */
  get track(): MediaStreamTrack | undefined {
    return this.#track;
  }

  /** Opens or closes the device; idempotent. What comes of it is reported. */
  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    if (isWanted) void this.#openAndReport();
    else this.#close();
  }

  /**
   * Uses another device from now on. When one is open, this one takes its place; rejects, with the old one open again,
   * when that fails.
   */
  async choose(choice: DeviceChoice): Promise<void> {
    if (!this.#isWanted) {
      this.#choice = choice;
      return;
    }
    // Many phones cannot open a second camera beside the first.
    this.#close();
    const opening = this.#open({ ...choice, exact: true });
    const attempt = this.#attempt;
    try {
      await opening;
      if (attempt === this.#attempt) this.#choice = choice;
    } catch (error) {
      if (attempt === this.#attempt) void this.#openAndReport();
      throw errorOf(this.kind, error);
    }
  }

  async #openAndReport(): Promise<void> {
    const opening = this.#open(this.#choice);
    const attempt = this.#attempt;
    try {
      await opening;
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#events.failed(isDenied(error), messageOf(error));
    }
  }

  /** Opens a device. When another attempt or a close has come between, what was opened is closed again. */
  async #open(choice: DeviceChoice): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    const track = await requestTrack(this.kind, choice);
    if (attempt !== this.#attempt) {
      track.stop();
      return;
    }
    const openedAtMs = performance.now();
    track.onended = () => this.#handleLoss(track, performance.now() - openedAtMs);
    this.#track = track;
    this.#events.changed();
  }

  /** Unplugged, or taken away by the person or the system: go on with another of its kind if there is one. */
  #handleLoss(track: MediaStreamTrack, lifeMs: number): void {
    if (this.#track !== track) return;
    this.#close();
    if (lifeMs < LIFE_MS_MIN) this.#events.failed(false, `${track.label || this.kind} ended`);
    else void this.#openAndReport();
  }

  #close(): void {
    this.#attempt += 1;
    const track = this.#track;
    this.#track = undefined;
    track?.stop();
    if (track) this.#events.changed();
  }
}

async function requestTrack(kind: CaptureKind, choice: DeviceChoice): Promise<MediaStreamTrack> {
  const devices = globalThis.navigator?.mediaDevices;
  if (!devices) throw new Error('devices need a secure page: serve it by https, or from localhost');
  const stream = await devices.getUserMedia(constraintsFor(kind, choice));
  const [track] = kind === 'audio' ? stream.getAudioTracks() : stream.getVideoTracks();
  if (!track) throw new Error(`the browser gave no ${kind} track`);
  return track;
}

function isDenied(error: unknown): boolean {
  return (
    error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'SecurityError')
  );
}

function errorOf(kind: CaptureKind, error: unknown): HulloError {
  const device = kind === 'audio' ? 'microphone' : 'camera';
  const message = messageOf(error);
  return HulloError.of(isDenied(error) ? `${device}_denied` : `${device}_unavailable`, message);
}
