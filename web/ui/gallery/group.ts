// The states of group calls, of call waiting, and of calls on other devices.
import type { Call, CallSummary, EndReason, Participant } from '@hullo/sdk';
import type { Sheet } from '../src/scene.ts';
import { callOf, type FakeHullo, participantOf } from './fake.ts';
import { ACTIVE, after, type Lead } from './lead.ts';
import { everyone } from './people.ts';

/** What differs from a group call in which everyone has joined. */
export interface GroupSketch {
  readonly media?: Call['media'];
  readonly caller?: string;
  readonly state?: Call['state'];
  readonly callId?: string;
  readonly inviteMode?: 'everyone' | 'caller';
  /** What differs for some of them, by accid. */
  readonly but?: Record<string, Partial<Participant>>;
}

/** A group call of the first `count` people of the gallery. */
export function groupOf(count: number, sketch: GroupSketch = {}): Call {
  const { media = 'video', caller = 'alice', state = 'active', but = {} } = sketch;
  const accids = [caller, ...everyone.filter((accid) => accid !== caller)].slice(0, count);
  return {
    callId: sketch.callId ?? 'group-1',
    version: 1,
    kind: 'group',
    group: { inviteMode: sketch.inviteMode ?? 'everyone', joinMode: 'invited', keepLast: false },
    media,
    state,
    caller,
    participants: accids.map((accid, index) => ({
      ...participantOf(
        accid,
        index + 1,
        state === 'active' ? 'joined' : index === 0 ? 'accepted' : 'ringing',
      ),
      video: media === 'video' ? 'on' : 'off',
      ...but[accid],
    })),
    secure: false,
    ...(state === 'active' ? { activeMs: ACTIVE } : {}),
  };
}

/** What the gallery shows beside pictures: someone muted, someone's camera off. */
const LIFE: Record<string, Partial<Participant>> = {
  carol: { audio: 'off' },
  dave: { video: 'off' },
  heidi: { video: 'off', audio: 'off' },
  judy: { audio: 'off' },
  lena: { video: 'off' },
};

function inGroup(count: number, sketch: GroupSketch = {}, speakers: readonly string[] = ['bob']): Lead {
  return (client) => {
    client.enter({ state: 'in_call', current: groupOf(count, sketch) });
    client.emit('activeSpeakers', { accids: speakers });
  };
}

function dispatchIntent(intent: { type: 'open'; sheet: Sheet } | { type: 'pin'; accid: string }): Lead {
  return (_client, surface) => {
    surface.shadowRoot
      ?.querySelector('hullo-group, hullo-video, hullo-voice')
      ?.dispatchEvent(new CustomEvent('hullo-intent', { detail: intent, bubbles: true, composed: true }));
  };
}

async function partsOf(surface: Parameters<Lead>[1], name: string): Promise<ShadowRoot | undefined> {
  await surface.updateComplete;
  const part = surface.shadowRoot?.querySelector(name);
  if (part && 'updateComplete' in part) await part.updateComplete;
  return part?.shadowRoot ?? undefined;
}

const pickTwo: Lead = async (_client, surface) => {
  const sheet = await partsOf(surface, 'hullo-invite');
  for (const accid of ['frank', 'grace'])
    sheet?.querySelector<HTMLInputElement>(`[data-testid=invite-${accid}]`)?.click();
};

const secondPage: Lead = async (_client, surface) => {
  const screen = await partsOf(surface, 'hullo-group');
  screen?.querySelector<HTMLButtonElement>('[data-testid=page-dot-2]')?.click();
};

function endedGroup(reason: EndReason, by: string | undefined, caller = 'alice', durationMs = 0): Lead {
  return (client) => {
    const current = groupOf(4, { caller, state: durationMs > 0 ? 'active' : 'ringing' });
    client.enter({ state: durationMs > 0 ? 'in_call' : caller === 'alice' ? 'calling' : 'called', current });
    client.enter({ state: 'idle' });
    client.emit('callEnd', { callId: 'group-1', reason, durationMs, durations: [], ...(by ? { by } : {}) });
  };
}

const TROUBLE: Record<string, Partial<Participant>> = {
  bob: { state: 'ringing' },
  carol: { state: 'invited' },
  dave: { state: 'joined', reconnecting: true },
  erin: { state: 'joined', held: true },
  frank: { state: 'accepted' },
  grace: { state: 'joined', video: 'off', reconnecting: true },
};

