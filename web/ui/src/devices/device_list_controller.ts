// The devices of this machine, for the screens and the sheet that choose among them. The client says when they change.
import type { Devices } from '@hullo/sdk';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { CallClient } from '../client.ts';

/** Reads the list with the first call, because a browser names devices only to a page that may use them. */
export class DeviceListController implements ReactiveController {
  #devices: Devices | undefined;
  /** The call, and what was open in it, for which the list was last read. */
  #readFor: string | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** The devices; undefined until they are known. */
  get devices(): Devices | undefined {
    return this.#devices;
  }

  /** Takes the client as it is: reads the list when a device has opened. */
  apply(client: CallClient): void {
    const { state, current: call, local } = client;
    if (state !== 'in_call' || !call) return;
    const readFor = [call.callId, local.microphone.state === 'on', local.camera.state === 'on'].join(' ');
    if (readFor === this.#readFor) return;
    this.#readFor = readFor;
    void this.#read(client);
  }

  /** Takes the list that the client has published. */
  take(devices: Devices): void {
    this.#devices = devices;
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#readFor = undefined;
  }

  async #read(client: CallClient): Promise<void> {
    try {
      this.take(await client.devices());
    } catch {
      this.take({ microphones: [], cameras: [], speakers: [] });
    }
  }
}
