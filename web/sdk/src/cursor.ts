// How far this device has been told of an account's messages: kept across reloads, so that none comes as new again.
import { fold } from './accid.ts';

/** What is needed of a `Storage`. */
export type KeyValues = Pick<Storage, 'getItem' | 'setItem'>;

/** The cursors of one device in one app. */
export class Cursors {
  readonly #storage: KeyValues | undefined;
  readonly #appKey: string;
  readonly #device: { readonly id: string };

  constructor(storage: KeyValues | undefined, appKey: string, device: { readonly id: string }) {
    this.#storage = storage;
    this.#appKey = appKey;
    this.#device = device;
  }

  /** The cursor of an account; undefined where this device was never told of any. */
  of(accid: string): number | undefined {
    try {
      const kept = Number(this.#storage?.getItem(this.#key(accid)) ?? undefined);
      return Number.isSafeInteger(kept) && kept >= 0 ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  keep(accid: string, cursor: number): void {
    try {
      this.#storage?.setItem(this.#key(accid), String(cursor));
    } catch {
      // Storage may be forbidden or full: after a reload this device is a new one.
    }
  }

  #key(accid: string): string {
    return `hullo:cursor:${this.#appKey}:${this.#device.id}:${fold(accid)}`;
  }
}

/** The storage that a device's id is as old as; undefined where the page may have none. */
export function storageFor(deviceId: string | undefined): KeyValues | undefined {
  try {
    return deviceId === undefined ? globalThis.sessionStorage : globalThis.localStorage;
  } catch {
    return undefined;
  }
}
