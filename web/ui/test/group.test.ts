import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callOf } from '../gallery/fake.ts';
import { groupOf } from '../gallery/group.ts';
import { FADE_MS } from '../src/group/departures.ts';
import { SPEAKING_MS } from '../src/group/speakers.ts';
import { Bench } from './surface.ts';

let bench: Bench;

beforeEach(async () => {
  vi.useFakeTimers();
  bench = new Bench();
  await bench.settle();
});

afterEach(() => {
  bench.surface.remove();
  vi.useRealTimers();
});

const enter = async (...state: Parameters<Bench['client']['enter']>): Promise<void> => {
  bench.client.enter(...state);
  await bench.settle();
};

describe('a group call', () => {
  test('shows a tile for everyone, oneself first, and the screen is the same from the dial on', async () => {
    await bench.lead('group-outgoing');
    expect(bench.part('hullo-group')).toBeDefined();
    expect(bench.ids('tile-')).toEqual(['alice', 'bob', 'carol', 'dave', 'erin']);
    const screen = bench.surface.shadowRoot?.querySelector('hullo-group');
    await bench.lead('group-5');
    expect(bench.surface.shadowRoot?.querySelector('hullo-group')).toBe(screen);
    expect(bench.words('hullo-timer')).toBe('02:13');
  });

  test('asks only for the pictures of its page', async () => {
    await bench.lead('group-23');
    const first = [...bench.client.views.keys()];
    expect(first).toHaveLength(16);
    expect(first[0]).toBe('alice');
    expect(bench.client.shown).toEqual(first.slice(1));
    await bench.press('page-next');
    const second = [...bench.client.views.keys()];
    expect(second).toHaveLength(7);
    expect(bench.client.shown).toEqual(second);
    expect(second.some((accid) => first.includes(accid))).toBe(false);
    await bench.press('page-dot-1');
    expect([...bench.client.views.keys()]).toEqual(first);
  });

  test('asks for no picture of those who have not answered, and for it once they have', async () => {
    await enter({ state: 'in_call', current: groupOf(3, { but: { carol: { state: 'ringing' } } }) });
    expect(bench.client.shown).toEqual(['bob']);
    await enter({ state: 'in_call', current: groupOf(3) });
    expect(bench.client.shown).toEqual(['bob', 'carol']);
  });

  test('asks again with the next news when the client could not be asked', async () => {
    bench.client.showVideos = () => Promise.reject({ kind: 'no_connection' });
    await bench.lead('group-3');
    const asked: string[][] = [];
    bench.client.showVideos = async (accids) => void asked.push([...accids]);
    await enter({ state: 'in_call', current: groupOf(3) });
    expect(asked).toEqual([['bob', 'carol']]);
  });

  test('gives all pictures back when it is over', async () => {
    await bench.lead('group-9');
    expect(bench.client.views.size).toBe(9);
    await enter({ state: 'idle' });
    expect(bench.client.views.size).toBe(0);
  });

  test('shows no picture of those who are still called', async () => {
    await bench.lead('group-outgoing');
    expect([...bench.client.views.keys()]).toEqual(['alice']);
    expect(bench.words('note-bob')).toBe('Ringing…');
    expect(bench.words('note-dave')).toBe('Calling…');
  });

  test('asks for no picture at all in a voice call', async () => {
    await bench.lead('group-voice-5');
    expect(bench.client.views.size).toBe(0);
    expect(bench.part('hullo-mute-video')).toBeUndefined();
  });

  test('tells of someone who will not come for a moment, and then lets the tile go', async () => {
    await bench.lead('group-refusals');
    expect(bench.words('note-carol')).toBe('Busy');
    expect(bench.words('note-dave')).toBe('Declined');
    expect(bench.words('note-erin')).toBe('No answer');
    await vi.advanceTimersByTimeAsync(FADE_MS + 5);
    await bench.settle();
    expect(bench.ids('tile-')).toEqual(['alice', 'bob', 'frank']);
  });

  test('says what is the matter with each', async () => {
    await bench.lead('group-trouble');
    expect(bench.words('note-dave')).toBe('Reconnecting…');
    expect(bench.words('note-erin')).toBe('On hold');
    expect(bench.words('note-frank')).toBe('Connecting…');
    expect(bench.part('quality-heidi')?.dataset.level).toBe('bad');
    expect(bench.part('quality-bob')).toBeUndefined();
  });

  test('marks who speaks, for a moment longer than heard; never someone who is muted', async () => {
    await enter({ state: 'in_call', current: groupOf(4, { but: { carol: { audio: 'off' } } }) });
    bench.client.emit('activeSpeakers', { accids: ['bob', 'carol'] });
    await bench.settle();
    const speaks = (accid: string): boolean =>
      bench.part(`tile-${accid}`)?.shadowRoot?.querySelector('.tile.speaking') != null;
    expect([speaks('bob'), speaks('carol'), speaks('dave')]).toEqual([true, false, false]);
    bench.client.emit('activeSpeakers', { accids: [] });
    await bench.settle();
    expect(speaks('bob')).toBe(true);
    await vi.advanceTimersByTimeAsync(SPEAKING_MS + 5);
    await bench.settle();
    expect(speaks('bob')).toBe(false);
  });

  test('says who has left', async () => {
    await bench.lead('group-left-toast');
    expect(bench.words('hullo-toast')).toBe('Dave left');
    expect(bench.ids('tile-')).not.toContain('dave');
  });
});