/** Those who will not come are shown from when it turns out. */
const refusals: Lead = (client) => {
  const but: Record<string, Partial<Participant>> = { bob: { state: 'joined' } };
  const late = { carol: 'busy', dave: 'rejected', erin: 'timed_out' } as const;
  for (const accid of Object.keys(late)) but[accid] = { state: 'ringing' };
  client.enter({ state: 'in_call', current: groupOf(6, { but }) });
  for (const [accid, state] of Object.entries(late)) but[accid] = { state };
  client.enter({ state: 'in_call', current: groupOf(6, { but }) });
};

const waitingCall = callOf({ caller: 'bob', callId: 'call-2' });
const held = callOf({ state: 'active', activeMs: ACTIVE, callId: 'call-0', self: { held: true } });

function beside(current: Call, more: Partial<Pick<FakeHullo, 'held' | 'waiting'>>): Lead {
  return (client) => client.enter({ state: 'in_call', current, ...more });
}

const withCarol = (media: Call['media']): Call =>
  callOf({ state: 'active', activeMs: ACTIVE, media, remote: 'carol' });

function elsewhere(call: Call): Lead {
  return (client) => client.enter({ state: 'idle', elsewhere: [call] });
}

/** Every state of a group call and of more than one call. */
export const groupStates: Record<string, Lead> = {
  ...Object.fromEntries(
    [2, 3, 4, 5, 7, 9, 16, 23].map((count) => [`group-${count}`, inGroup(count, { but: LIFE })]),
  ),
  'group-23-page-2': after(inGroup(23, { but: LIFE }, ['bob', 'rupert']), secondPage),
  'group-voice-5': inGroup(5, { media: 'audio', but: { carol: { audio: 'off' } } }, ['bob', 'erin']),
  'group-voice-16': inGroup(16, { media: 'audio', but: LIFE }, ['bob', 'frank']),
  'group-pinned': after(inGroup(7, { but: LIFE }), dispatchIntent({ type: 'pin', accid: 'erin' })),
  'group-pinned-23': after(inGroup(23, { but: LIFE }), dispatchIntent({ type: 'pin', accid: 'bob' })),
  'group-trouble': after(inGroup(8, { but: TROUBLE }, []), (client) => {
    const reports = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'].map((accid) => ({
      accid,
      up: accid === 'heidi' ? ('bad' as const) : ('good' as const),
      down: 'good' as const,
    }));
    for (let round = 0; round < 4; round += 1) client.emit('userNetworkQuality', { reports });
  }),
  'group-refusals': refusals,
  'group-muted-for-me': after(inGroup(4), async (_client, surface) => {
    const screen = surface.shadowRoot?.querySelector('hullo-group');
    const detail = { type: 'muteForMe', accid: 'carol', muted: true };
    screen?.dispatchEvent(new CustomEvent('hullo-intent', { detail, bubbles: true, composed: true }));
  }),
  'group-weak-own': (client) => {
    client.enter({
      state: 'in_call',
      current: groupOf(4),
      local: { microphone: { state: 'failed', failure: 'denied' } },
    });
    client.emit('reconnecting', {});
  },
  'group-left-toast': after(inGroup(4, { but: { dave: { state: 'left' } } }), (client) =>
    client.emit('userLeave', { accid: 'dave' }),
  ),
  'group-outgoing': (client) =>
    client.enter({
      state: 'calling',
      current: groupOf(5, { state: 'ringing', but: { dave: { state: 'invited' } } }),
    }),
  'group-outgoing-voice': (client) =>
    client.enter({ state: 'calling', current: groupOf(4, { state: 'ringing', media: 'audio' }) }),
  'group-incoming': (client) =>
    client.enter({ state: 'called', current: groupOf(6, { caller: 'bob', state: 'ringing' }) }),
  'group-incoming-running': (client) =>
    client.enter({
      state: 'called',
      current: groupOf(7, {
        caller: 'bob',
        media: 'audio',
        but: { alice: { state: 'ringing', inviter: 'carol' } },
      }),
    }),
  'group-invite': after(
    inGroup(5, { but: { erin: { state: 'ringing' } } }),
    dispatchIntent({ type: 'open', sheet: 'invite' }),
  ),
  'group-invite-picked': after(
    after(
      inGroup(5, { but: { erin: { state: 'ringing' } } }),
      dispatchIntent({ type: 'open', sheet: 'invite' }),
    ),
    pickTwo,
  ),
  'group-members': after(
    inGroup(9, {
      caller: 'bob',
      but: {
        ...LIFE,
        frank: { state: 'ringing' },
        grace: { state: 'timed_out' },
        heidi: { state: 'rejected' },
        ivan: { state: 'left' },
      },
    }),
    dispatchIntent({ type: 'open', sheet: 'members' }),
  ),
  'group-members-voice': after(
    inGroup(5, { media: 'audio', but: { erin: { state: 'busy' } } }),
    dispatchIntent({ type: 'open', sheet: 'members' }),
  ),
  'group-leave': after(inGroup(4), dispatchIntent({ type: 'open', sheet: 'leave' })),
  'video-invite': after(
    (client) => client.enter({ state: 'in_call', current: callOf({ state: 'active', activeMs: ACTIVE }) }),
    dispatchIntent({ type: 'open', sheet: 'invite' }),
  ),
  'video-waiting': beside(withCarol('video'), { waiting: waitingCall }),
  'voice-waiting': beside(withCarol('audio'), {
    waiting: callOf({ caller: 'bob', media: 'audio', callId: 'call-2' }),
  }),
  'group-waiting': beside(groupOf(5, { but: LIFE }), {
    waiting: groupOf(6, { caller: 'erin', state: 'ringing', callId: 'group-2' }),
  }),
  'video-beside-held': beside(withCarol('video'), { held }),
  'voice-beside-held': beside(withCarol('audio'), { held }),
  'group-beside-held': beside(groupOf(4, { but: LIFE }), { held }),
  'video-remote-held': beside(
    callOf({ state: 'active', activeMs: ACTIVE, remoteParticipant: { held: true } }),
    {},
  ),
  'voice-remote-held': beside(
    callOf({ state: 'active', activeMs: ACTIVE, media: 'audio', remoteParticipant: { held: true } }),
    {},
  ),
  'incoming-busy-elsewhere': (client) =>
    client.enter({
      state: 'called',
      current: callOf({ caller: 'bob' }),
      elsewhere: [callOf({ state: 'active', activeMs: ACTIVE, remote: 'carol', callId: 'call-2' })],
    }),
  'elsewhere-one': elsewhere(callOf({ state: 'active', activeMs: ACTIVE })),
  'elsewhere-group': elsewhere(groupOf(5)),
  'end-continued': (client) => {
    client.enter({ state: 'in_call', current: callOf({ state: 'active', activeMs: ACTIVE }) });
    client.enter({ state: 'idle' });
    client.emit('otherClientContinue', { callId: 'call-1' });
  },
  'end-kicked-out': (client) => {
    client.enter({ state: 'in_call', current: callOf({ state: 'active', activeMs: ACTIVE }) });
    client.enter({ state: 'idle' });
    client.emit('disconnect', { reason: 'kicked_out' });
  },
  'group-end-left': endedGroup('hung_up', 'alice', 'bob', ACTIVE),
  'group-end-by-caller': endedGroup('hung_up', 'bob', 'bob', ACTIVE),
  'group-end-no-answer': endedGroup('timed_out', undefined),
  'group-end-busy': endedGroup('busy', undefined),
  'group-end-missed': endedGroup('timed_out', undefined, 'bob'),
  'group-end-cancelled': endedGroup('cancelled', 'bob', 'bob'),
};

