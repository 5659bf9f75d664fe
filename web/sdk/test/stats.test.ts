// The browser's statistics in the words of CallStats.
import { expect, test } from 'vitest';
import { StatsReader } from '../src/media/stats.ts';

const entries = [
  {
    type: 'inbound-rtp',
    kind: 'audio',
    mid: '0',
    totalSamplesReceived: 4_800,
    packetsReceived: 9,
    packetsLost: 1,
    bytesReceived: 900,
  },
  {
    type: 'inbound-rtp',
    kind: 'video',
    mid: '1',
    framesDecoded: 30,
    frameWidth: 960,
    frameHeight: 540,
    packetsLost: 2,
    bytesReceived: 9_000,
  },
  { type: 'inbound-rtp', kind: 'video', mid: '3', framesDecoded: 7, bytesReceived: 100 },
  { type: 'outbound-rtp', kind: 'audio', mid: '0', bytesSent: 800 },
  { type: 'outbound-rtp', kind: 'video', mid: '1', bytesSent: 8_000, framesEncoded: 31 },
  { type: 'candidate-pair', nominated: false, state: 'succeeded', currentRoundTripTime: 9 },
  { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.025 },
];
const report = new Map(entries.map((entry, index) => [String(index), entry])) as unknown as RTCStatsReport;
const slot = (mid: string, kind: 'audio' | 'video', accid: string) => ({ mid, kind, accid, muted: false });

test('stats are given for each account by its lines, and in sum', () => {
  const slots = [slot('0', 'audio', 'bob'), slot('1', 'video', 'bob'), slot('3', 'video', 'carol')];
  const stats = new StatsReader().read('connected', report, slots);
  expect(stats).toMatchObject({
    connection: 'connected',
    rttMs: 25,
    bytesSent: 8_800,
    bytesReceived: 10_000,
    framesEncoded: 31,
  });
  expect(stats.remotes).toEqual([
    {
      accid: 'bob',
      framesDecoded: 30,
      frameWidth: 960,
      frameHeight: 540,
      audioSamplesReceived: 4_800,
      audioPacketsReceived: 9,
      packetsLost: 3,
    },
    expect.objectContaining({ accid: 'carol', framesDecoded: 7, audioSamplesReceived: 0 }),
  ]);
});

test('connection that carries nothing yet has no remotes and no round trip', () => {
  const stats = new StatsReader().read('connecting', new Map() as unknown as RTCStatsReport, []);
  expect(stats).toEqual({
    connection: 'connecting',
    bytesSent: 0,
    bytesReceived: 0,
    framesEncoded: 0,
    remotes: [],
  });
});
