// Groups, waiting calls and hand-off over a scripted endpoint: each operation and event in the words of the public API.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HulloEvents } from '../src/events.ts';
import { Hullo } from '../src/hullo.ts';
import type { Input, Op, Output, WireEvent } from '../src/wire.ts';
import { FakeElement, flushMicrotasks, stubBrowser } from './fakes.ts';

/** Stands in for the Rust endpoint: completes each operation as the test says and remembers it. */
const endpoint = vi.hoisted(() => ({
  ops: [] as Op[],
  answer: (_op: Op): object => ({ value: { is: 'done' } }),
  /** Events that come with the next input. */
  news: [] as WireEvent[],
}));

vi.mock('../src/endpoint.ts', () => ({
  loadEndpoint: async () => ({
    handle: (input: Input): Output[] => {
      const news = endpoint.news.splice(0).map((event) => ({ output: 'event' as const, event }));
      if (input.input !== 'op') return news;
      endpoint.ops.push(input.op);
      return [...news, { output: 'complete', ticket: input.ticket, ...endpoint.answer(input.op) }];
    },
    pollTimeout: () => undefined,
    free: () => {},
  }),
}));

let hullo: Hullo;

beforeEach(async () => {
  vi.useFakeTimers();
  stubBrowser();
  endpoint.ops = [];
  endpoint.answer = () => ({ value: { is: 'done' } });
  endpoint.news = [];
  hullo = await Hullo.create({ appKey: 'demo', deviceId: 'tab' });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const local = {
  video_enabled: true,
  video_muted: false,
  audio_muted: false,
  audio_failed: false,
  video_failed: false,
};

/** A group call of these accounts, of which the first has dialled. */
function group(callId: string, ...accids: string[]): object {
  const participants = accids.map((accid, index) => ({
    accid,
    uid: index + 1,
    state: 'joined',
    audio: 'on',
    video: 'on',
  }));
  return {
    call_id: callId,
    version: 1,
    kind: 'group',
    group: { group_id: 'team-7', invite_mode: 'caller', join_mode: 'everyone' },
    media: 'video',
    state: 'active',
    caller: accids[0],
    participants,
  };
}

/** What the public API makes of it. */
function groupCall(callId: string, ...accids: string[]): object {
  return {
    callId,
    version: 1,
    kind: 'group',
    group: { groupId: 'team-7', inviteMode: 'caller', joinMode: 'everyone', keepLast: false },
    media: 'video',
    state: 'active',
    caller: accids[0],
    participants: accids.map((accid, index) => ({
      accid,
      uid: index + 1,
      state: 'joined',
      audio: 'on',
      video: 'on',
      reconnecting: false,
      held: false,
      screen: false,
    })),
    secure: false,
  };
}

/** Lets the endpoint say something. */
function say(...news: WireEvent[]): void {
  endpoint.news.push(...news);
  void hullo.muteLocalAudio(false);
  endpoint.ops = endpoint.ops.filter(({ op }) => op !== 'mute_local_audio');
}

function changed(detail: object): WireEvent {
  return { event: 'changed', state: 'in_call', local, ...detail };
}

/** What a listener gets of an event in its wire form. */
function received<E extends keyof HulloEvents>(name: E, event: WireEvent): HulloEvents[E][] {
  const details: HulloEvents[E][] = [];
  const stop = hullo.on(name, (detail) => details.push(detail));
  say(event);
  stop();
  return details;
}

describe('operations', () => {
  test('groupCall', async () => {
    endpoint.answer = () => ({
      value: {
        is: 'call',
        call: group('c1', 'alice', 'bob'),
        refused: [{ accid: 'nobody', kind: 'account_not_found' }],
      },
    });
    const result = await hullo.groupCall(['bob', 'nobody'], {
      media: 'audio',
      groupId: 'team-7',
      inviteMode: 'caller',
      joinMode: 'everyone',
      keepLast: true,
      attachment: 'stand-up',
      timeoutMs: 60_000,
    });
    expect(result).toEqual({
      call: groupCall('c1', 'alice', 'bob'),
      refused: [{ accid: 'nobody', kind: 'account_not_found' }],
    });
    await hullo.groupCall(['bob']);
    expect(endpoint.ops).toEqual([
      {
        op: 'group_call',
        accids: ['bob', 'nobody'],
        media: 'audio',
        group_id: 'team-7',
        invite_mode: 'caller',
        join_mode: 'everyone',
        keep_last: true,
        attachment: 'stand-up',
        timeout_ms: 60_000,
      },
      { op: 'group_call', accids: ['bob'], media: 'video' },
    ]);
  });

  test('groupInvite', async () => {
    endpoint.answer = () => ({ value: { is: 'call', call: group('c1', 'alice', 'bob'), refused: [] } });
    const result = await hullo.groupInvite(['carol'], { attachment: 'join us', timeoutMs: 20_000 });
    expect(result).toEqual({ call: groupCall('c1', 'alice', 'bob'), refused: [] });
    expect(endpoint.ops).toEqual([
      { op: 'group_invite', accids: ['carol'], attachment: 'join us', timeout_ms: 20_000 },
    ]);
    endpoint.answer = () => ({ error: { code: 403, kind: 'forbidden', message: 'the caller only' } });
    await expect(hullo.groupInvite(['dave'])).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('queryCall', async () => {
    const shown = { uid: 4, media: 'video', people: 2 };
    endpoint.answer = () => ({
      value: {
        is: 'found',
        calls: [
          { call_id: 'c1', ...shown, call: group('c1', 'alice') },
          { call_id: 'c2', ...shown },
        ],
      },
    });
    const found = await hullo.queryCall({ groupId: 'team-7' });
    expect(found).toEqual([
      { callId: 'c1', ...shown, call: groupCall('c1', 'alice') },
      { callId: 'c2', ...shown },
    ]);
    await hullo.queryCall({ callId: 'c1' });
    expect(endpoint.ops).toEqual([
      { op: 'query_call', group_id: 'team-7' },
      { op: 'query_call', call_id: 'c1' },
    ]);
  });

  test.each([
    ['join', () => hullo.join('c1'), { op: 'join', call_id: 'c1' }],
    ['continueHere', () => hullo.continueHere('c1'), { op: 'continue_here', call_id: 'c1' }],
    [
      'acceptWaiting',
      () => hullo.acceptWaiting('c2', 'hold'),
      { op: 'accept_waiting', call_id: 'c2', other: 'hold' },
    ],
  ])('%s', async (_, operate, op) => {
    const members = [{ accid: 'alice', uid: 1 }];
    endpoint.answer = () => ({ value: { is: 'accepted', call: group('c1', 'alice'), members } });
    expect(await operate()).toEqual(members);
    expect(endpoint.ops).toEqual([op]);
  });

  test('rejectWaiting', async () => {
    await hullo.rejectWaiting('c2');
    expect(endpoint.ops).toEqual([{ op: 'reject_waiting', call_id: 'c2' }]);
  });

  test('leave', async () => {
    await hullo.leave();
    expect(endpoint.ops).toEqual([{ op: 'leave' }]);
  });
});

describe('state', () => {
  test('held, waiting and elsewhere are the calls beside the current one', () => {
    expect([hullo.held, hullo.waiting, hullo.elsewhere]).toEqual([undefined, undefined, []]);
    const beside = { held: group('c1', 'a'), waiting: group('c2', 'b'), elsewhere: [group('c3', 'c')] };
    const [first] = received('changed', changed({ call: group('c0', 'a', 'b'), ...beside }));
    expect([hullo.held?.callId, hullo.waiting?.callId]).toEqual(['c1', 'c2']);
    expect(hullo.elsewhere).toEqual([groupCall('c3', 'c')]);
    expect(first).toMatchObject({ held: { callId: 'c1' }, waiting: { callId: 'c2' } });
    const [second] = received('changed', changed({ call: group('c0', 'a', 'b') }));
    expect(second?.elsewhere).toEqual([]);
    expect([hullo.held, hullo.waiting, hullo.elsewhere]).toEqual([undefined, undefined, []]);
  });

  test('of a participant says whether it holds the call and who has invited it', () => {
    const carol = { accid: 'carol', uid: 3, state: 'joined', audio: 'on', video: 'off' };
    const view = { ...group('c1', 'alice'), participants: [{ ...carol, held: true, inviter: 'bob' }] };
    say(changed({ call: view }));
    expect(hullo.current?.participants).toMatchObject([{ accid: 'carol', held: true, inviter: 'bob' }]);
  });

  test('of a call that ended while the tab was away is told as its summary', () => {
    const summary = {
      call_id: 'c1',
      kind: 'group',
      group_id: 'team-7',
      caller: 'alice',
      callee: 'bob',
      caller_ms: 7,
    };
    const [ended] = received('endedWhileAway', { event: 'ended_while_away', summary });
    expect(ended?.summary).toMatchObject({ callId: 'c1', groupId: 'team-7', callee: 'bob', callerMs: 7 });
  });
});

describe('events', () => {
  test('a new name of the account is told, and kept with the account', async () => {
    const [changed] = received('accountChanged', {
      event: 'account_changed',
      name: 'Alice L.',
      avatar: '/a.png',
    });
    expect(changed).toEqual({ name: 'Alice L.', avatar: '/a.png' });
  });

  const invite = {
    invitor: 'bob',
    accids: ['alice', 'carol'],
    group: true,
    media: 'audio',
    attachment: null,
    ring_ms_left: 20_000,
    call_id: 'c2',
  };

  test('callWaiting', () => {
    expect(received('callWaiting', { event: 'call_waiting', ...invite })).toEqual([
      {
        invitor: 'bob',
        accids: ['alice', 'carol'],
        group: true,
        media: 'audio',
        ringMsLeft: 20_000,
        callId: 'c2',
      },
    ]);
  });

  test.each(['callWaitingEnd', 'callHeld', 'callResumed', 'otherClientContinue'] as const)('%s', (name) => {
    const event = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    expect(received(name, { event, call_id: 'c2' })).toEqual([{ callId: 'c2' }]);
  });

  test('joinChannel', () => {
    const event = { event: 'join_channel', accid: 'alice', uid: 1, call_id: 'c1' };
    expect(received('joinChannel', event)).toEqual([{ accid: 'alice', uid: 1, callId: 'c1' }]);
  });

  test('userTimeOut', () => {
    expect(received('userTimeOut', { event: 'user_time_out', accid: 'bob' })).toEqual([{ accid: 'bob' }]);
  });

  test('userHeld', () => {
    const event = { event: 'user_held', accid: 'bob', held: true };
    expect(received('userHeld', event)).toEqual([{ accid: 'bob', held: true }]);
  });

  test('activeSpeakers', () => {
    const event = { event: 'active_speakers', accids: ['bob', 'alice'] };
    expect(received('activeSpeakers', event)).toEqual([{ accids: ['bob', 'alice'] }]);
  });

  test('userNetworkQuality has jitter and loss', () => {
    const measured = { rtt_ms: 24, jitter_ms: 3, loss_up_permille: 12, loss_down_permille: 0 };
    const report = { accid: 'bob', up: 'good', down: 'poor' };
    const event = { event: 'user_network_quality', reports: [{ ...report, ...measured }] };
    expect(received('userNetworkQuality', event)).toEqual([
      { reports: [{ ...report, rttMs: 24, jitterMs: 3, lossUpPermille: 12, lossDownPermille: 0 }] },
    ]);
  });

  test('disconnect tells of another device that has taken the place', () => {
    expect(received('disconnect', { event: 'disconnect', reason: 'kicked_out' })).toEqual([
      { reason: 'kicked_out' },
    ]);
  });
});

describe('showVideos', () => {
  const attach = (...accids: string[]) => {
    for (const accid of accids) hullo.attachRemoteView(accid, view());
  };
  const view = () => new FakeElement() as unknown as HTMLVideoElement;
  const shown = () => endpoint.ops.flatMap((op) => (op.op === 'show_videos' ? [op.accids] : []));

  test('by default follows the attached views in their order, once for each change', async () => {
    say(changed({ call: group('c1', 'alice', 'bob', 'carol', 'dave') }));
    attach('dave', 'bob');
    await flushMicrotasks();
    expect(shown()).toEqual([['dave', 'bob']]);
    say(changed({ call: group('c1', 'alice', 'bob', 'carol', 'dave') }));
    attach('bob');
    await flushMicrotasks();
    expect(shown()).toHaveLength(1);
    hullo.attachRemoteView('dave', null);
    attach('carol');
    await flushMicrotasks();
    hullo.attachRemoteView('bob', null);
    hullo.attachRemoteView('carol', null);
    await flushMicrotasks();
    expect(shown()).toEqual([['dave', 'bob'], ['bob', 'carol'], []]);
  });

  test('leaves the choice to the server while no view is attached', async () => {
    say(changed({ call: group('c1', 'alice', 'bob') }));
    await flushMicrotasks();
    expect(shown()).toEqual([]);
  });

  test('counts a view from when its account is in the call', async () => {
    attach('erin', 'bob');
    say(changed({ call: group('c1', 'alice', 'bob') }));
    await flushMicrotasks();
    say(changed({ call: group('c1', 'alice', 'bob', 'erin') }));
    await flushMicrotasks();
    expect(shown()).toEqual([['bob'], ['erin', 'bob']]);
  });

  test('is left alone in a call of two, and begins when that becomes a group', async () => {
    attach('bob');
    say(changed({ call: { ...group('c1', 'alice', 'bob'), kind: 'one_to_one' } }));
    say(changed({ state: 'calling', call: group('c1', 'alice', 'bob') }));
    await flushMicrotasks();
    expect(shown()).toEqual([]);
    say(changed({ call: group('c1', 'alice', 'bob', 'carol') }));
    await flushMicrotasks();
    expect(shown()).toEqual([['bob']]);
  });

  test('takes the choice of the app instead, until that is taken back', async () => {
    attach('bob', 'carol');
    say(changed({ call: group('c1', 'alice', 'bob', 'carol') }));
    await hullo.showVideos(['carol']);
    attach('bob');
    say(changed({ call: group('c1', 'alice', 'bob', 'carol') }));
    await flushMicrotasks();
    expect(shown()).toEqual([['carol']]);
    await hullo.showVideos('attached');
    await flushMicrotasks();
    expect(shown()).toEqual([['carol'], ['bob', 'carol']]);
  });

  test('begins again with each call, and with one that is resumed', async () => {
    attach('bob');
    say(changed({ call: group('c1', 'alice', 'bob') }));
    await hullo.showVideos([]);
    say(changed({ call: group('c2', 'alice', 'bob'), held: group('c1', 'alice', 'bob') }));
    await flushMicrotasks();
    say(changed({ call: group('c1', 'alice', 'bob') }));
    await flushMicrotasks();
    expect(shown()).toEqual([[], ['bob'], ['bob']]);
  });

  test('that was not taken is said again with the next news', async () => {
    attach('bob');
    endpoint.answer = ({ op }) =>
      op === 'show_videos'
        ? { error: { code: 415, kind: 'no_connection', message: 'down' } }
        : { value: { is: 'done' } };
    say(changed({ call: group('c1', 'alice', 'bob') }));
    await flushMicrotasks();
    expect(shown()).toHaveLength(1);
    endpoint.answer = () => ({ value: { is: 'done' } });
    say(changed({ call: group('c1', 'alice', 'bob') }));
    await flushMicrotasks();
    say(changed({ call: group('c1', 'alice', 'bob') }));
    await flushMicrotasks();
    expect(shown()).toHaveLength(2);
    endpoint.answer = () => ({ error: { code: 416, kind: 'rate_limited', message: 'slower' } });
    await expect(hullo.showVideos(['bob'])).rejects.toMatchObject({ kind: 'rate_limited' });
  });
});