/** Records of group calls, as Alice sees them. */
export function groupRecords(): CallSummary[] {
  const startedAtMs = Date.UTC(2026, 10, 23, 12);
  const record = (
    caller: string,
    media: Call['media'],
    mine: Participant['state'],
    more: Partial<CallSummary>,
  ) => ({
    callId: `${caller}-${media}-${mine}`,
    kind: 'group' as const,
    caller,
    callee: caller === 'alice' ? 'bob' : 'alice',
    media,
    status: 'complete' as const,
    reason: 'hung_up' as const,
    startedAtMs,
    endedAtMs: startedAtMs + 140_000,
    outcome: mine,
    callerMs: 0,
    calleeMs: 0,
    people: 6,
    ...more,
  });
  const talked = { callerMs: ACTIVE, calleeMs: ACTIVE };
  return [
    record('alice', 'video', 'left', talked),
    record('bob', 'video', 'left', talked),
    record('bob', 'audio', 'timed_out', {}),
    record('bob', 'video', 'busy', {}),
    record('bob', 'audio', 'rejected', {}),
    record('alice', 'audio', 'left', { status: 'timed_out', reason: 'timed_out' }),
    record('alice', 'video', 'left', { status: 'cancelled', reason: 'cancelled', people: 3 }),
  ];
}