describe('a pinned tile', () => {
  test('is large until it is pressed again', async () => {
    await bench.lead('group-7');
    await bench.press('pin-erin');
    expect(bench.part('pin-erin')?.getAttribute('aria-pressed')).toBe('true');
    expect(bench.client.shown).toEqual(['erin', 'bob', 'carol', 'dave']);
    await bench.press('pin-erin');
    expect(bench.part('pin-erin')?.getAttribute('aria-pressed')).toBe('false');
  });

  test('keeps its picture while it grows', async () => {
    await bench.lead('group-3');
    const pictures = new Map(bench.client.views);
    await bench.press('pin-carol');
    expect(bench.client.views).toEqual(pictures);
    for (const picture of pictures.values()) expect(picture.isConnected).toBe(true);
  });

  test('can be chosen in the list of members', async () => {
    await bench.lead('group-4');
    await bench.press('members-button');
    await bench.press('member-pin-carol');
    expect(bench.part('pin-carol')?.getAttribute('aria-pressed')).toBe('true');
  });
});

describe('a call of two that grows', () => {
  test('becomes a group call whose tiles take the pictures over', async () => {
    await bench.lead('video');
    await enter({
      state: 'in_call',
      current: groupOf(3, { callId: 'call-1', but: { carol: { state: 'ringing' } } }),
    });
    expect(bench.part('hullo-video')).toBeUndefined();
    expect(bench.client.views.get('bob')?.dataset.testid).toBe('video-bob');
    expect(bench.client.views.get('alice')?.dataset.testid).toBe('hullo-local-video');
    const opening = bench.part('tile-bob')?.classList.contains('theirs');
    expect(opening).toBe(true);
  });

  test('is offered once both are connected', async () => {
    await bench.lead('connecting-video');
    expect(bench.part('invite-button')?.hasAttribute('disabled')).toBe(true);
    await bench.lead('voice');
    expect(bench.part('invite-button')?.hasAttribute('disabled')).toBe(false);
    await bench.press('invite-button');
    expect(bench.part('invite-sheet')).toBeDefined();
  });
});

