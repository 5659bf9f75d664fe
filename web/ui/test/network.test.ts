import type { Quality, QualityReport } from '@hullo/sdk';
import { describe, expect, test } from 'vitest';
import { levelOf, NetworkTracker, REPORTS_IGNORED } from '../src/network.ts';

const reports = (own: Quality, remote: Quality): QualityReport[] => [
  { accid: 'alice', up: own, down: 'excellent' },
  { accid: 'bob', up: remote, down: 'down' },
];

test('level of a report is that of its worse direction', () => {
  expect(levelOf({ accid: 'a', up: 'excellent', down: 'very_bad' })).toBe('bad');
  expect(levelOf({ accid: 'a', up: 'unknown', down: 'good' })).toBe('good');
  expect(levelOf(undefined)).toBe('unknown');
});

describe('the network tracker', () => {
  test('ignores the first reports, which flutter', () => {
    const tracker = new NetworkTracker();
    for (let round = 0; round < REPORTS_IGNORED; round += 1) {
      expect(tracker.apply(reports('down', 'down'), 'alice')).toMatchObject({
        own: 'unknown',
        remote: 'unknown',
      });
    }
    expect(tracker.apply(reports('down', 'down'), 'alice')).toMatchObject({ own: 'down', remote: 'down' });
  });

  test('judges the other side by what it sends, not by what it receives', () => {
    const tracker = new NetworkTracker();
    for (let round = 0; round <= REPORTS_IGNORED; round += 1) tracker.apply(reports('good', 'good'), 'alice');
    expect(tracker.view.remote).toBe('good');
  });

  test('begins again after a reset', () => {
    const tracker = new NetworkTracker();
    for (let round = 0; round <= REPORTS_IGNORED; round += 1) tracker.apply(reports('bad', 'bad'), 'alice');
    tracker.reset();
    expect(tracker.apply(reports('bad', 'bad'), 'alice')).toMatchObject({
      own: 'unknown',
      remote: 'unknown',
    });
  });
});
