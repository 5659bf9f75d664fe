import type { Participant, ParticipantState } from '@hullo/sdk';
import { describe, expect, test } from 'vitest';
import { groupOf } from '../gallery/group.ts';
import { GroupController } from '../src/group/controller.ts';
import { Departures, FADE_MS } from '../src/group/departures.ts';
import { nameAll } from '../src/group/naming.ts';
import { attendanceOf, PARTICIPANTS_MAX, screenTileOf, seatsLeft, tilesOf } from '../src/group/roster.ts';
import { SPEAKING_MS, SpeakerTracker } from '../src/group/speakers.ts';
import { inviterOf, othersIn } from '../src/scene/compose.ts';

const NOBODY: ReadonlySet<string> = new Set();
const ids = (participants: readonly Participant[]): string[] => participants.map(({ accid }) => accid);

/** Alice, Bob and Carol; Carol is in `state`. */
const callWithCarol = (state: ParticipantState, over: 'ringing' | 'active' = 'active') =>
  groupOf(3, { state: over, but: { carol: { state } } });

describe('the tiles of a group call', () => {
  test('are oneself first, then the others in the order of their invites', () => {
    expect(ids(tilesOf(groupOf(4, { caller: 'bob' }), 'carol', NOBODY))).toEqual([
      'carol',
      'bob',
      'alice',
      'dave',
    ]);
  });

  test('do not move when somebody answers', () => {
    const ringing = groupOf(4, { but: { bob: { state: 'ringing' } } });
    expect(ids(tilesOf(ringing, 'alice', NOBODY))).toEqual(ids(tilesOf(groupOf(4), 'alice', NOBODY)));
  });

  test.each<[ParticipantState, boolean]>([
    ['invited', true],
    ['delivered', true],
    ['ringing', true],
    ['accepted', true],
    ['joined', true],
    ['left', false],
    ['lost', false],
    ['cancelled', false],
    ['busy', false],
    ['rejected', false],
    ['timed_out', false],
    ['unreachable', false],
  ])('of someone who is %s: shown is %s', (state, shown) => {
    expect(ids(tilesOf(callWithCarol(state), 'alice', NOBODY)).includes('carol')).toBe(shown);
  });

  test('of a state that a later server may bring are not shown', () => {
    expect(attendanceOf({ state: 'dancing' as ParticipantState })).toBe('gone');
  });
});

describe('a departure', () => {
  test.each<ParticipantState>(['busy', 'rejected', 'timed_out', 'unreachable'])(
    'keeps the tile of someone who turns out %s for a moment',
    (state) => {
      const departures = new Departures();
      departures.apply(callWithCarol('ringing'), 1_000);
      departures.apply(callWithCarol(state), 2_000);
      expect([...departures.at(2_000 + FADE_MS - 1)]).toEqual(['carol']);
      expect(departures.nextAt(2_000)).toBe(2_000 + FADE_MS);
      expect([...departures.at(2_000 + FADE_MS)]).toEqual([]);
      expect(departures.nextAt(2_000 + FADE_MS)).toBeUndefined();
    },
  );

  test('is not lengthened by other news of the call', () => {
    const departures = new Departures();
    departures.apply(callWithCarol('ringing'), 0);
    departures.apply(callWithCarol('busy'), 0);
    departures.apply(callWithCarol('busy'), 3_000);
    expect([...departures.at(FADE_MS)]).toEqual([]);
  });

  test('is over when the person is called again', () => {
    const departures = new Departures();
    departures.apply(callWithCarol('ringing'), 0);
    departures.apply(callWithCarol('timed_out'), 0);
    departures.apply(callWithCarol('invited'), 100);
    expect([...departures.at(200)]).toEqual([]);
  });

  test('is given to those who are busy at the dial, but not to those of a call that ran before', () => {
    const dialled = new Departures();
    dialled.apply(callWithCarol('busy', 'ringing'), 0);
    expect([...dialled.at(1)]).toEqual(['carol']);
    const joined = new Departures();
    joined.apply(callWithCarol('busy'), 0);
    expect([...joined.at(1)]).toEqual([]);
  });
});

