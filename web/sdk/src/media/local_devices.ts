// This machine's microphone, camera and speaker: which are there, which are in use, what the person has chosen.
import { HulloError, messageOf } from '../errors.ts';
import type { Devices, DevicesInUse, TrackProcessor } from '../types.ts';
import type { AppEvent, CaptureKind } from '../wire.ts';
import { CaptureDevice, type DeviceReport } from './device.ts';
import { loadDevice, saveDevice } from './device_choice.ts';
import { DeviceWatch, listDevices } from './device_watch.ts';
import type { Sounds } from './sounds.ts';
import { TrackRequests } from './track_requests.ts';

const KINDS: readonly CaptureKind[] = ['audio', 'video'];

/** Who is told what. */
export interface LocalDevicesEvents {
  /** {@link LocalDevices.track} of this kind is another one. */
  changed(kind: CaptureKind): void;
  /** For the endpoint. */
  reported(kind: CaptureKind, report: DeviceReport): void;
  /** For the app. */
  notify(event: AppEvent): void;
}

/** The devices that one client uses. */
export class LocalDevices {
  readonly #events: LocalDevicesEvents;
  readonly #sounds: Sounds;
  readonly #requests = new TrackRequests();
  readonly #capture: Record<CaptureKind, CaptureDevice>;
  readonly #life = new AbortController();
  readonly #watch: DeviceWatch;
  /** What the app was last told, as a text. */
  #announced = '';

  constructor(sounds: Sounds, events: LocalDevicesEvents) {
    this.#sounds = sounds;
    this.#events = events;
    this.#capture = {
      audio: this.#captureDevice('audio', loadDevice('microphone')),
      video: this.#captureDevice('video', loadDevice('camera')),
    };
    this.#watch = new DeviceWatch(
      { changed: (devices) => this.#follow(devices), allowed: (kind) => this.#capture[kind].retry() },
      this.#life.signal,
    );
    this.#announced = this.#signature;
  }

  /** What goes out of this kind, while it is open. */
  track(kind: CaptureKind): MediaStreamTrack | undefined {
    return this.#capture[kind].track;
  }

  /** Opens what is wanted and closes what is not; idempotent. */
  want(wanted: Record<CaptureKind, boolean>): void {
    this.#requests.together(() => {
      for (const kind of KINDS) this.#capture[kind].want(wanted[kind]);
    });
  }

  /** Tries one again that has failed. */
  retry(kind: CaptureKind): void {
    this.#capture[kind].retry();
  }

  /** Which are in use. */
  get inUse(): DevicesInUse {
    const microphone = this.#capture.audio.deviceId;
    const camera = this.#capture.video.deviceId;
    const speaker = this.#sounds.speakerId;
    return {
      ...(microphone !== undefined && { microphone }),
      ...(camera !== undefined && { camera }),
      ...(speaker !== undefined && { speaker }),
    };
  }

  async useMicrophone(deviceId: string): Promise<void> {
    if (await this.#capture.audio.choose({ deviceId })) saveDevice('microphone', deviceId);
    this.#announce();
  }

  async useCamera(deviceId: string): Promise<void> {
    if (await this.#capture.video.choose({ deviceId })) saveDevice('camera', deviceId);
    this.#announce();
  }

  async useSpeaker(deviceId: string): Promise<void> {
    try {
      await this.#sounds.useSpeaker(deviceId);
    } catch (error) {
      throw HulloError.of('unknown', messageOf(error), error);
    }
    saveDevice('speaker', deviceId);
    this.#announce();
  }

  /** To the camera on the other side of a phone, or to the next one. */
  async switchCamera(): Promise<void> {
    const camera = this.#capture.video;
    const { facingMode, deviceId } = camera.settings ?? {};
    if (facingMode === 'user' || facingMode === 'environment') {
      await camera.choose({ facing: facingMode === 'user' ? 'environment' : 'user' });
      return;
    }
    const { cameras } = await listDevices();
    const current = cameras.findIndex((one) => one.deviceId === deviceId);
    const next = cameras[(current + 1) % cameras.length];
    if (!next) throw HulloError.of('camera_unavailable', 'this machine has no camera');
    if (next.deviceId !== deviceId) await this.useCamera(next.deviceId);
  }

  /** Puts a track of the app in place of a device, or the device back. */
  useTrack(kind: CaptureKind, track: MediaStreamTrack | undefined): void {
    this.#capture[kind].useTrack(track);
    this.#announce();
  }

  setProcessor(kind: CaptureKind, processor: TrackProcessor | undefined): Promise<void> {
    return this.#capture[kind].setProcessor(processor);
  }

  /** Closes all, and follows nothing any more. */
  destroy(): void {
    this.#life.abort();
    this.want({ audio: false, video: false });
  }

  #captureDevice(kind: CaptureKind, deviceId: string | undefined): CaptureDevice {
    return new CaptureDevice(kind, deviceId === undefined ? {} : { deviceId }, this.#requests, {
      changed: () => {
        this.#events.changed(kind);
        // Once one may be used, the browser names them all.
        if (this.#capture[kind].track) void this.#watch.look();
      },
      reported: (report) => {
        this.#events.reported(kind, report);
        this.#announce();
      },
      processorFailed: ({ code, kind: errorKind, message }) =>
        this.#events.notify({ name: 'error', detail: { error: { code, kind: errorKind, message } } }),
    });
  }

  #follow({ microphones, cameras, speakers }: Devices): void {
    this.#capture.audio.follow(microphones);
    this.#capture.video.follow(cameras);
    this.#sounds.followSpeakers(speakers);
    this.#announce();
  }

  get #signature(): string {
    return JSON.stringify([this.#watch.devices, this.inUse]);
  }

  /** In a turn of its own, so that what changes together is one event. */
  #announce(): void {
    queueMicrotask(() => {
      if (this.#life.signal.aborted || this.#signature === this.#announced) return;
      this.#announced = this.#signature;
      const detail = { devices: this.#watch.devices, inUse: this.inUse };
      this.#events.notify({ name: 'devicesChanged', detail });
    });
  }
}