describe('the invite sheet', () => {
  beforeEach(() => bench.lead('group-invite'));

  test('lists everyone the app knows but oneself, and marks those who are in the call', () => {
    const listed = bench.ids('invite-').filter((id) => /^(alice|bob|carol|dave|erin|frank|grace)$/.test(id));
    expect(listed).toEqual(['bob', 'carol', 'dave', 'erin', 'frank', 'grace']);
    expect(bench.part('invite-bob')?.hasAttribute('disabled')).toBe(true);
    expect(bench.part('invite-erin')?.closest('label')?.textContent).toContain('Being called');
    expect(bench.part('invite-frank')?.hasAttribute('disabled')).toBe(false);
  });

  test('finds by a part of the name in any case', async () => {
    await bench.type('invite-search', 'RA');
    expect(bench.part('invite-frank')).toBeDefined();
    expect(bench.part('invite-grace')).toBeDefined();
    expect(bench.part('invite-bob')).toBeUndefined();
    await bench.type('invite-search', 'zoe');
    expect(bench.words('invite-sheet')).toContain('Nobody matches “zoe”');
  });

  test('calls all who were picked, even those that the search hides by now, and closes', async () => {
    expect(bench.part('invite-send')?.hasAttribute('disabled')).toBe(true);
    await bench.press('invite-frank');
    await bench.press('invite-grace');
    await bench.type('invite-search', 'zoe');
    expect(bench.words('invite-send')).toBe('Call 2');
    await bench.press('invite-send');
    expect(bench.client.asked).toEqual(['invite frank grace']);
    expect(bench.part('invite-sheet')).toBeUndefined();
  });

  test('tells whom the server did not let in', async () => {
    bench.client.refused = [
      { accid: 'frank', kind: 'account_not_found' },
      { accid: 'grace', kind: 'already_in_call' },
    ];
    await bench.press('invite-frank');
    await bench.press('invite-send');
    expect(bench.words('hullo-toast')).toBe('Frank could not be called');
  });

  test('calls nobody who came into the call meanwhile', async () => {
    await bench.press('invite-frank');
    await enter({ state: 'in_call', current: groupOf(6) });
    await bench.press('invite-send');
    expect(bench.client.asked).toEqual([]);
  });

  test('is not there for those who may not invite', async () => {
    await enter({ state: 'in_call', current: groupOf(4, { caller: 'bob', inviteMode: 'caller' }) });
    expect(bench.part('invite-button')).toBeUndefined();
    await enter({ state: 'in_call', current: groupOf(4, { caller: 'alice', inviteMode: 'caller' }) });
    expect(bench.part('invite-button')).toBeDefined();
  });

  test('lets no more be picked than the call has room for', async () => {
    const full = groupOf(5);
    const crowd = Array.from({ length: 94 }, (_, index) => ({
      ...full.participants[1],
      accid: `guest-${index}`,
      uid: 10 + index,
    })) as typeof full.participants;
    await enter({ state: 'in_call', current: { ...full, participants: [...full.participants, ...crowd] } });
    await bench.press('invite-frank');
    expect(bench.part('invite-grace')?.hasAttribute('disabled')).toBe(true);
    expect(bench.words('invite-sheet')).toContain('This call is full');
  });
});

describe('the list of members', () => {
  beforeEach(() => bench.lead('group-members'));

  test('has everyone, with what became of them', () => {
    const state = (accid: string) => bench.part(`member-${accid}`)?.dataset.state;
    expect(['alice', 'frank', 'grace', 'heidi', 'ivan'].map(state)).toEqual([
      'joined',
      'ringing',
      'timed_out',
      'rejected',
      'left',
    ]);
    expect(bench.words('member-grace')).toContain('No answer');
    expect(bench.words('member-bob')).toContain('Started the call');
  });

  test('mutes someone for this person alone, and back', async () => {
    await bench.press('mute-for-me-carol');
    expect(bench.part('muted-for-me-carol')).toBeDefined();
    await bench.press('mute-for-me-carol');
    expect(bench.part('muted-for-me-carol')).toBeUndefined();
    expect(bench.client.asked).toEqual(['mute carol true', 'mute carol false']);
  });

  test('marks nobody as muted whom the client could not mute', async () => {
    bench.client.refusal = { kind: 'participant_not_found' };
    await bench.press('mute-for-me-carol');
    expect(bench.part('muted-for-me-carol')).toBeUndefined();
  });

  test('calls those again who did not come, and nobody else', async () => {
    expect(bench.ids('invite-again-')).toEqual(['grace', 'heidi', 'ivan']);
    await bench.press('invite-again-grace');
    expect(bench.client.asked).toEqual(['invite grace']);
  });

  test('closes with Escape, which leaves the call alone', async () => {
    dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', cancelable: true }));
    await bench.settle();
    expect(bench.part('member-list')).toBeUndefined();
    expect(bench.client.asked).toEqual([]);
  });
});

