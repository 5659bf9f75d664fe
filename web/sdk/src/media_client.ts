// The client's own devices, and what the others' sound and pictures are played on. The endpoint has no part in it.
import { Client } from './client.ts';
import { HulloError } from './errors.ts';
import { listDevices } from './media/device_watch.ts';
import type { CallStats, Devices, DevicesInUse, TrackProcessor } from './types.ts';
import type { CaptureKind } from './wire.ts';

/** A client that plays and shows: {@link Hullo} is one. */
export abstract class MediaClient extends Client {
  /** Switches to the camera on the other side (phones) or to the next one. Rejects with `camera_unavailable` or `camera_denied`. */
  switchCamera(): Promise<void> {
    return this.whileAlive(() => this.media.devices.switchCamera());
  }

  /** The devices of this machine. */
  devices(): Promise<Devices> {
    return this.whileAlive(() => listDevices());
  }

  /** Which devices are in use; `devicesChanged` says when that changes. */
  get inUse(): DevicesInUse {
    return this.media.devices.inUse;
  }

  /**
   * Chooses the microphone by its `deviceId`, now and from now on: it is used again when it is plugged in again. Takes the place
   * of one that has failed, and of an app's own track. Rejects, and keeps the old one, when it cannot be opened.
   */
  useMicrophone(deviceId: string): Promise<void> {
    return this.whileAlive(() => this.media.devices.useMicrophone(deviceId));
  }

  /** Chooses the camera by its `deviceId`, as {@link MediaClient.useMicrophone} does the microphone. */
  useCamera(deviceId: string): Promise<void> {
    return this.whileAlive(() => this.media.devices.useCamera(deviceId));
  }

  /**
   * Chooses the speaker by its `deviceId`, now and from now on; while it is unplugged the default one takes its place. Rejects
   * where the browser does not let a page choose.
   */
  useSpeaker(deviceId: string): Promise<void> {
    return this.whileAlive(() => this.media.devices.useSpeaker(deviceId));
  }

  /**
   * Puts a track of the app in the place of the microphone or the camera, in this call and the next ones; `null` gives the
   * place back to the device. It goes out while the device would be open, and is never stopped here. When it ends, the device
   * has failed with `ended`: none is opened in its place until `retryDevice()` or a choice asks for it. Rejects with
   * `invalid_argument` for a track of the other kind or one that has ended.
   */
  useTrack(kind: 'microphone' | 'camera', track: MediaStreamTrack | null): Promise<void> {
    return this.whileAlive(() => {
      if (track && track.kind !== captureKindOf(kind)) {
        throw HulloError.of('invalid_argument', `a track of ${track.kind} cannot be the ${kind}`);
      }
      if (track?.readyState === 'ended') throw HulloError.of('invalid_argument', 'the track has ended');
      this.media.devices.useTrack(captureKindOf(kind), track ?? undefined);
    });
  }

  /**
   * Puts a processor behind the microphone or the camera, or behind the track that the app has put in its place; `null` takes
   * it away. A camera that opens sends nothing before its processor has started. One that fails is done without: this rejects
   * with `processor_failed`, or the event `error` says so when it fails later.
   */
  setProcessor(kind: 'microphone' | 'camera', processor: TrackProcessor | null): Promise<void> {
    return this.whileAlive(() =>
      this.media.devices.setProcessor(captureKindOf(kind), processor ?? undefined),
    );
  }

  /** Shows this device's camera in a `<video>` while it is open; `null` takes the view away. It is not mirrored. */
  attachLocalView(video: HTMLVideoElement | null): void {
    if (this.isDestroyed) return;
    this.media.attachLocalView(video);
  }

  /**
   * Shows a participant's picture in a `<video>`, in this call and the next ones; several of them may show the same. `null`
   * takes all views of the account away, {@link MediaClient.detachView} one.
   */
  attachRemoteView(accid: string, video: HTMLVideoElement | null): void {
    if (this.isDestroyed) return;
    this.media.attachRemoteView(accid, video);
    this.subscription.update(this.media.viewed);
  }

  /**
   * Shows the screen that an account shares in a `<video>`, in this call and the next ones, as well as in others that it was
   * given before; `null` takes all of them away. For one's own account, one's own screen.
   */
  attachScreenView(accid: string, video: HTMLVideoElement | null): void {
    if (this.isDestroyed) return;
    this.media.attachScreenView(accid, video);
  }

  /** Takes a view away, whatever it shows. */
  detachView(video: HTMLVideoElement): void {
    this.media.detachView(video);
    this.subscription.update(this.media.viewed);
  }

  /** How loud a participant is played, 0 to 1; 1 unless `setVolume()` says otherwise. */
  volumeOf(accid: string): number {
    return this.media.sounds.volumeOf(accid);
  }

  /**
   * Plays a participant as loud as this, 0 to 1, in this call and the next ones of this page. The others notice nothing. It
   * changes nothing on iPhones and iPads, where the system's buttons alone do. Throws `invalid_argument` for another number.
   */
  setVolume(accid: string, volume: number): void {
    if (!(volume >= 0 && volume <= 1)) {
      throw HulloError.of('invalid_argument', `volume is ${volume}: write a number from 0 to 1`);
    }
    this.media.setVolume(accid, volume);
  }

  /** The browser keeps the others silent until the person does something on the page: {@link MediaClient.startSound}. */
  get soundBlocked(): boolean {
    return this.media.sounds.isBlocked;
  }

  /**
   * Plays sound that the browser has blocked: to be called when the person presses a button. Any press on the page does the
   * same by itself. Resolves when the sound plays; rejects with `sound_blocked` when the browser still does not let it.
   */
  startSound(): Promise<void> {
    return this.whileAlive(async () => {
      if (await this.media.sounds.start()) return;
      throw HulloError.of('sound_blocked', 'call startSound() while a click or a key press is handled');
    });
  }

  /**
   * Says whose pictures are received in a group call, the most important first; counts for this call. By default
   * (`attached`) these are the participants that have a view, in the order in which the views were attached.
   */
  showVideos(accids: readonly string[] | 'attached'): Promise<void> {
    return this.whileAlive(() => this.subscription.choose(accids));
  }

  /** Statistics of the running connection. */
  stats(): Promise<CallStats> {
    return this.whileAlive(() => this.media.stats());
  }
}

function captureKindOf(kind: 'microphone' | 'camera'): CaptureKind {
  return kind === 'microphone' ? 'audio' : 'video';
}
