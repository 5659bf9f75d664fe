// This device's microphone or camera: open or closed as it is wanted, whatever the platform does meanwhile. The app may put
// a track of its own in its place, and a processor behind it.
import { type HulloError, messageOf } from '../errors.ts';
import type { DeviceFailure, DeviceState, TrackProcessor } from '../types.ts';
import type { CaptureKind } from '../wire.ts';
import type { DeviceChoice } from './constraints.ts';
import { deviceError, failureOf } from './device_failure.ts';
import { Processing } from './processing.ts';
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
  /** The app's processor has failed outside of `setProcessor()`. */
  processorFailed(error: HulloError): void;
}

/** A device that ends sooner than this after it was opened is not tried again. */
const LIFE_MS_MIN = 2_000;

/** The entry by which some browsers name what the system has chosen. */
const SYSTEM_DEFAULT = 'default';

/**
 * One kind of device. Invariant: while it is not wanted, no track of a device is open; a track that the platform hands over
 * late is stopped at once.
 */
export class CaptureDevice {
  readonly kind: CaptureKind;
  readonly #requests: TrackRequests;
  readonly #events: DeviceEvents;
  readonly #processing: Processing;
  #choice: DeviceChoice;
  /** The machine's devices of this kind, as far as they are known and have not failed. */
  #known: readonly MediaDeviceInfo[] = [];
  #isWanted = false;
  #report: DeviceReport = { state: 'off' };
  /** What comes in, of the device or of the app, while it is open. */
  #input: MediaStreamTrack | undefined;
  /** What `deviceId` was before it was asked for: one that is replaced is gone for a moment, which is no news. */
  #deviceIdBefore: string | undefined;
  /** The app's track in place of the device's. */
  #own: MediaStreamTrack | undefined;
  /** Ends what listens to the input. */
  #watch = new AbortController();
  /** Grows with each attempt to open and each close: an attempt that comes back to another number is stale. */
  #attempt = 0;
  /** How many were chosen. */
  #choices = 0;

  constructor(kind: CaptureKind, choice: DeviceChoice, requests: TrackRequests, events: DeviceEvents) {
    this.kind = kind;
    this.#choice = choice;
    this.#requests = requests;
    this.#events = events;
    this.#processing = new Processing({ changed: events.changed, failed: events.processorFailed });
  }

  /** What goes out, if it is open: processed, where there is a processor. */
  get track(): MediaStreamTrack | undefined {
    return this.#processing.output;
  }

  /** Of the device that is open; undefined for a track of the app. */
  get settings(): MediaTrackSettings | undefined {
    return this.#own ? undefined : this.#input?.getSettings();
  }