describe('leaving', () => {
  test('is one press for everyone but the caller', async () => {
    await enter({ state: 'in_call', current: groupOf(4, { caller: 'bob' }) });
    await bench.press('leave');
    expect(bench.client.asked).toEqual(['leave']);
  });

  test.each([
    ['leave', 'leave'],
    ['end-for-all', 'hangup'],
  ])('is a choice for the caller: %s asks to %s', async (button, asked) => {
    await bench.lead('group-4');
    await bench.press('leave-open');
    await bench.press(button);
    expect(bench.client.asked).toEqual([asked]);
    expect(bench.part('leave-menu')).toBeUndefined();
  });

  test('is no choice for a caller who is alone in it', async () => {
    await enter({ state: 'in_call', current: groupOf(2, { but: { bob: { state: 'ringing' } } }) });
    await bench.press('leave');
    expect(bench.client.asked).toEqual(['leave']);
  });

  test('takes the dial back while nobody has answered', async () => {
    await bench.lead('group-outgoing');
    await bench.press('hullo-cancel');
    expect(bench.client.asked).toEqual(['hangup']);
  });
});

describe('an incoming group call', () => {
  test('says who calls, and who else is called', async () => {
    await bench.lead('group-incoming');
    expect(bench.words('hullo-status')).toBe('Incoming group video call');
    expect(bench.words('incoming-others')).toBe('with Carol, Dave and 2 others');
    expect(document.title).toContain('Bob is calling…');
  });

  test('names the one who invited, and who is in the call already', async () => {
    await bench.lead('group-incoming-running');
    expect(bench.words('hullo-incoming')).toContain('Carol');
    expect(bench.words('incoming-others')).toBe('with Bob, Dave and 3 others, in the call already');
  });
});

describe('a call that waits', () => {
  test.each([
    ['end-answer', 'accept waiting call-2 end'],
    ['hold-answer', 'accept waiting call-2 hold'],
    ['waiting-decline', 'reject waiting call-2'],
  ])('is answered by %s', async (button, asked) => {
    await bench.lead('voice-waiting');
    expect(bench.words('waiting-banner')).toContain('Bob is calling');
    expect(bench.part('hullo-voice')).toBeDefined();
    await bench.press(button);
    expect(bench.client.asked).toEqual([asked]);
  });

  test('takes one answer only', async () => {
    await bench.lead('voice-waiting');
    let answer = (): void => undefined;
    bench.client.acceptWaiting = () => new Promise((resolve) => (answer = () => resolve([])));
    await bench.press('hold-answer');
    expect(bench.part('end-answer')?.hasAttribute('disabled')).toBe(true);
    answer();
    await bench.settle();
    await bench.settle();
    expect(bench.part('end-answer')?.hasAttribute('disabled')).toBe(false);
  });

  test('of a group names the others', async () => {
    await bench.lead('group-waiting');
    expect(bench.words('waiting-banner')).toContain(
      'Erin is calling Group video call with Bob, Carol and 2 others',
    );
  });

  test('takes the keyboard to the question, but to no answer', async () => {
    await bench.lead('video-waiting');
    const banner = bench.surface.shadowRoot?.querySelector('hullo-waiting');
    expect(banner?.shadowRoot?.activeElement?.getAttribute('data-testid')).toBe('waiting-banner');
  });

  test('flashes in the title of the page', async () => {
    document.title = 'Demo';
    await bench.lead('video-waiting');
    expect(document.title).toContain('Bob is calling…');
    await enter({ state: 'in_call', current: callOf({ state: 'active', remote: 'carol' }) });
    expect(bench.part('waiting-banner')).toBeUndefined();
    expect(document.title).toBe('Demo');
  });
});

