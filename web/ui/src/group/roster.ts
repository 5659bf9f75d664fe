// Who is to be seen in a group call, and in which order.
import type { Call, Participant, ParticipantState } from '@hullo/sdk';

/** How many people a call holds at most. */
export const PARTICIPANTS_MAX = 100;

/** Whether an account attends a call, as a person thinks of it. */
export type Attendance = 'in' | 'pending' | 'declined' | 'gone';

const attendances: Record<ParticipantState, Attendance> = {
  invited: 'pending',
  delivered: 'pending',
  ringing: 'pending',
  accepted: 'in',
  joined: 'in',
  rejected: 'declined',
  busy: 'declined',
  timed_out: 'declined',
  unreachable: 'declined',
  left: 'gone',
  lost: 'gone',
  cancelled: 'gone',
};

/** Whether a participant attends the call. A state of a later server counts as gone. */
export function attendanceOf({ state }: Pick<Participant, 'state'>): Attendance {
  return attendances[state] ?? 'gone';
}

/** Whether a participant has answered and not left, or can still answer. */
export function isPresentOrPending(participant: Participant): boolean {
  const attendance = attendanceOf(participant);
  return attendance === 'in' || attendance === 'pending';
}

/** Oneself first, then in the order in which they were invited, so that nobody's tile jumps when a state changes. */
export function sorted(participants: readonly Participant[], me: string | undefined): Participant[] {
  const rank = ({ accid, uid }: Participant): number => (accid === me ? -1 : uid);
  return [...participants].sort((a, b) => rank(a) - rank(b));
}

/** Those whose tiles are shown: in the call, still called, or just departed. */
export function tilesOf(call: Call, me: string | undefined, departures: ReadonlySet<string>): Participant[] {
  const shown = call.participants.filter(
    (participant) => isPresentOrPending(participant) || departures.has(participant.accid),
  );
  return sorted(shown, me);
}

const SCREEN = 'screen:';

/** The name of the tile that shows the shared screen of `accid`; that of its picture is the accid itself. */
export function screenTileOf(accid: string): string {
  return SCREEN + accid;
}

/** Whose shared screen `tile` shows; undefined for the tile of a person. */
export function sharerOf(tile: string): string | undefined {
  return tile.startsWith(SCREEN) ? tile.slice(SCREEN.length) : undefined;
}

/** How many more can be invited into a call that holds at most `limit`. */
export function seatsLeft(call: Call, limit: number): number {
  return Math.max(0, limit - call.participants.filter(isPresentOrPending).length);
}
