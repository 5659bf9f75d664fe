// How the end of a call reads: each reason, from the side of the one who caused it and of the other.
import type { EndReason, HulloEvents } from '@hullo/sdk';
import { formatDuration } from './clock.ts';
import type { Person } from './people.ts';
import { type Language, type TextKey, text } from './texts.ts';

/** What is shown for a moment at the end of a call. */
export interface Notice {
  readonly title: string;
  readonly detail?: string;
  /** Whom the call was with. */
  readonly remote?: Person;
  /** Everybody else, for a group call. */
  readonly people?: readonly Person[];
  /** `card` fills the surface for a moment; `pill` floats over the page, because the person caused the end. */
  readonly shape: 'card' | 'pill';
  /** Which short sound goes with it. */
  readonly sound?: 'busy' | 'ended';
}

/** What is known of a call when it ends. */
export interface Ending {
  readonly reason: EndReason;
  readonly by?: string | undefined;
  readonly durationMs: number;
  readonly me: string | undefined;
  readonly caller: string | undefined;
  readonly remote: Person;
  /** For a group call: everybody else who was in it or called. */
  readonly people?: readonly Person[] | undefined;
}

interface Wording {
  readonly title: TextKey;
  readonly hint?: TextKey;
}

function wordingOf({ reason, by, me, caller }: Ending): Wording {
  const mine = by !== undefined && by === me;
  const dialled = caller === me;
  switch (reason) {
    case 'hung_up':
      return { title: mine || by === undefined ? 'end.hungUp' : 'end.remoteHungUp' };
    case 'cancelled':
      return { title: mine || dialled ? 'end.cancelled' : 'end.remoteCancelled' };
    case 'rejected':
      return { title: mine || !dialled ? 'end.rejected' : 'end.remoteRejected' };
    case 'busy':
      return dialled
        ? { title: 'end.remoteBusy', hint: 'end.hintBusy' }
        : { title: 'end.missed', hint: 'end.from' };
    case 'timed_out':
      return dialled
        ? { title: 'end.noAnswer', hint: 'end.hintMissed' }
        : { title: 'end.missed', hint: 'end.from' };
    case 'unreachable':
      return dialled
        ? { title: 'end.unreachable', hint: 'end.hintMissed' }
        : { title: 'end.missed', hint: 'end.from' };
    case 'connect_timed_out':
      return { title: 'end.connectTimedOut', hint: 'end.hintNetwork' };
    case 'lost':
      return mine ? { title: 'end.lost', hint: 'end.hintNetwork' } : { title: 'end.remoteLost' };
    case 'logged_out':
      return { title: mine ? 'end.loggedOut' : 'end.remoteLoggedOut' };
    case 'token_refused':
      return { title: 'end.tokenRefused' };
    case 'server':
      return { title: 'end.server' };
  }
}

/** How a group call reads differently: it is not one person who did not come, and nobody's leaving ends it. */
function groupWordingOf(ending: Ending): Wording {
  const { reason, by, me, caller, durationMs } = ending;
  const dialled = caller === me;
  const missed: Wording = { title: 'end.missed', hint: 'end.from' };
  switch (reason) {
    case 'hung_up':
      if (by === undefined) return { title: 'end.groupEnded' };
      if (by === me) return { title: dialled ? 'end.groupEnded' : 'end.groupLeft' };
      return { title: by === caller ? 'end.groupEndedBy' : 'end.groupEnded' };
    case 'rejected':
      return { title: by === me || !dialled ? 'end.rejected' : 'end.groupRejected' };
    case 'busy':
      return dialled ? { title: 'end.groupBusy', hint: 'end.groupHintMissed' } : missed;
    case 'timed_out':
      if (durationMs > 0) return { title: 'end.groupEnded' };
      return dialled ? { title: 'end.groupNoAnswer', hint: 'end.groupHintMissed' } : missed;
    case 'unreachable':
      return dialled ? { title: 'end.groupUnreachable', hint: 'end.groupHintMissed' } : missed;
    case 'lost':
    case 'logged_out':
      return by === me ? wordingOf(ending) : { title: 'end.groupEnded' };
    default:
      return wordingOf(ending);
  }
}

/** The notice for the end of a call. */
export function noticeOfEnd(ending: Ending, lang: Language): Notice {
  const wording = ending.people ? groupWordingOf(ending) : wordingOf(ending);
  const fillings = { name: ending.remote.name };
  const detail =
    ending.durationMs > 0
      ? text(lang, 'end.duration', { time: formatDuration(ending.durationMs) })
      : wording.hint && text(lang, wording.hint, fillings);
  const deliberate = ending.by === ending.me && ['hung_up', 'cancelled', 'rejected'].includes(ending.reason);
  return {
    title: text(lang, wording.title, fillings),
    ...(detail ? { detail } : {}),
    remote: ending.remote,
    ...(ending.people ? { people: ending.people } : {}),
    shape: deliberate ? 'pill' : 'card',
    sound: ending.reason === 'busy' ? 'busy' : 'ended',
  };
}

/** The ending that an event tells, joined with what was known of the call. */
export function endingOf(
  event: HulloEvents['callEnd'],
  known: Pick<Ending, 'me' | 'caller' | 'remote' | 'people'>,
): Ending {
  // As the record says it; without one of this account, as this device measured it.
  const recorded = event.durations.find(({ accid }) => accid === known.me)?.durationMs;
  return { reason: event.reason, by: event.by, durationMs: recorded ?? event.durationMs, ...known };
}
