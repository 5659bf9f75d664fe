// Puts a scene together from the client's state.
import type { Call } from '@hullo/sdk';
import type { CallClient } from '../client.ts';
import type { CallClock } from '../clock.ts';
import type { ControlName } from '../controls.ts';
import type { GroupView } from '../group/controller.ts';
import { attendanceOf, isPresentOrPending, PARTICIPANTS_MAX, seatsLeft, sorted } from '../group/roster.ts';
import type { NetworkView } from '../network.ts';
import { contactsOf, type Directory, isSameAccid, type Person, personOf } from '../people.ts';
import type { AskingView, Scene } from '../scene.ts';
import type { Language } from '../texts.ts';

export interface Ingredients
  extends GroupView,
    AskingView,
    Pick<Scene, 'answering' | 'canPictureInPicture' | 'devices' | 'sheet'> {
  readonly client: CallClient;
  /** The app's own, for the contacts. */
  readonly directory: Directory | undefined;
  /** Everyone's names. */
  readonly people: Directory;
  readonly contacts: readonly string[] | undefined;
  /** The app picks the people to invite by itself. */
  readonly picksPeople: boolean;
  /** The buttons that the app wants; all when absent. */
  readonly controls: readonly ControlName[] | undefined;
  readonly lang: Language;
  readonly network: NetworkView;
  readonly clock: CallClock;
}

/** The scene of this moment; undefined when there is no call. */
export function composeScene({
  client,
  directory,
  people,
  contacts,
  picksPeople,
  controls,
  clock,
  ...rest
}: Ingredients): Scene | undefined {
  const { state, current: call, local, accid: me, held, waiting } = client;
  if (state === 'idle' || !call) return;
  const person = (accid: string): Person => personOf(accid, people);
  const group = call.kind === 'group';
  const known = contactsOf(directory, contacts).filter(({ accid }) => !isSameAccid(accid, me));
  const self = call.participants.find((participant) => participant.accid === me);
  const remoteParticipant = group
    ? undefined
    : call.participants.find((participant) => participant.accid !== me);
  return {
    ...rest,
    client,
    state,
    call,
    local,
    me,
    self: person(me ?? ''),
    remote: person(remoteOf(call, me)),
    remoteParticipant,
    group,
    others: othersIn(call, me).map(person),
    contacts: known,
    inviting: {
      // A button that leads to an empty list would be a dead end.
      allowed:
        (known.length > 0 || picksPeople) &&
        (!call.group || call.group.inviteMode === 'everyone' || call.caller === me),
      seats: seatsLeft(call, PARTICIPANTS_MAX),
    },
    held: held && { call: held, people: othersIn(held, me).map(person) },
    waiting: waiting && {
      call: waiting,
      inviter: person(inviterOf(waiting, me)),
      people: othersIn(waiting, me)
        .filter((accid) => accid !== inviterOf(waiting, me))
        .map(person),
    },
    busyElsewhere: client.elsewhere.length > 0,
    startedAt: clock.startedAt(call.callId, call.activeMs, call.state === 'active', performance.now()),
    connected: self?.state === 'joined' && (group || remoteParticipant?.state === 'joined'),
    reconnecting: client.reconnecting,
    // Who spoke before the connection was lost is not known to speak now.
    speakers: client.reconnecting ? [] : rest.speakers,
    soundBlocked: client.soundBlocked,
    inUse: client.inUse,
    mutedForMe: new Set(client.audioMutes),
    sharers: state === 'in_call' ? sharersIn(call, me).map(person) : [],
    canShare: state === 'in_call' && 'getDisplayMedia' in (navigator.mediaDevices ?? {}),
    offers: (control) => controls?.includes(control) ?? true,
    person,
    volumeOf: (accid) => client.volumeOf(accid),
  };
}

/** Everyone but `me` who is in the call and shares a screen. */
function sharersIn(call: Call, me: string | undefined): string[] {
  return call.participants
    .filter((one) => one.accid !== me && one.screen && !one.held && attendanceOf(one) === 'in')
    .map(({ accid }) => accid);
}

/** Whose face stands for a call: the other side's; in a group call, whoever called `me`, or else the first of the others. */
export function remoteOf(call: Call, me: string | undefined): string {
  const other = call.kind === 'group' ? undefined : call.participants.find(({ accid }) => accid !== me);
  if (other) return other.accid;
  const inviter = inviterOf(call, me);
  return inviter === me ? (othersIn(call, me)[0] ?? inviter) : inviter;
}

/** Who has called `me` into the call: whoever invited me, or else the caller. */
export function inviterOf(call: Call, me: string | undefined): string {
  return call.participants.find(({ accid }) => accid === me)?.inviter ?? call.caller;
}

/** Everyone but `me` who is in the call or still called; those in it first. */
export function othersIn(call: Call, me: string | undefined): string[] {
  const others = sorted(call.participants, me).filter(
    (participant) => participant.accid !== me && isPresentOrPending(participant),
  );
  const present = others.filter((participant) => attendanceOf(participant) === 'in');
  const pending = others.filter((participant) => attendanceOf(participant) === 'pending');
  return [...present, ...pending].map(({ accid }) => accid);
}
