// Devices that come and go on this machine.
import type { Devices } from '../types.ts';
import type { CaptureKind } from '../wire.ts';

/** What was found out. */
export interface DeviceWatchEvents {
  /** The machine's devices are these now: one has come or gone, or is another one to the system, or they are known by name. */
  changed(devices: Devices): void;
  /** The person allows what was denied before. */
  allowed(kind: CaptureKind): void;
}

const PERMISSIONS = { audio: 'microphone', video: 'camera' } as const;

/** Follows the machine's devices until `signal` is aborted. */
export class DeviceWatch {
  readonly #events: DeviceWatchEvents;
  readonly #signal: AbortSignal;
  #devices: Devices = { microphones: [], cameras: [], speakers: [] };
  #isLooking = false;
  #mustLookAgain = false;
  /** The browser says that something has changed, even if that is not seen. */
  #isAnnounced = false;

  constructor(events: DeviceWatchEvents, signal: AbortSignal) {
    this.#events = events;
    this.#signal = signal;
    const devices = globalThis.navigator?.mediaDevices;
    const changed = () => {
      this.#isAnnounced = true;
      void this.look();
    };
    devices?.addEventListener?.('devicechange', changed, { signal });
    for (const kind of ['audio', 'video'] as const) void this.#followPermission(kind);
    void this.look();
  }

  /** As far as is known. */
  get devices(): Devices {
    return this.#devices;
  }

  /** Looks which devices there are. Changes often come several at once: one look at a time. */
  async look(): Promise<void> {
    this.#mustLookAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    while (this.#mustLookAgain && !this.#signal.aborted) {
      this.#mustLookAgain = false;
      this.#adopt(await listDevices().catch(() => this.#devices));
    }
    this.#isLooking = false;
  }

  #adopt(devices: Devices): void {
    const isNews = this.#isAnnounced || signatureOf(devices) !== signatureOf(this.#devices);
    this.#devices = devices;
    this.#isAnnounced = false;
    if (isNews && !this.#signal.aborted) this.#events.changed(devices);
  }

  /** Browsers that do not say, or do not know the name, leave it to the person to try again. */
  async #followPermission(kind: CaptureKind): Promise<void> {
    try {
      const name = PERMISSIONS[kind] as PermissionName;
      const status = await navigator.permissions.query({ name });
      const look = () => {
        if (status.state === 'granted') this.#events.allowed(kind);
      };
      status.addEventListener?.('change', look, { signal: this.#signal });
    } catch {}
  }
}

/** The devices of this machine. */
export async function listDevices(): Promise<Devices> {
  const all = (await globalThis.navigator?.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind);
  return { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') };
}

function signatureOf({ microphones, cameras, speakers }: Devices): string {
  const all = [...microphones, ...cameras, ...speakers];
  return JSON.stringify(all.map(({ kind, deviceId, groupId, label }) => [kind, deviceId, groupId, label]));
}
