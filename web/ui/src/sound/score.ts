// The tones of a call, written as notes and synthesised as samples: our own melodies, nothing recorded. A ring is one
// period that a player loops, so that no timer is needed to keep it going and stopping is exact.

/** A note: when it starts, how long it sounds, what it is. */
export interface Note {
  /** Seconds from the start of the score. */
  readonly at: number;
  /** Hertz. */
  readonly frequency: number;
  /** Seconds until it has died away. */
  readonly length: number;
  /** 0 to 1. */
  readonly loudness: number;
}

/** A tone: its notes, its length, and whether it repeats. */
export interface Score {
  readonly notes: readonly Note[];
  /** Seconds; of one period, if it repeats. */
  readonly length: number;
  readonly loops: boolean;
  /** Timbre: `bell` has an attack like a struck bar, `breath` swells and fades. */
  readonly voice: 'bell' | 'breath';
}

export type ToneName = 'ring' | 'ringback' | 'connected' | 'ended' | 'busy' | 'waiting';

const C5 = 523.25;
const D5 = 587.33;
const E5 = 659.25;
const G5 = 783.99;
const A5 = 880;
const C6 = 1046.5;
const G4 = 392;
const A4 = 440;
const E4 = 329.63;

/** Someone calls: a rising figure that answers itself, on a pentatonic scale so that it never sounds harsh. */
const ring: Score = {
  voice: 'bell',
  loops: true,
  length: 3.2,
  notes: [
    { at: 0.0, frequency: G4, length: 1.1, loudness: 0.5 },
    { at: 0.0, frequency: C5, length: 0.9, loudness: 0.8 },
    { at: 0.18, frequency: E5, length: 0.9, loudness: 0.8 },
    { at: 0.36, frequency: G5, length: 0.9, loudness: 0.85 },
    { at: 0.54, frequency: C6, length: 1.4, loudness: 0.9 },
    { at: 1.08, frequency: A4, length: 1.1, loudness: 0.45 },
    { at: 1.08, frequency: A5, length: 0.9, loudness: 0.8 },
    { at: 1.26, frequency: G5, length: 0.9, loudness: 0.75 },
    { at: 1.44, frequency: E5, length: 0.9, loudness: 0.75 },
    { at: 1.62, frequency: D5, length: 1.4, loudness: 0.7 },
  ],
};

/** It rings over there: two soft breaths, then patience. */
const ringback: Score = {
  voice: 'breath',
  loops: true,
  length: 3.6,
  notes: [
    { at: 0.0, frequency: E4, length: 1.0, loudness: 0.4 },
    { at: 0.0, frequency: A4, length: 1.0, loudness: 0.5 },
    { at: 0.75, frequency: E4, length: 1.3, loudness: 0.35 },
    { at: 0.75, frequency: C5, length: 1.3, loudness: 0.5 },
  ],
};

const connected: Score = {
  voice: 'bell',
  loops: false,
  length: 0.7,
  notes: [
    { at: 0.0, frequency: G5, length: 0.4, loudness: 0.4 },
    { at: 0.1, frequency: C6, length: 0.6, loudness: 0.45 },
  ],
};

const ended: Score = {
  voice: 'bell',
  loops: false,
  length: 0.9,
  notes: [
    { at: 0.0, frequency: E5, length: 0.5, loudness: 0.4 },
    { at: 0.14, frequency: A4, length: 0.7, loudness: 0.4 },
  ],
};

const busy: Score = {
  voice: 'breath',
  loops: false,
  length: 1.5,
  notes: [0, 0.42, 0.84].map((at) => ({ at, frequency: A4, length: 0.34, loudness: 0.5 })),
};

/** Someone else calls during a call: now and then two soft knocks that do not drown a voice. */
const waiting: Score = {
  voice: 'bell',
  loops: true,
  length: 4.6,
  notes: [
    { at: 0.0, frequency: E5, length: 0.5, loudness: 0.35 },
    { at: 0.22, frequency: G5, length: 0.8, loudness: 0.35 },
  ],
};

export const scores: Record<ToneName, Score> = { ring, ringback, connected, ended, busy, waiting };

/** Partials of a struck bar: loudness and how much faster each dies away than the fundamental. */
const BELL: readonly [ratio: number, loudness: number, decay: number][] = [
  [1, 1, 1],
  [2, 0.28, 1.6],
  [3.01, 0.1, 2.6],
  [4.2, 0.05, 4],
];
const BREATH: readonly [ratio: number, loudness: number, decay: number][] = [
  [1, 1, 1],
  [2, 0.12, 1],
];
const PEAK = 0.5;

/** Samples of one period of `score`, mono, within -1..=1. What rings past the end of a loop is added to its start. */
export function synthesise(score: Score, sampleRate: number): Float32Array<ArrayBuffer> {
  const length = Math.round(score.length * sampleRate);
  const samples = new Float32Array(length);
  const partials = score.voice === 'bell' ? BELL : BREATH;
  for (const note of score.notes) {
    const start = Math.round(note.at * sampleRate);
    const count = Math.round(note.length * sampleRate);
    for (let i = 0; i < count; i += 1) {
      const index = start + i;
      if (index >= length && !score.loops) break;
      const seconds = i / sampleRate;
      let value = 0;
      for (const [ratio, loudness, decay] of partials) {
        value +=
          loudness *
          envelope(score.voice, seconds, note.length, decay) *
          Math.sin(2 * Math.PI * note.frequency * ratio * seconds);
      }
      samples[index % length] = (samples[index % length] ?? 0) + value * note.loudness;
    }
  }
  return normalise(samples);
}

function envelope(voice: Score['voice'], seconds: number, length: number, decay: number): number {
  const left = Math.min(1, (length - seconds) / 0.02);
  if (voice === 'breath') return Math.sin((Math.PI * seconds) / length) ** 1.5;
  return Math.min(1, seconds / 0.004) * Math.exp((-5 * decay * seconds) / length) * left;
}

function normalise(samples: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const loudest = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (loudest === 0) return samples;
  const factor = PEAK / loudest;
  return samples.map((value) => value * factor);
}
