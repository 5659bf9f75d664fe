import { describe, expect, test } from 'vitest';
import { CallClock, formatDuration } from '../src/clock.ts';

test.each([
  [-5, '00:00'],
  [0, '00:00'],
  [999, '00:00'],
  [1_000, '00:01'],
  [59_999, '00:59'],
  [60_000, '01:00'],
  [3_599_000, '59:59'],
  [3_600_000, '01:00:00'],
  [363_723_000, '101:02:03'],
])('%d ms reads %s', (ms, reading) => {
  expect(formatDuration(ms)).toBe(reading);
});

describe('the clock of a call', () => {
  test('stands still while it rings', () => {
    expect(new CallClock().startedAt('a', undefined, false, 100)).toBeUndefined();
  });

  test('starts with the call when the server has not said yet how long it has been active', () => {
    const clock = new CallClock();
    expect(clock.startedAt('a', undefined, true, 100)).toBe(100);
    expect(clock.startedAt('a', undefined, true, 900)).toBe(100);
  });

  test('is right after a reload', () => {
    expect(new CallClock().startedAt('a', 60_000, true, 500)).toBe(500 - 60_000);
  });

  test('does not go back when an old view is rendered again', () => {
    const clock = new CallClock();
    clock.startedAt('a', 1_000, true, 2_000);
    expect(clock.startedAt('a', 1_000, true, 9_000)).toBe(1_000);
    expect(clock.startedAt('a', 1_500, true, 9_000)).toBe(1_000);
  });

  test('of a call on hold goes on while another is shown, whatever its old view says', () => {
    const clock = new CallClock();
    clock.startedAt('held', 0, true, 1_000);
    clock.startedAt('other', 0, true, 50_000);
    expect(clock.startedAt('held', 0, true, 90_000)).toBe(1_000);
  });

  test('starts again with another call', () => {
    const clock = new CallClock();
    clock.startedAt('a', 60_000, true, 0);
    expect(clock.startedAt('b', undefined, true, 5_000)).toBe(5_000);
  });
});
