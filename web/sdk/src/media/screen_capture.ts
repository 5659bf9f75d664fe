// This device's screen, captured while it is wanted. The person chooses what is captured, each time, and may end it with the
// browser's own button.
import { messageOf } from '../errors.ts';
import type { MediaEvent } from '../wire.ts';
import { failureOf, InsecurePageError } from './device_failure.ts';

/** What `getDisplayMedia` takes and TypeScript does not know yet (https://www.w3.org/TR/screen-capture/). */
interface DisplayMediaOptions extends DisplayMediaStreamOptions {
  surfaceSwitching: 'include';
  selfBrowserSurface: 'exclude';
}

/** Sharp and not smooth: text is read, and little of it moves. */
const OPTIONS: DisplayMediaOptions = {
  video: { width: { max: 1_920 }, height: { max: 1_200 }, frameRate: { ideal: 15, max: 15 } },
  audio: false,
  // Another tab or window may be chosen while one is shared. The page of the call itself would show itself in itself.
  surfaceSwitching: 'include',
  selfBrowserSurface: 'exclude',
};

/** Invariant: while it is not wanted, nothing is captured; what the person chooses too late is stopped at once. */
export class ScreenCapture {
  readonly #report: (event: MediaEvent) => void;
  /** {@link ScreenCapture.track} is another one. */
  readonly #changed: () => void;
  #isWanted = false;
  #track: MediaStreamTrack | undefined;
  /** Grows with each time that it is wanted, or not any more: a choice that comes back to another number is stale. */
  #attempt = 0;

  constructor(report: (event: MediaEvent) => void, changed: () => void) {
    this.#report = report;
    this.#changed = changed;
  }

  /** What is captured, if anything is. */
  get track(): MediaStreamTrack | undefined {
    return this.#track;
  }

  /** Asks the person, or ends the capture; idempotent. What comes of it is reported. */
  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    this.#attempt += 1;
    if (isWanted) void this.#open(this.#attempt);
    else this.#close();
  }

  async #open(attempt: number): Promise<void> {
    try {
      const track = await requestScreen();
      if (attempt !== this.#attempt) return track.stop();
      track.addEventListener('ended', () => this.#handleEnd(track));
      this.#track = track;
      this.#changed();
      this.#report({ event: 'device', kind: 'screen', state: 'on' });
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const [failure, message] = [failureOf(error), messageOf(error)];
      this.#report({ event: 'device', kind: 'screen', state: 'failed', failure, message });
    }
  }

  /** The person has ended it, or what was captured is gone. */
  #handleEnd(track: MediaStreamTrack): void {
    if (this.#track !== track) return;
    this.#close();
    this.#report({ event: 'device', kind: 'screen', state: 'off' });
  }

  #close(): void {
    const track = this.#track;
    this.#track = undefined;
    track?.stop();
    if (track) this.#changed();
  }
}

/** To be called in the person's gesture: browsers refuse it otherwise. */
async function requestScreen(): Promise<MediaStreamTrack> {
  const devices = globalThis.navigator?.mediaDevices;
  if (!devices) throw new InsecurePageError();
  if (!devices.getDisplayMedia)
    throw new DOMException('this browser cannot capture the screen', 'NotFoundError');
  const stream = await devices.getDisplayMedia(OPTIONS);
  const [track] = stream.getVideoTracks();
  if (!track) throw new DOMException('the browser gave no picture', 'NotReadableError');
  if ('contentHint' in track) track.contentHint = 'detail';
  return track;
}
