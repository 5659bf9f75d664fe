import type { Quality, QualityReport } from '@hullo/sdk';
import { describe, expect, test } from 'vitest';
import { levelOf, NetworkWatch, REPORTS_IGNORED } from '../src/network.ts';

const reports = (own: Quality, remote: Quality): QualityReport[] => [
  { accid: 'alice', up: own, down: 'excellent' },
  { accid: 'bob', up: remote, down: 'down' },
];

test('the level of a report is that of its worse direction', () => {
  expect(levelOf({ accid: 'a', up: 'excellent', down: 'very_bad' })).toBe('bad');
  expect(levelOf({ accid: 'a', up: 'unknown', down: 'good' })).toBe('good');
  expect(levelOf(undefined)).toBe('unknown');
});

describe('the network watch', () => {
  test('passes over the first reports, which flutter', () => {
    const watch = new NetworkWatch();
    for (let round = 0; round < REPORTS_IGNORED; round += 1) {
      expect(watch.apply(reports('down', 'down'), 'alice')).toMatchObject({
        own: 'unknown',
        remote: 'unknown',
      });
    }
    expect(watch.apply(reports('down', 'down'), 'alice')).toMatchObject({ own: 'down', remote: 'down' });
  });

  test('judges the other side by what it sends, not by what it receives', () => {
    const watch = new NetworkWatch();
    for (let round = 0; round <= REPORTS_IGNORED; round += 1) watch.apply(reports('good', 'good'), 'alice');
    expect(watch.view.remote).toBe('good');
  });

  test('begins anew after a reset', () => {
    const watch = new NetworkWatch();
    for (let round = 0; round <= REPORTS_IGNORED; round += 1) watch.apply(reports('bad', 'bad'), 'alice');
    watch.reset();
    expect(watch.apply(reports('bad', 'bad'), 'alice')).toMatchObject({ own: 'unknown', remote: 'unknown' });
  });
});
