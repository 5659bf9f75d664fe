// This device's microphone or camera: open or closed as it is wanted, whatever the platform does meanwhile.
import { messageOf } from '../errors.ts';
import type { DeviceFailure, DeviceState } from '../types.ts';
import type { SlotKind } from '../wire.ts';
import type { DeviceChoice } from './constraints.ts';
import { deviceError, failureOf } from './device_failure.ts';
import type { TrackRequests } from './track_requests.ts';

/** What a device does now. */
export interface DeviceReport {
  readonly state: DeviceState;
  /** Why it has failed. */
  readonly failure?: DeviceFailure;
  /** What the platform says of that. */
  readonly message?: string;
}

/** What a device reports. */
export interface DeviceEvents {
  /** {@link CaptureDevice.track} is another one. */
  changed(): void;
  /** It does something else now. */
  reported(report: DeviceReport): void;
}

/** A device that ends sooner than this after it was opened is not tried again. */
const LIFE_MS_MIN = 2_000;

/**
 * One kind of device. Invariant: while it is not wanted, no track is open; a track that the platform hands over late is
 * stopped at once.
 */
export class CaptureDevice {
  readonly kind: SlotKind;
  readonly #requests: TrackRequests;
  readonly #events: DeviceEvents;
  #choice: DeviceChoice;
  #isWanted = false;
  #state: DeviceState = 'off';
  #track: MediaStreamTrack | undefined;
  /** Grows with each attempt to open and each close: an attempt that comes back to another number is stale. */
  #attempt = 0;

  constructor(kind: SlotKind, choice: DeviceChoice, requests: TrackRequests, events: DeviceEvents) {
    this.kind = kind;
    this.#choice = choice;
    this.#requests = requests;
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
    else {
      this.#close();
      this.#report({ state: 'off' });
    }
  }

  /** Tries it again if it is wanted and has failed. What comes of it is reported. */
  retry(): void {
    if (this.#state === 'failed') void this.#openAndReport();
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
      throw deviceError(this.kind, error);
    }
  }

  /** `missing`: how it has failed if there is no such device. */
  async #openAndReport(missing: DeviceFailure = 'missing'): Promise<void> {
    const opening = this.#open(this.#choice);
    const attempt = this.#attempt;
    try {
      await opening;
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const failure = failureOf(error);
      this.#fail(failure === 'missing' ? missing : failure, messageOf(error));
    }
  }

  /** Opens a device. When another attempt or a close has come between, what was opened is closed again. */
  async #open(choice: DeviceChoice): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#report({ state: 'asking' });
    const track = await this.#requests.track(this.kind, choice);
    if (attempt !== this.#attempt) {
      track.stop();
      return;
    }
    const openedAtMs = performance.now();
    track.onended = () => this.#handleLoss(track, performance.now() - openedAtMs);
    this.#track = track;
    this.#events.changed();
    this.#report({ state: 'on' });
  }

  /** Unplugged, or taken away by the person or the system: go on with another of its kind if there is one. */
  #handleLoss(track: MediaStreamTrack, lifeMs: number): void {
    if (this.#track !== track) return;
    this.#close();
    if (lifeMs < LIFE_MS_MIN) this.#fail('ended', `${track.label || this.kind} ended`);
    else void this.#openAndReport('ended');
  }

  #close(): void {
    this.#attempt += 1;
    const track = this.#track;
    this.#track = undefined;
    track?.stop();
    if (track) this.#events.changed();
  }

  #fail(failure: DeviceFailure, message: string): void {
    this.#report({ state: 'failed', failure, message });
  }

  #report(report: DeviceReport): void {
    this.#state = report.state;
    this.#events.reported(report);
  }
}
