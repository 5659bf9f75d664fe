// Asks the browser for microphone and camera. What is wanted at the same moment is asked for in one prompt.
import type { CaptureKind } from '../wire.ts';
import { constraintsFor, type DeviceChoice } from './constraints.ts';
import { failureOf, InsecurePageError } from './device_failure.ts';

interface TrackRequest {
  readonly kind: CaptureKind;
  readonly constraints: MediaStreamConstraints;
  resolve(track: MediaStreamTrack): void;
  reject(error: unknown): void;
}

/** The requests of one device engine. */
export class TrackRequests {
  /** What is collected for one prompt. */
  #collected: TrackRequest[] | undefined;

  /** Asks in one prompt for all that `wanting` asks for. */
  together(wanting: () => void): void {
    const collected: TrackRequest[] = [];
    this.#collected = collected;
    wanting();
    this.#collected = undefined;
    if (collected.length > 1) void askTogether(collected);
    else for (const request of collected) void askAlone(request);
  }

  /** A track of a device. Rejects as `getUserMedia` does, and with {@link InsecurePageError}. */
  track(kind: CaptureKind, choice: DeviceChoice): Promise<MediaStreamTrack> {
    return new Promise((resolve, reject) => {
      const request = { kind, constraints: constraintsFor(kind, choice), resolve, reject };
      if (this.#collected) this.#collected.push(request);
      else void askAlone(request);
    });
  }
}

async function askAlone(request: TrackRequest): Promise<void> {
  try {
    hand(request, await open(request.constraints));
  } catch (error) {
    request.reject(error);
  }
}

/** One prompt for all; where that fails, each may still be had without the other. */
async function askTogether(requests: readonly TrackRequest[]): Promise<void> {
  let stream: MediaStream;
  try {
    stream = await open(Object.assign({}, ...requests.map(({ constraints }) => constraints)));
  } catch (error) {
    const alone = await worthAskingAlone(requests, error);
    for (const request of requests) {
      if (alone.includes(request)) void askAlone(request);
      else request.reject(error);
    }
    return;
  }
  for (const request of requests) hand(request, stream);
}

/**
 * A missing or busy camera must not cost the microphone. What the person has just declined is not asked for a second time;
 * what was not even asked for, because the other is blocked for this page, is.
 */
async function worthAskingAlone(requests: readonly TrackRequest[], error: unknown): Promise<TrackRequest[]> {
  const failure = failureOf(error);
  if (failure === 'insecure') return [];
  if (failure !== 'denied') return [...requests];
  const permissions = await Promise.all(requests.map(({ kind }) => permissionFor(kind)));
  const isBlocked = permissions.includes('denied');
  return requests.filter((_, index) => {
    const permission = permissions[index];
    return permission !== 'denied' && (permission !== 'prompt' || isBlocked);
  });
}

/** Undefined where the browser does not say. */
async function permissionFor(kind: CaptureKind): Promise<PermissionState | undefined> {
  const name = (kind === 'audio' ? 'microphone' : 'camera') as PermissionName;
  try {
    return (await navigator.permissions.query({ name })).state;
  } catch {
    return undefined;
  }
}

async function open(constraints: MediaStreamConstraints): Promise<MediaStream> {
  const devices = globalThis.navigator?.mediaDevices;
  if (!devices) throw new InsecurePageError();
  return devices.getUserMedia(constraints);
}

function hand({ kind, resolve, reject }: TrackRequest, stream: MediaStream): void {
  const [track] = kind === 'audio' ? stream.getAudioTracks() : stream.getVideoTracks();
  if (track) resolve(track);
  else reject(new Error(`the browser gave no ${kind} track`));
}