describe('who speaks', () => {
  test('is marked at once, and a moment longer than heard', () => {
    const tracker = new SpeakerTracker();
    tracker.apply(['bob'], 0);
    expect(tracker.at(0)).toEqual(['bob']);
    tracker.apply([], 100);
    expect(tracker.at(100 + SPEAKING_MS - 1)).toEqual(['bob']);
    expect(tracker.nextAt(100)).toBe(100 + SPEAKING_MS);
    expect(tracker.at(100 + SPEAKING_MS)).toEqual([]);
  });

  test('keeps the mark over a pause between two words', () => {
    const tracker = new SpeakerTracker();
    tracker.apply(['bob'], 0);
    tracker.apply([], 100);
    tracker.apply(['bob'], 500);
    expect(tracker.at(100 + SPEAKING_MS)).toEqual(['bob']);
    expect(tracker.nextAt(600)).toBeUndefined();
  });

  test('is listed the loudest first', () => {
    const tracker = new SpeakerTracker();
    tracker.apply(['carol'], 0);
    tracker.apply(['dave', 'bob'], 100);
    expect(tracker.at(200)).toEqual(['dave', 'bob', 'carol']);
  });
});

describe('what is remembered of the people of a call', () => {
  const host = {
    addController() {},
    removeController() {},
    requestUpdate() {},
    isConnected: true,
    updateComplete: Promise.resolve(true),
  };

  test('begins again with the next call', () => {
    const group = new GroupController(host);
    const first = groupOf(4);
    group.apply(first, 0);
    group.applySpeakers(['bob'], 0);
    group.pin('dave');
    const { speakers, pinned } = group.at(1, 'alice');
    expect([speakers, pinned]).toEqual([['bob'], 'dave']);
    const next = groupOf(4, { callId: 'group-2' });
    group.apply(next, 2);
    const after = group.at(2, 'alice');
    expect([after.speakers, after.pinned]).toEqual([[], undefined]);
  });

  test('begins again with the same call when it is entered again', () => {
    const group = new GroupController(host);
    const ringing = { bob: { state: 'ringing' } } as const;
    group.apply(groupOf(4, { but: ringing }), 0);
    group.applySpeakers(['carol'], 0);
    group.pin('dave');
    group.apply(undefined, 1);
    group.apply(groupOf(4, { but: { bob: { state: 'rejected' } } }), 2);
    const { speakers, pinned, tiles } = group.at(2, 'alice');
    expect([speakers, pinned]).toEqual([[], undefined]);
    expect(tiles.map(({ accid }) => accid)).toEqual(['alice', 'carol', 'dave']);
  });

  test('lets a pinned screen go with the share, and not before', () => {
    const group = new GroupController(host);
    const shared = groupOf(4, { but: { bob: { screen: true } } });
    group.apply(shared, 0);
    group.pin(screenTileOf('bob'));
    group.apply({ ...shared, version: 2 }, 1);
    expect(group.at(1, 'alice').pinned).toBe(screenTileOf('bob'));
    group.apply(groupOf(4), 2);
    expect(group.at(2, 'alice').pinned).toBeUndefined();
  });

  test('lets a pin go with the one who leaves', () => {
    const group = new GroupController(host);
    group.apply(groupOf(4), 0);
    group.pin('dave');
    const without = groupOf(4, { but: { dave: { state: 'left' } } });
    group.apply(without, 1);
    expect(group.at(1, 'alice').pinned).toBeUndefined();
  });
});

describe('who is named', () => {
  const person = (name: string) => ({ accid: name.toLowerCase(), name });
  const all = ['Bob', 'Carol', 'Dave', 'Erin', 'Frank'].map(person);

  test.each([
    [0, '', ''],
    [1, 'Bob', 'Bob'],
    [2, 'Bob and Carol', 'Bob和Carol'],
    [3, 'Bob, Carol and 1 other', 'Bob、Carol和另外 1 人'],
    [5, 'Bob, Carol and 3 others', 'Bob、Carol和另外 3 人'],
  ])('of %d people reads %j, in Chinese %j', (count, english, chinese) => {
    expect(nameAll(all.slice(0, count), 'en')).toBe(english);
    expect(nameAll(all.slice(0, count), 'zh')).toBe(chinese);
  });

  test('are those in the call before those who are only called, and nobody whose part is over', () => {
    const call = groupOf(5, {
      but: { bob: { state: 'ringing' }, carol: { state: 'left' }, erin: { state: 'accepted' } },
    });
    expect(othersIn(call, 'alice')).toEqual(['dave', 'erin', 'bob']);
  });

  test('as calling is whoever has invited, or else the caller', () => {
    expect(inviterOf(groupOf(3, { caller: 'bob' }), 'alice')).toBe('bob');
    const invited = groupOf(3, { caller: 'bob', but: { alice: { inviter: 'carol' } } });
    expect(inviterOf(invited, 'alice')).toBe('carol');
  });
});

test('call has seats for a hundred, and those whose part is over take none', () => {
  expect(seatsLeft(groupOf(5), PARTICIPANTS_MAX)).toBe(95);
  expect(seatsLeft(callWithCarol('left'), PARTICIPANTS_MAX)).toBe(98);
});
