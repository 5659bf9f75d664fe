import type { EndReason } from '@hullo/sdk';
import { describe, expect, test } from 'vitest';
import { noticeOfEnd } from '../src/ending.ts';
import { explainError, isOvertaken } from '../src/errors.ts';
import { texts } from '../src/texts.ts';

const remote = { accid: 'bob', name: 'Bob' };

function notice(reason: EndReason, by: string | undefined, caller = 'alice', durationMs = 0) {
  return noticeOfEnd({ reason, by, durationMs, me: 'alice', caller, remote }, 'en');
}

describe('the notice at the end of a call', () => {
  test.each<[EndReason, string | undefined, string, string]>([
    ['hung_up', 'bob', 'alice', 'Bob hung up'],
    ['hung_up', 'alice', 'alice', 'Call ended'],
    ['cancelled', 'alice', 'alice', 'Call cancelled'],
    ['cancelled', 'bob', 'bob', 'Bob cancelled the call'],
    ['rejected', 'bob', 'alice', 'Bob declined the call'],
    ['rejected', 'alice', 'bob', 'Call declined'],
    ['busy', 'bob', 'alice', 'Bob is on another call'],
    ['timed_out', undefined, 'alice', 'Bob didn’t answer'],
    ['timed_out', undefined, 'bob', 'Missed call'],
    ['unreachable', undefined, 'alice', 'Bob can’t be reached right now'],
    ['unreachable', undefined, 'bob', 'Missed call'],
    ['connect_timed_out', undefined, 'alice', 'The call could not connect'],
    ['lost', 'bob', 'alice', 'Bob lost the connection'],
    ['lost', 'alice', 'alice', 'You lost the connection'],
    ['logged_out', 'bob', 'alice', 'Bob left the call'],
    ['logged_out', 'alice', 'alice', 'You signed out'],
    ['token_refused', 'alice', 'alice', 'This call was not authorised'],
    ['server', undefined, 'alice', 'The server ended the call'],
  ])('%s by %s, dialled by %s', (reason, by, caller, title) => {
    expect(notice(reason, by, caller).title).toBe(title);
  });

  test('tells how long it lasted, if it did', () => {
    expect(notice('hung_up', 'bob', 'alice', 133_000).detail).toBe('Duration 02:13');
    expect(notice('timed_out', undefined).detail).toBe('Bob will see that you called.');
  });

  test('fills the surface unless the person wanted the end', () => {
    expect(notice('hung_up', 'alice').shape).toBe('pill');
    expect(notice('cancelled', 'alice').shape).toBe('pill');
    expect(notice('rejected', 'alice', 'bob').shape).toBe('pill');
    expect(notice('hung_up', 'bob').shape).toBe('card');
    expect(notice('lost', 'alice').shape).toBe('card');
    expect(notice('timed_out', undefined).shape).toBe('card');
  });
});

describe('a refused operation', () => {
  test.each([
    ['microphone_denied', /Microphone access is blocked/],
    ['microphone_unavailable', /No microphone/],
    ['camera_denied', /Camera access is blocked/],
    ['camera_unavailable', /No camera/],
    ['no_connection', /offline/],
    ['rate_limited', /wait a moment/],
    ['called_oneself', /yourself/],
    ['account_not_found', /doesn’t exist/],
  ])('%s is told kindly', (kind, words) => {
    expect(explainError({ kind }, 'en')).toMatch(words);
    expect(explainError({ kind }, 'zh')).toMatch(/[\u4e00-\u9fff]/);
  });

  test.each([
    ['offline', /offline/],
    ['unreachable', /server can’t be reached/],
    ['refused', /server can’t be reached/],
    ['too_many_attempts', /wait a moment/],
    ['token_expired', /sign in again/],
  ])('for want of a connection says why: %s', (why, words) => {
    expect(explainError({ kind: 'no_connection', why }, 'en')).toMatch(words);
  });

  test('of whatever kind is told', () => {
    for (const thrown of [
      new Error('x'),
      'x',
      undefined,
      null,
      { kind: 'of_a_later_version' },
      { kind: 5 },
    ]) {
      expect(explainError(thrown, 'en')).toBe(texts.en['error.unknown']);
    }
  });

  test('that the end of the call has overtaken is not told', () => {
    expect(isOvertaken({ kind: 'call_over' })).toBe(true);
    expect(isOvertaken({ kind: 'no_connection' })).toBe(false);
  });
});
