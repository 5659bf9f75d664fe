// What the app puts between a device and what the others get: noise suppression, a blurred background.
import { HulloError, messageOf } from '../errors.ts';
import { report } from '../report.ts';
import type { TrackProcessor } from '../types.ts';

/** How long a processor may take to start; it may have a model to load. */
const START_MS_MAX = 10_000;

/** What processing reports. */
export interface ProcessingEvents {
  /** {@link Processing.output} is another one. */
  changed(): void;
  /** The processor has failed; the track goes out as it is. */
  failed(error: HulloError): void;
}

/** One track on its way through at most one processor. */
export class Processing {
  readonly #events: ProcessingEvents;
  /** What the app has set. */
  #processor: TrackProcessor | undefined;
  /** The track goes out without it. */
  #hasFailed = false;
  /** What has come of the newest {@link Processing.use}. */
  #used: Promise<void> = Promise.resolve();
  /** The one that works on the input. */
  #running: TrackProcessor | undefined;
  #input: MediaStreamTrack | undefined;
  #output: MediaStreamTrack | undefined;
  /** Grows with each start and stop: what comes back to another number is stale. */
  #attempt = 0;
  /** A processor that has been told to start: no other begins meanwhile, as it may be the same. */
  #starting: Promise<unknown> = Promise.resolve();

  constructor(events: ProcessingEvents) {
    this.#events = events;
  }

  /** What goes out: nothing before a processor has started, so that nobody sees a room that was to be blurred. */
  get output(): MediaStreamTrack | undefined {
    return this.#output;
  }

  /** Takes a track. Resolves when its output is there; a processor that fails is reported and done without. */
  async start(input: MediaStreamTrack): Promise<void> {
    this.stop();
    this.#input = input;
    await this.#run().catch((error: HulloError) => this.#events.failed(error));
  }

  /** Gives the track up, which stays as it is. */
  stop(): void {
    this.#attempt += 1;
    this.#input = undefined;
    this.#switch(undefined, undefined);
  }

  /**
   * Processes by this from now on, or no more. What goes out meanwhile is what went out before. Rejects with
   * `processor_failed` when it does not start, and the track goes out as it is.
   */
  use(processor: TrackProcessor | undefined): Promise<void> {
    // Asked for again, one that has failed is tried again, and one that is starting is waited for.
    if (processor !== this.#processor || this.#hasFailed) {
      this.#processor = processor;
      this.#used = this.#run();
    }
    return this.#used;
  }

  async #run(): Promise<void> {
    this.#attempt += 1;
    this.#hasFailed = false;
    const attempt = this.#attempt;
    const [input, processor] = [this.#input, this.#processor];
    if (!input) return;
    if (!processor) return this.#switch(input, undefined);
    await this.#starting;
    if (attempt !== this.#attempt) return;
    const starting = inTime(processor, input);
    this.#starting = starting.catch(() => {});
    let output: MediaStreamTrack;
    try {
      output = await starting;
    } catch (error) {
      stop(processor);
      if (attempt !== this.#attempt) return;
      this.#hasFailed = true;
      this.#switch(input, undefined);
      throw HulloError.of('processor_failed', messageOf(error), error);
    }
    if (attempt !== this.#attempt) {
      output.stop();
      stop(processor);
      return;
    }
    output.addEventListener('ended', () => this.#handleEnd(output), { once: true });
    this.#switch(output, processor);
  }

  #handleEnd(output: MediaStreamTrack): void {
    if (output !== this.#output || !this.#input) return;
    this.#hasFailed = true;
    this.#switch(this.#input, undefined);
    this.#events.failed(HulloError.of('processor_failed', 'the track of the processor has ended'));
  }

  /** Lets another track out, then stops the processor of the one before. */
  #switch(output: MediaStreamTrack | undefined, running: TrackProcessor | undefined): void {
    const [before, old] = [this.#output, this.#running];
    this.#output = output;
    this.#running = running;
    if (before !== output) this.#events.changed();
    if (old && old !== running) stop(old);
  }
}

/** Starts a processor; rejects when that takes too long. What comes of it then is thrown away. */
function inTime(processor: TrackProcessor, input: MediaStreamTrack): Promise<MediaStreamTrack> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new Error(`the processor has not started within ${START_MS_MAX} ms`));
    }, START_MS_MAX);
    const start = async () => {
      const output = await processor.start(input);
      if (!isLate) return resolve(output);
      output.stop();
      stop(processor);
    };
    void start()
      .catch(reject)
      .finally(() => clearTimeout(timer));
  });
}

function stop(processor: TrackProcessor): void {
  try {
    processor.stop();
  } catch (error) {
    report(error);
  }
}
