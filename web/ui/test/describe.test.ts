import type { CallSummary, ParticipantState, RecordStatus } from '@hullo/sdk';
import { describe, expect, test } from 'vitest';
import { describeRecord } from '../src/describe.ts';

function recordOf(
  status: RecordStatus,
  caller: 'alice' | 'bob',
  media: CallSummary['media'] = 'video',
): CallSummary {
  return {
    callId: 'call-1',
    kind: 'one_to_one',
    caller,
    callee: caller === 'alice' ? 'bob' : 'alice',
    media,
    status,
    reason: status === 'complete' ? 'hung_up' : status,
    startedAtMs: 0,
    endedAtMs: 200_000,
    outcome: status === 'complete' ? 'left' : status,
    callerMs: status === 'complete' ? (caller === 'alice' ? 133_999 : 5_000) : 0,
    calleeMs: status === 'complete' ? (caller === 'alice' ? 5_000 : 133_999) : 0,
    people: 2,
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

  test('reads a status of a later server as unknown', () => {
    const record = { ...recordOf('busy', 'alice'), status: 'transferred' as RecordStatus };
    expect(describeRecord(record, 'alice', 'zh').text).toBe('未知');
  });
});

describe('a group record', () => {
  const group = (caller: string, mine: ParticipantState, more: Partial<CallSummary> = {}): CallSummary => ({
    ...recordOf('complete', 'alice'),
    kind: 'group',
    caller,
    callee: caller === 'alice' ? 'bob' : 'alice',
    outcome: mine,
    callerMs: 0,
    calleeMs: 0,
    people: 4,
    ...more,
  });
  const talked = { calleeMs: 133_000 };
  const directory = { bob: { name: 'Bob' }, carol: { name: 'Carol' }, dave: { name: 'Dave' } };

  test('names the other reader and counts the rest', () => {
    const { title, others, label, person } = describeRecord(
      group('carol', 'left', talked),
      'alice',
      'en',
      directory,
    );
    expect(title).toBe('Group video call');
    expect(others).toBe('with Carol and 2 others');
    expect(label).toBe('Group video call, with Carol and 2 others, 02:13');
    expect(person.accid).toBe('carol');
  });

  test.each<[ParticipantState, string, boolean]>([
    ['timed_out', 'Missed group call', true],
    ['unreachable', 'Missed group call', true],
    ['cancelled', 'Missed group call', true],
    ['busy', 'Missed, you were busy', true],
    ['rejected', 'Declined by you', false],
  ])('in which my part ended %s reads %j, whatever became of the others', (mine, words, missed) => {
    expect(describeRecord(group('bob', mine), 'alice', 'en')).toMatchObject({ text: words, missed });
  });

  test('is not missed by someone who has talked and was called once more in vain', () => {
    expect(describeRecord(group('bob', 'timed_out', talked), 'alice', 'en')).toMatchObject({
      text: '02:13',
      missed: false,
    });
  });

  test.each<[RecordStatus, string]>([
    ['timed_out', 'Nobody answered'],
    ['rejected', 'Nobody joined'],
    ['busy', 'Everyone was busy'],
    ['cancelled', 'Cancelled'],
  ])('that ended %s tells its caller %j', (status, words) => {
    const record = group('alice', 'left', { status });
    expect(describeRecord(record, 'alice', 'en')).toMatchObject({ text: words, missed: false });
  });
});