describe('a call on hold', () => {
  test('is a chip beside the running one, which tells what becomes of it', async () => {
    await bench.lead('video-beside-held');
    expect(bench.words('held-chip')).toBe('On hold: Bob');
    await bench.press('held-chip');
    expect(bench.words('held-hint')).toBe('This call goes on when the current one is over.');
  });

  test('that ends there is told in a word, and the running one goes on', async () => {
    await bench.lead('voice-beside-held');
    await enter({ state: 'in_call', current: callOf({ state: 'active', remote: 'carol', media: 'audio' }) });
    bench.client.emit('callEnd', {
      callId: 'call-0',
      reason: 'hung_up',
      by: 'bob',
      durationMs: 1,
      durations: [],
    });
    await bench.settle();
    expect(bench.words('hullo-toast')).toBe('The call on hold has ended');
    expect(bench.part('hullo-notice')).toBeUndefined();
    expect(bench.part('hullo-voice')).toBeDefined();
  });

  test('that is taken up again says with whom it is', async () => {
    await bench.lead('voice-beside-held');
    await enter({ state: 'in_call', current: callOf({ state: 'active', media: 'audio' }) });
    bench.client.emit('callResumed', { callId: 'call-0' });
    await bench.settle();
    expect(bench.words('hullo-toast')).toBe('Back in the call with Bob');
  });

  test('at the other side is said in place of the picture', async () => {
    await bench.lead('video-remote-held');
    expect(bench.words('hullo-remote-held')).toBe('Bob has put you on hold');
  });
});

describe('a call on another device', () => {
  test('can be continued here, as long as there is none here', async () => {
    await bench.lead('elsewhere-group');
    expect(bench.words('elsewhere-banner')).toContain(
      'You are in a call with Bob, Carol and 2 others on another device',
    );
    await bench.press('continue-here');
    expect(bench.client.asked).toEqual(['continue group-1']);
    await enter({ state: 'in_call', current: callOf({ state: 'active' }), elsewhere: [groupOf(3)] });
    expect(bench.part('elsewhere-banner')).toBeUndefined();
  });

  test('is left by answering a new one here, and the button says so', async () => {
    await bench.lead('incoming-busy-elsewhere');
    expect(bench.words('incoming-busy')).toBe('You are in a call on another device.');
    expect(bench.words('hullo-accept')).toBe('End and answer');
    await bench.press('hullo-accept');
    expect(bench.client.asked).toEqual(['accept']);
  });

  test('that was continued there is told here', async () => {
    await bench.lead('end-continued');
    expect(bench.words('hullo-notice')).toBe('The call continues on your other device');
    expect(bench.isOpen).toBe(false);
  });

  test('and a sign-in too many sign this one out, with the reason', async () => {
    await bench.lead('end-kicked-out');
    expect(bench.words('hullo-notice')).toContain('You have signed in on another device.');
  });
});

describe('the end of a group call', () => {
  test.each([
    ['group-end-left', 'You left the call'],
    ['group-end-by-caller', 'Bob ended the call for everyone'],
    ['group-end-no-answer', 'Nobody answered'],
    ['group-end-busy', 'Everyone is on another call'],
    ['group-end-missed', 'Missed call'],
    ['group-end-cancelled', 'Bob cancelled the call'],
  ])('in %s reads %j', async (state, title) => {
    await bench.lead(state);
    expect(bench.words('hullo-notice')).toContain(title);
  });
});

test('several are dialled at once, and those who could not be are named', async () => {
  bench.client.refused = [{ accid: 'frank', kind: 'account_not_found' }];
  const call = bench.surface.dialGroup(['bob', 'frank'], { media: 'audio' });
  await enter({ state: 'calling', current: groupOf(2, { state: 'ringing', media: 'audio' }) });
  expect(await call).toBe(true);
  await bench.settle();
  expect(bench.client.asked).toEqual(['group call bob frank audio']);
  expect(bench.words('hullo-toast')).toBe('Frank could not be called');
});
