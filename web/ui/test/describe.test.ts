import type { CallRecord, RecordStatus } from '@hullo/sdk';
import { describe, expect, test } from 'vitest';
import { describeRecord } from '../src/describe.ts';

function recordOf(
  status: RecordStatus,
  caller: 'alice' | 'bob',
  media: CallRecord['media'] = 'video',
): CallRecord {
  return {
    callId: 'call-1',
    kind: 'one_to_one',
    caller,
    callees: [caller === 'alice' ? 'bob' : 'alice'],
    media,
    status,
    outcomes: [],
    quality: [],
    reason: status === 'complete' ? 'hung_up' : status,
    startedAtMs: 0,
    endedAtMs: 200_000,
    durations:
      status === 'complete'
        ? [
            { accid: 'alice', durationMs: 133_999 },
            { accid: 'bob', durationMs: 5_000 },
          ]
        : [],
  };
}

describe('a record as Alice reads it', () => {
  test.each<[RecordStatus, 'alice' | 'bob', string, string, boolean]>([
    ['complete', 'alice', '02:13', '通话时长 02:13', false],
    ['complete', 'bob', '02:13', '通话时长 02:13', false],
    ['cancelled', 'alice', 'Cancelled', '已取消', false],
    ['cancelled', 'bob', 'Cancelled by caller', '对方已取消', true],
    ['rejected', 'alice', 'Declined', '对方已拒绝', false],
    ['rejected', 'bob', 'Declined by you', '已拒绝', false],
    ['timed_out', 'alice', 'No answer', '对方无应答', false],
    ['timed_out', 'bob', 'Missed', '未接听', true],
    ['busy', 'alice', 'Busy', '对方正忙', false],
    ['busy', 'bob', 'Missed, you were busy', '忙线未接听', true],
  ])('%s, dialled by %s', (status, caller, english, chinese, missed) => {
    const record = recordOf(status, caller);
    const direction = caller === 'alice' ? 'outgoing' : 'incoming';
    expect(describeRecord(record, 'alice', 'en')).toMatchObject({ text: english, direction, missed });
    expect(describeRecord(record, 'alice', 'zh')).toMatchObject({ text: chinese, direction, missed });
  });

  test('names the media, and both in one line', () => {
    expect(describeRecord(recordOf('complete', 'alice'), 'alice', 'en').label).toBe('Video call, 02:13');
    expect(describeRecord(recordOf('timed_out', 'bob', 'audio'), 'alice', 'zh').label).toBe(
      '语音通话，未接听',
    );
  });

  test('has the duration of the one who reads', () => {
    expect(describeRecord(recordOf('complete', 'alice'), 'bob', 'en').text).toBe('00:05');
  });

  test('counts no entry as no time', () => {
    expect(describeRecord(recordOf('complete', 'alice'), 'carol', 'en').text).toBe('00:00');
  });

  test('reads a status of a later server as unknown', () => {
    const record = { ...recordOf('busy', 'alice'), status: 'transferred' as RecordStatus };
    expect(describeRecord(record, 'alice', 'zh').text).toBe('未知');
  });
});
