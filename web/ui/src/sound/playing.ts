// A tone that sounds, made from notes or from an app's own audio, and the browser's refusal to let it sound.
import type { Score } from './score.ts';

/** How long a browser may take to start a tone before it counts as refused. */
const REFUSED_AFTER_MS = 300;

/** Seconds over which a stopped tone fades, so that it does not click. */
const FADE = 0.02;

/** A tone that sounds, or would if the browser let it. */
export interface Playing {
  /** Tries again; works in a gesture. */
  resume(): void;
  stop(): void;
}

/** Told when the browser refuses a tone (true), and when it sounds after all (false). */
export type Refusal = (refused: boolean) => void;

/** Plays `buffer`, made of `score`. A page that nobody has touched keeps its context suspended: that is a refusal. */
export function playNotes(
  context: AudioContext,
  buffer: AudioBuffer,
  { loops }: Score,
  refusal: Refusal,
): Playing {
  const source = context.createBufferSource();
  const gain = context.createGain();
  source.buffer = buffer;
  source.loop = loops;
  source.connect(gain).connect(context.destination);
  source.start();
  const told = onceFor(refusal);
  // A context that may not run leaves `resume()` pending, so that only its state says so.
  const follow = (): void => told(context.state === 'suspended');
  const resume = (): void => void context.resume().then(follow, follow);
  const patience = context.state === 'suspended' ? setTimeout(follow, REFUSED_AFTER_MS) : undefined;
  if (context.state === 'suspended') resume();
  return {
    resume,
    stop: () => {
      clearTimeout(patience);
      told.end();
      gain.gain.setTargetAtTime(0, context.currentTime, FADE / 3);
      source.stop(context.currentTime + FADE);
    },
  };
}

/** Plays an app's own audio from its beginning. */
export function playElement(element: HTMLAudioElement, loops: boolean, refusal: Refusal): Playing {
  const told = onceFor(refusal);
  element.loop = loops;
  element.currentTime = 0;
  const resume = (): void => {
    element.play().then(
      () => told(false),
      (error: unknown) => {
        // Any other failure, such as a missing file, is no matter of gestures: the rest goes on in silence.
        if (error instanceof DOMException && error.name === 'NotAllowedError') told(true);
      },
    );
  };
  resume();
  return {
    resume,
    stop: () => {
      told.end();
      element.pause();
    },
  };
}

/** Tells changes only, and none after `end()`; not refused at first. */
function onceFor(refusal: Refusal): Refusal & { end: () => void } {
  let last = false;
  let over = false;
  const told = (refused: boolean): void => {
    if (over || refused === last) return;
    last = refused;
    refusal(refused);
  };
  const end = (): void => {
    over = true;
  };
  return Object.assign(told, { end });
}