  /** The device that is open or, while none is, the one that was chosen. */
  get deviceId(): string | undefined {
    if (this.#own) return undefined;
    if (this.#report.state === 'asking') return this.#deviceIdBefore;
    return this.#input ? this.settings?.deviceId : this.#choice.deviceId;
  }

  /** Opens or closes the device; idempotent. What comes of it is reported. */
  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    if (isWanted) void this.#openAndReport();
    else {
      this.#close();
      this.#say({ state: 'off' });
    }
  }

  /** Tries it again if it is wanted and has failed. What comes of it is reported. */
  retry(): void {
    if (this.#report.state !== 'failed') return;
    if (this.#own?.readyState === 'ended') this.#own = undefined;
    void this.#openAndReport();
  }

  /**
   * Uses another device from now on. When one is open, this one takes its place; rejects, with the old one open again,
   * when that fails. Resolves with whether it counts, which it does unless another was chosen meanwhile.
   */
  async choose(choice: DeviceChoice): Promise<boolean> {
    this.#choices += 1;
    const number = this.#choices;
    if (!this.#isWanted) {
      this.#own = undefined;
      this.#choice = choice;
      return true;
    }
    // Many phones cannot open a second camera beside the first.
    this.#close();
    const own = this.#own;
    this.#own = undefined;
    const opening = this.#open({ ...choice, exact: true });
    const attempt = this.#attempt;
    try {
      await opening;
      if (number !== this.#choices) return false;
      this.#choice = choice;
      return true;
    } catch (error) {
      if (attempt === this.#attempt) {
        this.#own = own;
        this.#forget(choice.deviceId);
        void this.#openAndReport();
      }
      throw deviceError(this.kind, error);
    }
  }

  /** Uses a track of the app from now on, or the device again. The app's track is never stopped here. */
  useTrack(own: MediaStreamTrack | undefined): void {
    if (own === this.#own && this.#report.state !== 'failed') return;
    this.#close();
    this.#own = own;
    if (this.#isWanted) void this.#openAndReport();
  }

  /** Puts a processor behind it, or none. Rejects with `processor_failed`, and goes on without it, when it does not start. */
  setProcessor(processor: TrackProcessor | undefined): Promise<void> {
    return this.#processing.use(processor);
  }

  /** The machine's devices of this kind are these now: what has failed is tried again, what is preferred is taken. */
  follow(devices: readonly MediaDeviceInfo[]): void {
    this.#known = devices;
    if (this.#own || !this.#isWanted) return;
    const { state, failure } = this.#report;
    const mayHelp = failure !== 'denied' && failure !== 'insecure' && devices.length > 0;
    if (state === 'failed' && mayHelp) this.retry();
    if (state !== 'on') return;
    const { deviceId, groupId } = this.settings ?? {};
    const { deviceId: chosen } = this.#choice;
    if (chosen !== undefined && chosen !== SYSTEM_DEFAULT) {
      const isBack = chosen !== deviceId && devices.some((device) => device.deviceId === chosen);
      // What cannot be had goes on with the one that is open.
      if (isBack) this.choose(this.#choice).catch(() => {});
      return;
    }
    // The system has another default, such as a headset that was plugged in.
    const system = devices.find((device) => device.deviceId === SYSTEM_DEFAULT);
    if (deviceId !== SYSTEM_DEFAULT || system === undefined || system.groupId === groupId) return;
    this.#close();
    void this.#openAndReport();
  }

  /** `missing`: how it has failed if there is no such device. */
  async #openAndReport(missing: DeviceFailure = 'missing'): Promise<void> {
    const { deviceId } = this.#choice;
    // Browsers may take a device that is merely preferred for a hint, and give another.
    const isThere = deviceId !== undefined && this.#known.some((device) => device.deviceId === deviceId);
    const opening = this.#open(isThere ? { ...this.#choice, exact: true } : this.#choice);
    const attempt = this.#attempt;
    try {
      await opening;
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const failure = failureOf(error);
      // The chosen one cannot be had: any other is better than none.
      if (isThere && (failure === 'busy' || failure === 'missing')) {
        this.#forget(deviceId);
        return this.#openAndReport(missing);
      }
      this.#fail(failure === 'missing' ? missing : failure, messageOf(error));
    }
  }

  /** It has failed: until the browser says that something has changed, it is not asked for by name. */
  #forget(deviceId: string | undefined): void {
    this.#known = this.#known.filter((device) => device.deviceId !== deviceId);
  }

  /** Opens a device, or takes the app's track. When another attempt or a close has come between, what was opened is closed again. */
  async #open(choice: DeviceChoice): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#say({ state: 'asking' });
    const input = this.#own ?? (await this.#requests.track(this.kind, choice));
    if (attempt !== this.#attempt) {
      if (input !== this.#own) input.stop();
      return;
    }
    if (input.readyState === 'ended') return this.#handleEnd(input, 0);
    const openedAtMs = performance.now();
    this.#watch = new AbortController();
    const { signal } = this.#watch;
    const ended = () => this.#handleEnd(input, performance.now() - openedAtMs);
    input.addEventListener('ended', ended, { once: true, signal });
    this.#input = input;
    await this.#processing.start(input);
    if (attempt === this.#attempt) this.#say({ state: 'on' });
  }

  /**
   * Unplugged, or taken away by the person or the system: go on with another of its kind if there is one. In place of the app's
   * own track no device is opened by itself: whoever stops sharing a window does not expect the camera.
   */
  #handleEnd(input: MediaStreamTrack, lifeMs: number): void {
    const isOwn = input === this.#own;
    this.#close();
    if (isOwn || lifeMs < LIFE_MS_MIN) this.#fail('ended', `${input.label || this.kind} ended`);
    else void this.#openAndReport('ended');
  }

  #close(): void {
    this.#deviceIdBefore = this.deviceId;
    this.#attempt += 1;
    this.#watch.abort();
    const input = this.#input;
    this.#input = undefined;
    this.#processing.stop();
    if (input !== this.#own) input?.stop();
  }

  #fail(failure: DeviceFailure, message: string): void {
    this.#say({ state: 'failed', failure, message });
  }

  #say(report: DeviceReport): void {
    if (report.state === 'asking') this.#deviceIdBefore ??= this.deviceId;
    else this.#deviceIdBefore = undefined;
    this.#report = report;
    this.#events.reported(report);
  }
}
