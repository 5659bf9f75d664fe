// Why a device cannot be had, from what the browser threw.
import { HulloError, messageOf } from '../errors.ts';
import type { DeviceFailure } from '../types.ts';
import type { CaptureKind } from '../wire.ts';

/** The page is not secure, so the browser has no devices for it. */
export class InsecurePageError extends Error {
  override readonly name = 'InsecurePageError';

  constructor() {
    super('devices need a secure page: serve it by https, or from localhost');
  }
}

/**
 * Why `getUserMedia` was refused (https://w3c.github.io/mediacapture-main/#dom-mediadevices-getusermedia), or `getDisplayMedia`
 * (https://www.w3.org/TR/screen-capture/#dom-mediadevices-getdisplaymedia).
 */
export function failureOf(error: unknown): DeviceFailure {
  // OverconstrainedError is no DOMException in every browser; all have a name.
  switch (error instanceof Error || error instanceof DOMException ? error.name : undefined) {
    case 'InsecurePageError':
      return 'insecure';
    case 'NotAllowedError':
    case 'SecurityError':
    // A screen was asked for without a gesture of the person.
    case 'InvalidStateError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    default:
      return 'busy';
  }
}

/** What an operation that wanted the device rejects with. */
export function deviceError(kind: CaptureKind, error: unknown): HulloError {
  const device = kind === 'audio' ? 'microphone' : 'camera';
  const how = failureOf(error) === 'denied' ? 'denied' : 'unavailable';
  return HulloError.of(`${device}_${how}`, messageOf(error));
}
